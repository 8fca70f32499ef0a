import { Cli, Command, type CommandClass } from 'clipanion';
import { toolVersion } from '../operations/version.ts';
import { OperatorCommand } from './command.ts';
import type { Context } from './context.ts';
import { say } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { failureText } from './failure.ts';
import { type Manual, manualPage, namesOf, overview } from './help.ts';
import { HistoryCommand } from './history.ts';
import { MigrateCommand } from './migrate.ts';
import { PostgresStartCommand } from './postgres-start.ts';
import { PostgresStatusCommand } from './postgres-status.ts';
import { PostgresStopCommand } from './postgres-stop.ts';
import { PostgresUrlCommand } from './postgres-url.ts';
import { ResetCommand } from './reset.ts';
import { StartCommand } from './start.ts';
import { commandOf, type Grammar, syntaxError } from './syntax.ts';
import { painter } from './terminal.ts';

/** `dbos help`, and `dbos` alone. */
class HelpCommand extends OperatorCommand {
  static override paths = [['help'], ['-h'], ['--help'], Command.Default];

  protected override async run(): Promise<number> {
    say(this.context.stdout, overview(manualOf(this.cli.definitions())));
    return exitCodes.done;
  }
}

/** `dbos postgres` alone, and its help. */
class PostgresCommand extends OperatorCommand {
  static override paths = ['postgres', 'pg'].flatMap((word) => [[word], [word, '--help'], [word, '-h']]);

  protected override async run(): Promise<number> {
    say(this.context.stdout, overview(manualOf(this.cli.definitions()), 'postgres'));
    return exitCodes.done;
  }
}

/** `dbos --version` */
class VersionCommand extends OperatorCommand {
  static override paths = [['--version'], ['-v'], ['-V']];

  protected override async run(): Promise<number> {
    this.print(toolVersion);
    return exitCodes.done;
  }
}

const commands: readonly CommandClass<Context>[] = [
  HelpCommand,
  VersionCommand,
  MigrateCommand,
  ResetCommand,
  StartCommand,
  HistoryCommand,
  PostgresCommand,
  PostgresStartCommand,
  PostgresStopCommand,
  PostgresStatusCommand,
  PostgresUrlCommand,
];

const manualOf = (definitions: Manual['definitions']): Manual => ({
  label: 'DBOS system tables',
  version: toolVersion,
  commands,
  definitions,
});

/** Runs one command line. @returns the exit code */
export async function main(given: readonly string[], context: Context): Promise<number> {
  const argv = given[0] === 'help' && given.length > 1 ? [...given.slice(1), '--help'] : given;
  const cli = Cli.from<Context>([...commands], { binaryName: 'dbos', binaryVersion: toolVersion, enableColors: false });
  const meant = commandOf(argv, commands)?.command;
  if (meant?.usage !== undefined && argv.some((word) => word === '--help' || word === '-h')) {
    say(context.stdout, manualPage(meant, manualOf(cli.definitions())));
    return exitCodes.done;
  }
  let command: Command<Context>;
  try {
    command = cli.process([...argv], context);
  } catch {
    const paint = painter(context.stderr, context.env);
    const mistake = syntaxError(argv, grammarsOf(cli));
    say(context.stderr, failureText(mistake, argv.includes('--debug'), paint));
    return exitCodes.error;
  }
  return cli.run(command, context);
}

const grammarsOf = (cli: Cli<Context>): readonly Grammar[] =>
  commands.map((command) => {
    const path = ['dbos', ...(command.paths?.[0] ?? [])].join(' ');
    const options = cli.definitions().find((definition) => definition.path === path)?.options ?? [];
    return { paths: command.paths ?? [], flags: options.flatMap(namesOf) };
  });
