import type { LackingRight, ServerFacts } from '../model/dialect.ts';
import type { Obstacle } from '../model/obstacle.ts';
import type { Inspection } from './inspect.ts';

/** All that would keep the plan of an inspection from being applied; nothing does where there is nothing to do. */
export function obstaclesOf(inspection: Inspection): readonly Obstacle[] {
  const { live, plan } = inspection;
  if (plan.changes.length === 0) return [];
  return [
    ...readOnly(live.server),
    ...lackingRightsOf(inspection).map(({ what, remedy, owner }) => ({
      what: `cannot be applied by ${live.server.user}: it may not ${what}`,
      remedy: `${remedy}\n${asOwner([owner])}`,
    })),
    ...inspection.blockers,
  ];
}

/** Where nothing can be written. */
export const readOnly = ({ readOnly: why, wayOut }: ServerFacts): readonly Obstacle[] =>
  why === null
    ? []
    : [
        {
          what: `nothing can be changed here: ${why}`,
          remedy: wayOut ?? 'run it where writing is possible; --dry-run works here too',
        },
      ];

/** What the role may not do of all that the plan needs. */
export const lackingRightsOf = ({ live, opened, plan }: Inspection): readonly LackingRight[] =>
  live.lackingRights(plan.changes, opened.exists);

/** `or run it as the owner, admin` */
export function asOwner(owners: readonly (string | null)[]): string {
  const names = [...new Set(owners.filter((owner) => owner !== null))];
  return names.length === 0
    ? 'or run it as a role that may create databases'
    : `or run it as the owner, ${names.join(' or ')}`;
}
