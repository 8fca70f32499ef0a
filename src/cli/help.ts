import { type Cli, Command, type CommandClass } from 'clipanion';
import { OperatorCommand } from './command.ts';
import { exitCodes } from './exit-codes.ts';

/** What stands for a flag's value in a usage text, where the parser's own says `#0` for all. */
const placeholders: Readonly<Record<string, string>> = {
  '--db-url': 'URL',
  '--sys-db-url': 'URL',
  '--app-role': 'ROLE',
  '--schema': 'NAME',
  '--config': 'FILE',
  '--format': 'FORMAT',
  '--allow': 'WHAT',
  '--ignore': 'PATTERN',
};

/** The usage of one command, or the list of all. */
export const usageText = (cli: Pick<Cli, 'usage'>, command: CommandClass | null): string =>
  cli
    .usage(command, { detailed: command !== null })
    .replaceAll(/(--[\w-]+) #0( *)/g, (_, flag: string, blanks: string) => {
      const name = placeholders[flag] ?? 'VALUE';
      return blanks === ''
        ? `${flag} ${name}`
        : `${flag} ${name}${' '.repeat(Math.max(1, blanks.length - name.length + 2))}`;
    });

/** `dbos help`, and `dbos` alone. */
export class HelpCommand extends OperatorCommand {
  static override paths = [['help'], ['-h'], ['--help'], Command.Default];

  protected override async run(): Promise<number> {
    this.context.stdout.write(usageText(this.cli, null));
    return exitCodes.done;
  }
}

/** `dbos --version` */
export class VersionCommand extends OperatorCommand {
  static override paths = [['--version'], ['-v']];

  protected override async run(): Promise<number> {
    this.print(this.cli.binaryVersion ?? '');
    return exitCodes.done;
  }
}
