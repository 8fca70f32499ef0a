import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Catalog } from '../../src/model/catalog.ts';
import { combine, type Definitions } from '../../src/model/definition.ts';
import type { Connection, Row, Scope } from '../../src/model/dialect.ts';
import type { Plan, Statement } from '../../src/model/plan.ts';
import { dropRetired, type MayDrop } from '../../src/planner/ownership.ts';
import { plan } from '../../src/planner/plan.ts';
import { openSqlite, sqlite } from '../../src/sqlite/dialect.ts';
import { applicationDefinitions, systemDefinitions } from '../../schema/index.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

export const everything = combine(systemDefinitions, applicationDefinitions);

export const scopeOf = (definitions: Definitions, database = 'test.sqlite'): Scope => ({
  database,
  schema: 'main',
  definitions,
  role: null,
});

/** Gives a function that opens a new file in a directory of its own, after running some SQL in it. */
export function files(): (sql?: string) => Promise<Connection> {
  const directory = temporaryDirectories();
  return async (sql = '') => {
    const { connection } = await openSqlite(join(directory(), `${randomUUID()}.sqlite`), { write: true });
    await connection.query(`PRAGMA synchronous = OFF;${sql}`);
    return connection;
  };
}

export const live = async (connection: Connection, definitions: Definitions): Promise<Catalog> =>
  (await sqlite.introspect(connection, scopeOf(definitions))).catalog;

export const declared = (definitions: Definitions): Catalog =>
  sqlite.declare(definitions, { schema: 'main', database: 'test.sqlite', role: null });

/** The plan from what is in the file to what is declared, as `migrate` makes it. */
export async function planOf(
  connection: Connection,
  definitions: Definitions,
  target: Catalog = declared(definitions),
  mayDrop: MayDrop = dropRetired(definitions.retired, false),
): Promise<Plan> {
  const found = await live(connection, definitions);
  return plan({
    live: found,
    settled: found,
    target,
    mayDrop,
    render: (changes) => sqlite.render(changes, { live: found, target }),
  });
}

/** The statements as `--dry-run` prints them, one transaction for each run of transactional ones. */
export function script(statements: readonly Statement[]): string {
  const lines: string[] = [];
  let inside = false;
  for (const statement of statements) {
    if (statement.transactional !== inside) lines.push(inside ? 'COMMIT' : 'BEGIN IMMEDIATE');
    inside = statement.transactional;
    lines.push(statement.sql);
  }
  if (inside) lines.push('COMMIT');
  return lines.map((line) => `${line};\n`).join('');
}

/** Runs the statements; the first that is refused is thrown, with nothing of its transaction left. */
export async function run(connection: Connection, statements: readonly Statement[]): Promise<void> {
  try {
    await connection.query(script(statements));
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  }
}

export async function migrate(connection: Connection, definitions: Definitions): Promise<Plan> {
  const made = await planOf(connection, definitions);
  await run(connection, made.statements);
  return made;
}

export const rows = (connection: Connection, sql: string): Promise<readonly Row[]> => connection.query(sql);
