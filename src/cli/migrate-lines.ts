import type { Config } from '../operations/load-config.ts';
import type { MigratedDatabase } from '../operations/migrate.ts';
import type { UnmanagedObject } from '../operations/outcome.ts';
import type { Grants } from '../operations/grants.ts';
import { aheadText } from '../report/describe.ts';
import { doneLines, verboseLines } from '../report/done.ts';
import { done, summarise, timeSpan } from '../report/words.ts';
import { maskUrl } from '../secrets/mask-url.ts';
import type { Segment } from '../model/plan.ts';
import type { Painter } from './terminal.ts';

/** The lines of the users' page, in its order. */
export const startLines = ({ application, system, schema }: Config): readonly string[] => [
  'Starting DBOS migrations',
  ...(application === undefined ? [] : [`Application database: ${maskUrl(application)}`]),
  `System database: ${maskUrl(system)}`,
  `DBOS system schema: ${system.startsWith('sqlite') ? 'main' : schema}`,
];

/** Where to, and how much. */
interface Reporting {
  readonly print: (line: string) => void;
  readonly warn: (text: string) => void;
  readonly paint: Painter;
  /** Milliseconds of a segment, where each is told of with all that it changed; null where they are not. */
  readonly took: ((segment: Segment) => number | null) | null;
}

/** Prints what became of each database. */
export const databaseLines =
  (reporting: Reporting) =>
  (database: MigratedDatabase): void => {
    const { title, url, ahead, grants, unrecorded, unmanaged } = database;
    const { print, warn } = reporting;
    if (ahead === null) [...grantLines(grants, url), ...appliedLines(database, reporting)].forEach(print);
    else print(`${title}: ${aheadText(ahead)}`);
    for (const warning of unmanaged.flatMap(dangerText)) warn(`warning: ${warning}`);
    if (unrecorded !== null) warn(`warning: this is not recorded in migrations: ${unrecorded}`);
  };

function appliedLines(database: MigratedDatabase, { paint, took }: Reporting): readonly string[] {
  const { title, applied, elapsed } = database;
  const { changes } = applied;
  if (changes.length === 0) return [`${title}: ${summarise(changes, done)}, the schema is up to date`];
  return [
    `${title}: ${summarise(changes, done)} in ${timeSpan(elapsed)}`,
    ...(took === null ? doneLines(changes, paint) : verboseLines({ ...database, plan: applied }, took, paint)),
  ];
}

/** A schema that is as declared is not yet one that the runtime works on. */
const dangerText = ({ id, danger, mend }: UnmanagedObject): readonly string[] =>
  danger === null
    ? []
    : [`${id} is yours and can break the runtime: ${danger}${mend === null ? '' : `\n  do     ${mend};`}`];

/** What the role was granted: the statements line by line, and behind them which of these had not to be sent. */
function grantLines(grants: Grants | null, url: string): readonly string[] {
  if (grants === null) return [];
  const { role, schema, statements, standing, isComplete, isShared } = grants;
  return [
    `Granting permissions for the ${schema} schema to ${role} in database ${url}`,
    ...statements,
    ...(isShared
      ? ['The schema holds objects that are not of DBOS: nothing is granted on these, nor on what is made there later.']
      : []),
    ...(isComplete
      ? ['The role had all of these already.']
      : standing.length === 0
        ? []
        : [`The role had these already: the grants on ${standing.join(', ')}.`]),
  ];
}

/** Prints the custom commands as the users' page does: where they come from before the first of them. */
export function commandLine(file: string, print: (line: string) => void): (command: string) => void {
  let isFirst = true;
  return (command) => {
    if (isFirst) print(`Executing migration commands from '${file}'`);
    isFirst = false;
    print(`Executing migration command: ${command}`);
  };
}
