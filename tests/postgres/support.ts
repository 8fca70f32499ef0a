import { systemDefinitions } from '../../schema/index.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { Connection, Scope } from '../../src/model/dialect.ts';
import type { Plan, Statement } from '../../src/model/plan.ts';
import { dropRetired, type MayDrop } from '../../src/planner/ownership.ts';
import { plan } from '../../src/planner/plan.ts';
import { postgres } from '../../src/postgres/dialect.ts';

export const scopeOf = (database: string, schema = 'dbos'): Scope => ({
  database,
  schema,
  definitions: systemDefinitions,
  role: null,
});

export const declaredIn = ({ schema, database, role }: Scope): Catalog =>
  postgres.declare(systemDefinitions, { schema, database, role });

/** The live catalog in the spelling of the target. */
export async function settledIn(connection: Connection, scope: Scope, target = declaredIn(scope)): Promise<Catalog> {
  const { catalog } = await postgres.introspect(connection, scope);
  return postgres.settle(catalog, target, scope.definitions);
}

/** The plan from what is in the database to what is declared, as `migrate` makes it. */
export async function planOf(
  connection: Connection,
  scope: Scope,
  target: Catalog = declaredIn(scope),
  mayDrop: MayDrop = dropRetired(systemDefinitions.retired, false),
): Promise<Plan> {
  const live = await settledIn(connection, scope, target);
  return plan({
    live,
    settled: live,
    target,
    mayDrop,
    render: (changes) => postgres.render(changes, { live, target }),
  });
}

/** The statements as they run, one transaction for each row of transactional ones. */
export function script(statements: readonly Statement[]): string {
  const lines: string[] = [];
  let inside = false;
  for (const { transactional, sql } of statements) {
    if (transactional !== inside) lines.push(inside ? 'COMMIT' : 'BEGIN');
    inside = transactional;
    lines.push(sql);
  }
  if (inside) lines.push('COMMIT');
  return lines.map((line) => `${line};\n`).join('');
}

/** Runs the statements, those that refuse a transaction by themselves; the first that is refused is thrown. */
export async function run(connection: Connection, statements: readonly Statement[]): Promise<void> {
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await connection.query(['BEGIN', ...batch, 'COMMIT']);
    batch = [];
  };
  for (const { transactional, sql } of statements) {
    if (transactional) batch.push(sql);
    else {
      await flush();
      await connection.query(sql);
    }
  }
  await flush();
}
