import type { Inspection } from '../apply/inspect.ts';
import type { DialectName } from '../model/dialect.ts';
import type { History } from '../planner/history.ts';
import type { Found } from '../planner/recognise.ts';

/** Loaded only where there is something to say: a run that finds nothing to do is not made to read it. */
const histories: { readonly [D in DialectName]: () => Promise<{ readonly default: History }> } = {
  postgres: () => import('../../schema/history/postgres.json', { with: { type: 'json' } }),
  sqlite: () => import('../../schema/history/sqlite.json', { with: { type: 'json' } }),
};

/** Which release of the runtime made what was found; null where it is as declared, ahead, or none of the runtime's. */
export async function foundIn(inspection: Inspection): Promise<Found | null> {
  const { plan, ahead, live, settled, target, database } = inspection;
  const isSystem = database.scope.definitions.tables.some(({ name }) => name === 'dbos_migrations');
  if (ahead !== null || plan.changes.length === 0 || !isSystem) return null;
  const [{ recognise }, { default: history }] = await Promise.all([
    import('../planner/recognise.ts'),
    histories[database.dialect.name](),
  ]);
  return recognise({ live: live.catalog, settled, target, schema: database.scope.schema }, history);
}
