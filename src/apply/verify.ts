import type { ServerFacts } from '../model/dialect.ts';
import { subject } from '../model/change.ts';
import { UserError } from '../model/errors.ts';
import { idFor, traitsOf } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import type { Inspection } from './inspect.ts';

/** Objects of others that may keep what is left from being as it was made: those on its tables that can act on rows. */
function suspectsIn({ plan, target, dialect }: Inspection): readonly string[] {
  const tables = new Set(plan.changes.flatMap((change) => relationsOf(subject(change))));
  return plan.unmanaged.flatMap((object) => {
    const isNear = relationsOf(object).some((name) => tables.has(name));
    if (!isNear || traitsOf(object).danger(object, target) === null) return [];
    const mend = dialect.mend(object);
    return [`${idFor(object)} may be at work${mend === null ? '' : `: ${mend};`}`];
  });
}

const relationsOf = (object: CatalogObject): readonly string[] => {
  if (object.kind === 'backlog') return [object.into, ...object.fills.map(({ table }) => table)];
  if (object.kind === 'influence') return object.relation === null ? [] : [object.relation];
  if ('table' in object) return [object.table];
  return object.kind === 'table' ? [object.name] : [];
};

/** Why a database, looked at again after a plan, still has something left to do: what is left is named. */
export const leftOver = (inspection: Inspection): UserError => {
  const { plan, live, database } = inspection;
  return new UserError(
    `after the plan was applied there is still something to do: ${plan.changes.map((c) => c.id).join(', ')}`,
    { where: database.where, hint: hintFor(live.server.eventTriggers ?? [], suspectsIn(inspection)) },
  );
};

/** An event trigger sees what others create, and can change it. */
const hintFor = (eventTriggers: NonNullable<ServerFacts['eventTriggers']>, suspects: readonly string[]): string => {
  if (suspects.length > 0) return [...suspects, 'take it away, or disable it; then run it again'].join('\n');
  return eventTriggers.length === 0
    ? 'somebody else may be changing the schema: run it again; if the same remains, report it as a bug'
    : [
        `event triggers of the database may change what is created (${eventTriggers.map(({ name }) => name).join(', ')}): switch them off as a superuser, then run it again`,
        ...eventTriggers.map(({ disable }) => disable),
      ].join('\n');
};
