import type { Inspection } from '../apply/inspect.ts';
import type { Found } from '../planner/recognise.ts';

/** Which release of the runtime made what was found; null where it is as declared, ahead, or none of the runtime's. */
export async function foundIn({ plan, ahead, settled, target, database }: Inspection): Promise<Found | null> {
  const isSystem = database.scope.definitions.tables.some(({ name }) => name === 'dbos_migrations');
  if (ahead !== null || plan.changes.length === 0 || !isSystem) return null;
  const [{ recognise }, history] = await Promise.all([import('../planner/recognise.ts'), database.history()]);
  const { named: live, catalog } = settled;
  return recognise({ live, settled: catalog, target, schema: database.scope.schema }, history);
}
