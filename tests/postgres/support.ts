import { systemDefinitions } from '../../schema/index.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { Connection, LiveState } from '../../src/model/dialect.ts';
import { type Look, lookFor, type Scope } from '../../src/model/look.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Ownership } from '../../src/planner/ownership.ts';
import { plan } from '../../src/planner/plan.ts';
import { segmentsOf } from '../../src/planner/segments.ts';
import { postgres } from '../../src/postgres/dialect.ts';

export const scopeOf = (database: string, schema = 'dbos'): Scope => ({
  database,
  schema,
  definitions: systemDefinitions,
  role: null,
});

export const declaredIn = (scope: Scope): Catalog => postgres.declare(scope.definitions, scope);

/** What may go when it is not declared: what earlier releases left without rows. */
export const owned = (declared: Catalog, takes: Ownership['takes'] = 'retired'): Ownership => ({
  retired: systemDefinitions.retired,
  declared,
  takes,
  foreign: new Set(),
});

export const look = (connection: Connection, scope: Scope, options?: Pick<Look, 'surroundings'>): Promise<LiveState> =>
  postgres.introspect(connection, lookFor(scope, options));

/** The live catalog in the spelling of the target. */
export async function settledIn(connection: Connection, scope: Scope, target = declaredIn(scope)): Promise<Catalog> {
  const { catalog } = await look(connection, scope);
  return (await postgres.settle(catalog, target, scope.definitions)).catalog;
}

/** The plan from what is in the database to what is declared, by this room alone: without proof of whose an object is. */
export async function planOf(
  connection: Connection,
  scope: Scope,
  target: Catalog = declaredIn(scope),
  ownership: Ownership = owned(target),
  options?: Pick<Look, 'surroundings'>,
): Promise<Plan> {
  const { catalog, facts } = await look(connection, scope, options);
  const live = (await postgres.settle(catalog, target, scope.definitions)).catalog;
  const outcome = plan({ live, settled: live, target, ownership });
  return { ...outcome, segments: segmentsOf(postgres.render(outcome.changes, { live, target, facts })) };
}

/** A plan's segments as they run. */
export const script = ({ segments }: Pick<Plan, 'segments'>): string =>
  segments
    .flatMap(({ transaction, statements }) => {
      const sql = statements.map((statement) => statement.sql);
      return transaction ? ['BEGIN', ...sql, 'COMMIT'] : sql;
    })
    .map((line) => `${line};\n`)
    .join('');

/** Runs a plan's segments; the first statement that is refused is thrown. */
export async function run(connection: Connection, { segments }: Pick<Plan, 'segments'>): Promise<void> {
  for (const { transaction, statements } of segments) {
    const sql = statements.map((statement) => statement.sql);
    await connection.query(transaction ? ['BEGIN', ...sql, 'COMMIT'] : sql);
  }
}
