import type { LiveState } from '../model/dialect.ts';
import { UserError } from '../model/errors.ts';
import type { Database } from './database.ts';
import type { Inspection } from './inspect.ts';

/**
 * Finds out before the first change of a run what would keep its plan from being applied.
 * @throws UserError where nothing can be written, or where the role may not do what the plan needs.
 */
export function refuseImpossible({ live, database, opened, plan }: Inspection): void {
  if (plan.changes.length === 0) return;
  refuseReadOnly(live, database);
  const lacking = live.lackingRights(plan.changes, opened.exists);
  if (lacking.length === 0) return;
  throw new UserError([`role ${live.server.user} may not`, ...lacking.map(({ what }) => `  ${what}`)].join('\n'), {
    where: database.where,
    hint: [...lacking.map(({ remedy }) => `${remedy};`), 'or run it as the owner'].join('\n'),
  });
}

function refuseReadOnly(live: LiveState, database: Database): void {
  if (live.server.readOnly === null) return;
  throw new UserError(`nothing can be changed here: ${live.server.readOnly}`, {
    where: database.where,
    hint: live.server.wayOut ?? 'run it where writing is possible; --dry-run works here too',
  });
}
