import type { ResetPlan } from '../operations/reset.ts';
import type { Context } from './context.ts';
import { say } from './door.ts';
import { confirm, isTerminal } from './terminal.ts';

const question =
  'This command resets your DBOS system database, deleting metadata about past workflows and steps. Are you sure you want to proceed? [y/N]: ';

/**
 * Gives the function that decides whether what a reset found is taken away: nothing to reset needs no answer, and what
 * goes is told before it goes.
 */
export const confirmation =
  ({ stdin, stdout, stderr, signal }: Context, isGiven: boolean) =>
  async (found: readonly ResetPlan[]): Promise<boolean> => {
    if (found.every(({ plan }) => plan.changes.length === 0)) {
      say(stdout, `Nothing to reset: there are no DBOS system tables.\n${foreignText(found)}`);
      return false;
    }
    if (
      !isGiven &&
      !(await confirm(question, { input: stdin, output: isTerminal(stdout) ? stdout : stderr, signal }))
    ) {
      say(stdout, 'Operation cancelled.\n');
      return false;
    }
    say(stdout, `Resetting system database...\n${definitionsText(found)}${foreignText(found)}`);
    return true;
  };

/** How to make again what goes with the tables. */
export function definitionsText(found: readonly ResetPlan[]): string {
  const definitions = found.flatMap((database) => database.definitions);
  return definitions.length === 0
    ? ''
    : `These go with it; to make them again:\n${definitions.map((definition) => `${definition}\n`).join('')}`;
}

/** What only has a name of ours is said to stay. */
const foreignText = (found: readonly ResetPlan[]): string =>
  found.flatMap(({ foreign }) => foreign.map((id) => `Left alone, since it is not of DBOS: ${id}\n`)).join('');
