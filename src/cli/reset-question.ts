import { RefusedError } from '../model/errors.ts';
import type { Segment } from '../model/plan.ts';
import type { ResetDatabase, ResetPlan } from '../operations/reset.ts';
import type { Paint } from '../report/page.ts';
import { byteSize, counted, listed, rowCount } from '../report/words.ts';
import type { Context } from './context.ts';
import { say } from './door.ts';
import { confirm, isTerminal } from './terminal.ts';

const question =
  'This command resets your DBOS system database, deleting metadata about past workflows and steps. Are you sure you want to proceed? [y/N]: ';

/** @throws RefusedError where there is nobody to ask and no answer was given beforehand */
export function refuseUnasked(
  { yes, quiet }: { readonly yes: boolean; readonly quiet: boolean },
  { stdin }: Context,
): void {
  if (yes) return;
  const hint = 'give --yes to reset without asking';
  if (quiet) throw new RefusedError('reset asks before it deletes anything, and --quiet says nothing', { hint });
  if (!isTerminal(stdin)) {
    throw new RefusedError('reset deletes all workflow history and there is no terminal to ask on', { hint });
  }
}

/**
 * Gives the function that decides whether what a reset found is taken away: nothing to reset needs no answer, and what
 * goes is told before it goes.
 */
export const confirmation =
  ({ stdin, stdout, stderr, signal }: Context, isGiven: boolean) =>
  async (found: readonly ResetPlan[]): Promise<boolean> => {
    if (found.every(({ plan }) => plan.changes.length === 0)) {
      say(stdout, `${found.map(nothingText).join('')}${foreignText(found)}`);
      return false;
    }
    if (!isGiven) {
      const output = isTerminal(stdout) ? stdout : stderr;
      say(output, found.map(extentText).join('') + staysText(found));
      if (!(await confirm(question, { input: stdin, output, signal }))) {
        say(stdout, 'Operation cancelled.\n');
        return false;
      }
    } else {
      say(stderr, staysText(found));
    }
    say(stdout, `Resetting system database...\n${definitionsText(found)}${foreignText(found)}`);
    return true;
  };

/** A database that is not there is another thing than one without tables: the URL may be wrong. */
const nothingText = ({ exists, hasTables, dialect, database }: ResetPlan): string => {
  if (hasTables) return 'Nothing to reset: the DBOS system tables are empty.\n';
  if (exists) return 'Nothing to reset: there are no DBOS system tables.\n';
  return `Nothing to reset: the ${dialect === 'sqlite' ? 'file' : 'database'} ${database} does not exist.\n`;
};

/** What goes: where, how many workflows, how much. */
function extentText({ dialect, database, schema, url, extent }: ResetPlan): string {
  const { statuses, workflows, bytes } = extent;
  const counts = statuses?.map(({ status, count }) => `${status} ${rowCount(count)}`) ?? [];
  const lines = [
    dialect === 'sqlite' ? `File: ${database}` : `Database: ${database} (${url})`,
    ...(dialect === 'sqlite' ? [] : [`Schema: ${schema}`]),
    statuses === null && workflows > 0
      ? `Workflows: about ${rowCount(workflows)}`
      : `Workflows: ${rowCount(workflows)}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}`,
    `Size: ${byteSize(bytes)}`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** What keeps the schema, or the file. */
const staysText = (found: readonly ResetPlan[]): string =>
  found
    .filter(({ stays }) => stays.length > 0)
    .map(({ dialect, database, schema, stays }) => {
      const place = dialect === 'sqlite' ? `file ${database}` : `schema ${schema}`;
      return `The ${place} stays, with ${counted(stays.length, 'object')} of yours: ${listed(stays, 5)}\n`;
    })
    .join('');

/** How to make again what goes with the tables. */
export function definitionsText(found: readonly ResetPlan[]): string {
  const definitions = found.flatMap((database) => database.definitions);
  return definitions.length === 0
    ? ''
    : `These go with it; to make them again:\n${definitions.map((definition) => `${definition}\n`).join('')}`;
}

/** What only has a name of ours is said to stay. */
export const foreignText = (found: readonly ResetPlan[]): string =>
  found.flatMap(({ foreign }) => foreign.map((id) => `Left alone, since it is not of DBOS: ${id}\n`)).join('');

/**
 * Each object that went, by segments with their times.
 * @param took milliseconds of a segment; null where nothing of this is to be told
 */
export async function namedLines(
  databases: readonly ResetDatabase[],
  took: ((segment: Segment) => number | null) | null,
  paint: Paint,
): Promise<readonly string[]> {
  if (took === null) return [];
  const { verboseLines } = await import('../report/done.ts');
  return databases.flatMap((database) =>
    database.applied === null ? [] : verboseLines({ ...database, plan: database.applied }, took, paint),
  );
}
