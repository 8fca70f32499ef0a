import { catalogOf } from '../model/catalog.ts';
import type { DeclareOptions, Dependent } from '../model/dialect.ts';
import { RefusedError } from '../model/errors.ts';
import type { Statement } from '../model/plan.ts';
import { dropOurs } from '../planner/ownership.ts';
import type { Database } from './database.ts';
import { type Goal, type Inspection, inspectOpened } from './inspect.ts';

/** What a reset would do, and what of others stands in its way. */
export interface ResetInspection {
  readonly inspection: Inspection;
  readonly dependents: readonly Dependent[];
}

/**
 * Plans the way from what is there to nothing of ours. The database stays, and the schema too while anything of
 * others stands in it.
 * @throws RefusedError when others' objects depend on ours and `cascade` was not given, or nothing could make them again.
 */
export async function inspectReset(
  database: Database,
  options: DeclareOptions,
  { cascade }: { readonly cascade: boolean },
): Promise<ResetInspection> {
  const { dialect, scope } = database;
  const opened = await database.open({ write: false });
  try {
    const dependents = opened.exists ? await dialect.dependents(opened.connection, scope) : [];
    const lasting = dependents.filter(({ definition }) => definition === null);
    if (lasting.length > 0) throw refusal(database, lasting, 'drop them yourself: nothing could make them again');
    if (dependents.length > 0 && !cascade) {
      const hint = 'drop them yourself, or give --cascade: they are dropped too, and their definitions printed';
      throw refusal(database, dependents, hint);
    }
    return { inspection: await inspectOpened(database, opened, resetGoal(database, options, dependents)), dependents };
  } catch (error) {
    await opened.connection.close();
    throw error;
  }
}

function resetGoal({ dialect, scope }: Database, options: DeclareOptions, dependents: readonly Dependent[]): Goal {
  const declared = dialect.declare(scope.definitions, options);
  const goes = new Set(dependents.map(({ name }) => name));
  return ({ catalog, server }) => {
    const isNeeded = scope.schema === dialect.lastingSchema || server.strangers.some((name) => !goes.has(name));
    const staying = isNeeded ? ['database', 'schema'] : ['database'];
    return {
      target: catalogOf([...catalog.values()].filter(({ kind }) => staying.includes(kind))),
      mayDrop: dropOurs(declared, scope.definitions.retired),
      first: dependents.map(dropDependent),
    };
  };
}

const dropDependent = ({ drop }: Dependent): Statement => ({
  sql: drop,
  objects: [],
  transactional: true,
  on: 'database',
  lock: 'ACCESS EXCLUSIVE',
  hazards: ['data loss'],
});

const refusal = (database: Database, dependents: readonly Dependent[], hint: string): RefusedError =>
  new RefusedError(
    `these objects of yours depend on the system tables:\n${dependents.map(({ name }) => `  ${name}`).join('\n')}`,
    { where: database.where, hint },
  );
