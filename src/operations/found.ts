import type { Inspection } from '../apply/inspect.ts';
import { versionTable } from '../model/definition.ts';
import type { Found } from '../planner/recognise.ts';

/** Which release of the runtime made what was found; null where it is as declared, ahead, none of the runtime's, or not looked at whole. */
export async function foundIn({
  plan,
  ahead,
  settled,
  target,
  database,
  live: state,
}: Inspection): Promise<Found | null> {
  const isSystem = database.scope.definitions.tables.some(({ name }) => name === versionTable);
  // What was not looked at tells releases apart too.
  const isPartial = (state.unread ?? []).length > 0;
  if (ahead !== null || plan.changes.length === 0 || !isSystem || isPartial) return null;
  const [{ recognise }, history] = await Promise.all([import('../planner/recognise.ts'), database.history()]);
  const { named: live, catalog } = settled;
  return recognise({ live, settled: catalog, target, schema: database.scope.schema }, history);
}
