import { type BaseContext, Cli, type Command, type CommandClass } from 'clipanion';
import { UserError } from '../model/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { failureText } from './failure.ts';
import { HelpCommand, usageText, VersionCommand } from './help.ts';
import { MigrateCommand } from './migrate.ts';
import { ResetCommand } from './reset.ts';
import { nearest } from './suggest.ts';
import { toolVersion } from './version.ts';

const commands: readonly CommandClass[] = [HelpCommand, VersionCommand, MigrateCommand, ResetCommand];

const find = (name: string | undefined): CommandClass | null =>
  commands.find((command) => command.paths?.[0]?.[0] === name) ?? null;

/** Runs one command line. @returns the exit code */
export async function main(given: readonly string[], context: BaseContext): Promise<number> {
  const argv = given[0] === 'help' && given.length > 1 ? [...given.slice(1), '--help'] : given;
  const cli = Cli.from([...commands], {
    binaryLabel: 'DBOS system tables',
    binaryName: 'dbos',
    binaryVersion: toolVersion,
    enableColors: false,
  });
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  if (wantsHelp && (argv[0]?.startsWith('-') || find(argv[0]) !== null)) {
    context.stdout.write(usageText(cli, find(argv[0])));
    return exitCodes.done;
  }
  let command: Command;
  try {
    command = cli.process([...argv], context);
  } catch (error) {
    context.stderr.write(failureText(syntaxError(argv, error, cli), argv.includes('--debug')));
    return exitCodes.error;
  }
  return cli.run(command, context);
}

/** What is wrong with a command line, told by its first word that nobody knows. */
function syntaxError(argv: readonly string[], cause: unknown, cli: Cli): UserError {
  const names = commands.flatMap((command) => command.paths?.[0]?.[0] ?? []);
  const [name] = argv;
  if (name !== undefined && !name.startsWith('-') && !names.includes(name)) {
    return unknown('command', name, names, '`dbos help` lists the commands');
  }
  const commandName = names.filter((known) => known === name);
  const definition = cli.definitions().find(({ path }) => path === `dbos ${name}`);
  const known = (definition?.options ?? []).flatMap((option) => option.definition.match(/--?[\w-]+/g) ?? []);
  const flags = argv.filter((word) => word.startsWith('-')).map((word) => word.split('=', 1)[0] ?? word);
  const strange = flags.find((flag) => ![...known, ...commandName, '-h', '--help'].includes(flag));
  const help =
    definition === undefined ? '`dbos help` lists the commands' : `\`dbos ${name} --help\` lists the options`;
  if (strange !== undefined) return unknown('option', strange, known, help);
  const reason = reasonOf(cause);
  return new UserError(reason, {
    hint: reason.includes('://') ? `a URL stands behind --sys-db-url; ${help}` : help,
    cause,
  });
}

const unknown = (what: string, word: string, known: readonly string[], help: string): UserError => {
  const meant = nearest(word, known);
  return new UserError(`unknown ${what} ${word}`, {
    hint: meant === undefined ? help : `did you mean ${meant}? ${help}`,
  });
};

/** The parser's own first line, without the usage behind it, in our words. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? (cause.message.split('\n', 1)[0] ?? '') : '';
  if (text === '' || text.startsWith('Command not found')) return 'the command line cannot be read';
  return text
    .replace(/^Not enough arguments to option (--?[\w-]+)\.?$/, '$1 needs a value')
    .replace(/^Invalid option name \("(--?[\w-]+)=.*$/, '$1 takes no value')
    .replace(/^Extraneous positional argument \("(.*)"\)\.?$/, 'unexpected argument $1');
}
