import { Cli, Command } from 'clipanion';
import { toolVersion } from '../operations/version.ts';
import { OperatorCommand } from './command.ts';
import { shell } from './completion/shell.ts';
import type { Context } from './context.ts';
import { DoctorCommand } from './doctor.ts';
import { say, sayExactly } from './door.ts';
import { exitCodes } from './exit-codes.ts';
import { failureText } from './failure.ts';
import { flags, namesOf } from './flags.ts';
import { helpPage, overview } from './help.ts';
import { HistoryCommand } from './history.ts';
import { flagNamesOf, type Known, type Manual } from './manual.ts';
import { MigrateCommand } from './migrate.ts';
import { positional } from './options.ts';
import { PostgresStartCommand } from './postgres-start.ts';
import { PostgresStatusCommand } from './postgres-status.ts';
import { PostgresStopCommand } from './postgres-stop.ts';
import { PostgresUrlCommand } from './postgres-url.ts';
import { ResetCommand } from './reset.ts';
import { StartCommand } from './start.ts';
import { commandOf, type Grammar, syntaxError } from './syntax.ts';
import { painter } from './terminal.ts';
import { usage } from './usage.ts';

/** `dbos help`, and `dbos` alone. */
class HelpCommand extends OperatorCommand {
  static override paths = [['help'], ...namesOf(flags.help).map((name) => [name]), Command.Default];
  static readonly about = 'explain the commands';

  protected override async run(): Promise<number> {
    say(this.context.stdout, overview(manualOf(this.cli.definitions())));
    return exitCodes.done;
  }
}

/** `dbos postgres` alone, and its help. */
class PostgresCommand extends OperatorCommand {
  static override paths = ['postgres', 'pg'].flatMap((group) => [
    [group],
    ...namesOf(flags.help).map((name) => [group, name]),
  ]);
  static readonly about = 'a local PostgreSQL in a container';

  protected override async run(): Promise<number> {
    say(this.context.stdout, overview(manualOf(this.cli.definitions()), 'postgres'));
    return exitCodes.done;
  }
}

/** `dbos --version` */
class VersionCommand extends OperatorCommand {
  static override paths = namesOf(flags.version).map((name) => [name]);

  protected override async run(): Promise<number> {
    this.print(toolVersion);
    return exitCodes.done;
  }
}

/** `dbos completion` */
class CompletionCommand extends OperatorCommand {
  static override paths = [['completion']];
  static override usage = usage.completion;
  static readonly argument = shell;

  name = positional(shell);

  protected override async run(): Promise<number> {
    const { completionScript } = await import('./completion/script.ts');
    sayExactly(this.context.stdout, completionScript(this.name, manualOf(this.cli.definitions())));
    return exitCodes.done;
  }
}

const commands: readonly Known[] = [
  HelpCommand,
  VersionCommand,
  MigrateCommand,
  ResetCommand,
  StartCommand,
  HistoryCommand,
  DoctorCommand,
  PostgresCommand,
  PostgresStartCommand,
  PostgresStopCommand,
  PostgresStatusCommand,
  PostgresUrlCommand,
  CompletionCommand,
];

const cliOf = (): Cli<Context> =>
  Cli.from<Context>([...commands], { binaryName: 'dbos', binaryVersion: toolVersion, enableColors: false });

/** All that is said of the program and its commands. */
export const manual = (): Manual => manualOf(cliOf().definitions());

const manualOf = (definitions: Manual['definitions']): Manual => ({
  label: 'DBOS system tables',
  version: toolVersion,
  commands,
  definitions,
});

/** Runs one command line. @returns the exit code */
export async function main(given: readonly string[], context: Context): Promise<number> {
  const argv = given[0] === 'help' && given.length > 1 ? [...given.slice(1), '--help'] : given;
  const cli = cliOf();
  const meant = commandOf(argv, commands)?.command;
  if (meant?.usage !== undefined && argv.some((word) => word === '--help' || word === '-h')) {
    say(context.stdout, helpPage(meant, manualOf(cli.definitions())));
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
  commands.map((command) => ({
    paths: command.paths ?? [],
    flags: flagNamesOf(command, { definitions: cli.definitions() }),
    words: command.argument === undefined ? 0 : 1,
  }));
