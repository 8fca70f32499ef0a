import { exitStatuses } from './exit-codes.ts';
import { type Flag, flags, namesOf } from './flags.ts';
import { entriesOf, type Entry, flagAbout, type Manual, urlForms } from './manual.ts';
import { bold, filled, italic, terms, verbatim } from './roff.ts';

/**
 * The man page, in the macros that each system has. No date is in it, so that one source makes one text.
 * https://man7.org/linux/man-pages/man7/man.7.html
 */
export function manPage(manual: Manual): string {
  const entries = entriesOf(manual);
  const sections: readonly (readonly [title: string, text: string])[] = [
    ['NAME', String.raw`dbos \- create, check, change and reset the DBOS system tables`],
    ['SYNOPSIS', `${bold('dbos')} ${italic('COMMAND')} [${italic('options')}]`],
    ['DESCRIPTION', description],
    ['COMMANDS', entries.map(commandText(sharedBy(entries))).join('\n')],
    ['OPTIONS', `${filled('Each command takes these:')}\n${flagTerms([...sharedBy(entries), flags.help])}`],
    ['DATABASE URLS', verbatim(urlForms)],
    ['EXIT STATUS', terms(exitStatuses.map(([codes, meaning]) => [bold(codes), meaning]))],
    ['ENVIRONMENT', terms(variables(entries).map(([name, meaning]) => [bold(name), meaning]))],
    ['FILES', terms(files.map(([name, meaning]) => [italic(name), meaning]))],
    ['EXAMPLES', entries.flatMap(({ examples }) => examples.map(exampleText)).join('\n.PP\n')],
  ];
  const title = `.TH DBOS 1 "" "dbos ${manual.version}" "User Commands"`;
  return [title, ...plainSetting, ...sections.map(([name, text]) => `.SH ${name}\n${text}`)].join('\n').concat('\n');
}

/** Names and flags are not cut at the end of a line, and blanks are not widened. */
const plainSetting = ['.nh', '.ad l'];

const description = [
  `The DBOS system tables in PostgreSQL and SQLite are declared in this program as they should be. A run reads what the database holds, compares it with the
  declaration, and applies the difference. An empty server, a database of an older release and a damaged schema
  therefore take the same command, and a second run finds nothing to do.`,
  '`dbos help` lists the commands, and `dbos COMMAND --help` explains one of them. `dbos --version` prints the version.',
]
  .map(filled)
  .join('\n.PP\n');

/** Flags that every command has: they are explained once. */
const sharedBy = ([first, ...rest]: readonly Entry[]): readonly Flag[] =>
  (first?.flags ?? []).filter((flag) => rest.every((entry) => entry.flags.includes(flag)));

const commandText =
  (shared: readonly Flag[]) =>
  ({ name, about, argument, flags: own, details }: Entry): string => {
    const words = argument === null ? '' : ` ${argument.values.join('|')}`;
    const paragraphs = details.trim().split(/\n\s*\n/);
    return [
      `.SS "${bold(name + words)}"`,
      filled(`${about.charAt(0).toUpperCase()}${about.slice(1)}.`),
      ...paragraphs.map((paragraph) => `.PP\n${filled(paragraph)}`),
      ...own.filter((flag) => !shared.includes(flag)).map((flag) => flagTerms([flag])),
    ].join('\n');
  };

const flagTerms = (all: readonly Flag[]): string =>
  terms(
    all.map((flag) => {
      const names = namesOf(flag).map(bold).join(', ');
      return [flag.value === null ? names : `${names} ${italic(flag.value)}`, `${flagAbout(flag)}.`];
    }),
  );

/** The variables that stand for flags, and those of others that are heard. */
const variables = (entries: readonly Entry[]): readonly (readonly [string, string])[] => [
  ...new Map(
    entries.flatMap(({ flags: own }) =>
      own.flatMap((flag) => (flag.variables ?? []).map((name) => [name, `As \`${namesOf(flag).at(-1)}\`.`] as const)),
    ),
  ),
  ['PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, ...', 'What a PostgreSQL URL leaves open, as in `psql`.'],
  ['NO_COLOR', 'Where it is set, nothing is coloured.'],
  ['FORCE_COLOR, CLICOLOR_FORCE', 'Where one of them is set, pipes and files get colour too.'],
];

const files: readonly (readonly [string, string])[] = [
  ['./dbos-config.yaml', 'The configuration, unless `--config` or DBOS_CONFIG names another file.'],
  ['~/.pgpass, ~/.pg_service.conf', 'Passwords and services of PostgreSQL, as in `psql`.'],
];

const exampleText = ([about, line]: readonly [string, string]): string => `${filled(`${about}:`)}\n${verbatim([line])}`;
