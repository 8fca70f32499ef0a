import { RefusedError, UserError } from '../model/errors.ts';
import type { Obstacle } from '../model/obstacle.ts';
import { unallowedIn } from '../planner/consent.ts';
import type { Database } from './database.ts';
import type { Inspection } from './inspect.ts';
import { asOwner, lackingRightsOf, readOnly } from './obstacles.ts';

/**
 * Finds out before the first change of a run what would keep its plan from being applied.
 * @throws RefusedError where values would be lost and nobody has allowed it
 * @throws UserError where nothing can be written, where the role may not do what the plan needs, and where objects of
 * others are in its way
 */
export function refuseImpossible(inspection: Inspection): void {
  const { live, database, plan } = inspection;
  if (plan.changes.length === 0 && (live.unread ?? []).length === 0) return;
  // Nothing is known to be missing, and not all was looked at: no more can be said than that nothing can be changed.
  refuse(readOnly(live.server), database);
  const lacking = lackingRightsOf(inspection);
  if (lacking.length > 0) {
    throw new UserError([`role ${live.server.user} may not`, ...lacking.map(({ what }) => `  ${what}`)].join('\n'), {
      where: database.where,
      hint: [...new Set(lacking.map(({ remedy }) => remedy)), asOwner(lacking.map(({ owner }) => owner))].join('\n'),
    });
  }
  refuse(inspection.blockers, database);
  refuseLoss(inspection);
}

/** A reset is the operator's word that all may go; of a migration nobody expects that values are lost. */
function refuseLoss({ database, goal, plan }: Inspection): void {
  if (goal.aim !== 'declared') return;
  const losses = unallowedIn(plan, goal.allow).filter(({ hazard }) => hazard.name === 'data-loss');
  if (losses.length === 0) return;
  throw new RefusedError(losses.map(({ hazard }) => hazard.why).join('\n'), {
    where: database.where,
    hint: 'give the column its type back by hand, or let the values go: --allow data-loss',
  });
}

function refuse(obstacles: readonly Obstacle[], { where }: Database): void {
  if (obstacles.length === 0) return;
  throw new UserError(obstacles.map(({ what }) => what).join('\n'), {
    where,
    hint: obstacles.map(({ remedy }) => remedy).join('\n'),
  });
}
