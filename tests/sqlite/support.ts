import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../src/model/catalog.ts';
import { combine, type Definitions } from '../../src/model/definition.ts';
import type { Connection, LiveState, Row, Settled } from '../../src/model/dialect.ts';
import { lookFor, type Scope } from '../../src/model/look.ts';
import type { ObjectId } from '../../src/model/objects.ts';
import { type Plan, type Segment, statementsOf } from '../../src/model/plan.ts';
import type { Ownership } from '../../src/planner/ownership.ts';
import { plan } from '../../src/planner/plan.ts';
import { segmentsOf } from '../../src/planner/segments.ts';
import { connectSqlite } from '../../src/sqlite/connection/connect.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { prove } from '../../src/apply/prove.ts';
import { applicationDefinitions, systemDefinitions } from '../../schema/index.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

export const everything = combine(systemDefinitions, applicationDefinitions);

export const scopeOf = (definitions: Definitions, database = 'test.sqlite'): Scope => ({
  database,
  schema: 'main',
  definitions,
  role: null,
});

/** Gives a function that opens a new file, or the copy of one, in a directory of its own, after running some SQL in it. */
export function files(): (sql?: string, original?: string) => Promise<Connection> {
  const directory = temporaryDirectories();
  return async (sql = '', original?: string) => {
    const path = join(directory(), `${randomUUID()}.sqlite`);
    if (original !== undefined) copyFileSync(original, path);
    const { connection } = await connectSqlite(path, { write: true });
    await connection.query(`PRAGMA synchronous = OFF;${sql}`);
    return connection;
  };
}

export const introspect = (
  connection: Connection,
  definitions: Definitions,
  { surroundings = false }: { readonly surroundings?: boolean } = {},
): Promise<LiveState> => sqlite.introspect(connection, lookFor(scopeOf(definitions), { surroundings }));

export const settle = async (found: Catalog, definitions: Definitions): Promise<Settled> =>
  sqlite.settle(found, declared(definitions), definitions);

/** The live objects in the words of the definitions. */
export const live = async (connection: Connection, definitions: Definitions): Promise<Catalog> =>
  (await settle((await introspect(connection, definitions)).catalog, definitions)).named;

export const declared = (definitions: Definitions): Catalog =>
  sqlite.declare(definitions, { schema: 'main', database: 'test.sqlite', role: null });

export interface PlanOptions {
  readonly target?: Catalog;
  readonly takes?: Ownership['takes'];
  readonly surroundings?: boolean;
}

/** The plan from what is in the file to what is declared, by this room alone: without proof of whose an object is. */
export async function planOf(
  connection: Connection,
  definitions: Definitions,
  { target = declared(definitions), takes = 'retired', surroundings = false }: PlanOptions = {},
): Promise<Plan> {
  const { catalog, facts } = await introspect(connection, definitions, { surroundings });
  const settled = (await sqlite.settle(catalog, target, definitions)).catalog;
  const ownership = {
    retired: definitions.retired,
    declared: declared(definitions),
    takes,
    foreign: new Set<ObjectId>(),
  };
  const outcome = plan({ live: catalog, settled, target, ownership });
  const lossless = (await prove(sqlite, connection, outcome.changes, target)) ?? new Set();
  return {
    ...outcome,
    segments: segmentsOf(sqlite.render(outcome.changes, { live: settled, target, facts, lossless })),
  };
}

/** The statements of a plan by their SQL. */
export const sqlOf = (made: Pick<Plan, 'segments'>): readonly string[] => statementsOf(made).map(({ sql }) => sql);

const linesOf = ({ transaction, statements }: Segment): readonly string[] => {
  const own = statements.map(({ sql }) => sql);
  return transaction ? [...sqlite.begin, ...own, 'COMMIT'] : own;
};

/** The segments as `--dry-run` prints them. */
export const script = (segments: readonly Segment[]): string =>
  segments
    .flatMap(linesOf)
    .map((line) => `${line};\n`)
    .join('');

/** Runs the segments; the first statement that is refused is thrown, with nothing of its transaction left. */
export async function run(connection: Connection, segments: readonly Segment[]): Promise<void> {
  try {
    for (const segment of segments) await connection.query(linesOf(segment));
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  }
}

/** Plans and runs it, without the lock, the second look and the record of a migration. */
export async function runPlan(connection: Connection, definitions: Definitions): Promise<Plan> {
  const made = await planOf(connection, definitions);
  await run(connection, made.segments);
  return made;
}

export const rows = (connection: Connection, sql: string): Promise<readonly Row[]> => connection.query(sql);
