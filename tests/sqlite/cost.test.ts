import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../src/model/change.ts';
import type { Connection } from '../../src/model/dialect.ts';
import { relationName } from '../../src/model/facts.ts';
import { idFor } from '../../src/model/kinds.ts';
import { isMakeshift } from '../../src/model/makeshift.ts';
import type { ColumnObject, ObjectId } from '../../src/model/objects.ts';
import { type Plan, type Segment, type Statement, statementsOf } from '../../src/model/plan.ts';
import { segmentsOf } from '../../src/planner/segments.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { everything, files, introspect, runPlan, planOf, rows } from './support.ts';

const open = files();

/** The table of each b-tree of the file, by page; its indexes' trees are its own. */
async function trees(connection: Connection): Promise<ReadonlyMap<number, string>> {
  const found = await rows(connection, 'SELECT rootpage, tbl_name FROM main.sqlite_master WHERE rootpage > 0');
  return new Map(found.map((row) => [Number(row['rootpage']), String(row['tbl_name'])]));
}

interface Operation {
  readonly opcode: string;
  readonly p1: number;
  readonly p2: number;
  readonly p3: number;
}

/**
 * The tables that a statement goes through, as its program for SQLite's machine says: those of which it has a cursor
 * that it sets to a place to go on from, or which it empties. A cursor of the schema table stands on page 1.
 * https://www.sqlite.org/opcode.html
 */
async function scannedBy(connection: Connection, sql: string): Promise<readonly string[]> {
  const tables = await trees(connection);
  const program = (await rows(connection, `EXPLAIN ${sql}`)) as unknown as readonly Operation[];
  const cursors = new Map<number, string | undefined>();
  const found = new Set<string | undefined>();
  for (const { opcode, p1, p2, p3 } of program) {
    if (/^Open(?:Read|Write)$/.test(opcode) && p3 === 0) cursors.set(p1, tables.get(p2));
    if (/^(?:Rewind|Last|Seek(?:GE|GT|LE|LT|Rowid|End))$/.test(opcode)) found.add(cursors.get(p1));
    if (opcode === 'Clear') found.add(tables.get(p1));
    // The one virtual table that a statement of ours reads is the check behind ADD COLUMN.
    if (opcode === 'VFilter') found.add(/^ALTER TABLE "(.*?)" ADD/.exec(sql)?.[1]);
  }
  return [...found].filter((name) => name !== undefined && !name.startsWith('sqlite_')).map((name) => `main.${name}`);
}

interface Taken {
  readonly sql: string;
  readonly announced: readonly string[];
  readonly scanned: readonly string[];
}

/** Runs a plan, and looks at the program of each statement before that. Tables that the plan itself makes are left out. */
async function trace(
  connection: Connection,
  segments: readonly Segment[],
  watch: () => Promise<void>,
): Promise<readonly Taken[]> {
  const before = new Set([...(await trees(connection)).values()].map((name) => relationName('main', name)));
  const isOld = (relation: string): boolean => before.has(relation) && !isMakeshift(relation.slice('main.'.length));
  const taken: Taken[] = [];
  for (const { transaction, statements } of segments) {
    if (transaction) await connection.query(sqlite.begin);
    for (const { sql, scans, objects } of statements) {
      const scanned = new Set<string>();
      // What takes a foreign key away is several statements in one.
      const isDependent = objects.some((id) => id.startsWith('dependent:'));
      for (const single of isDependent ? sql.split(';\n') : [sql]) {
        // Some pragmas are done by being prepared.
        if (!/^PRAGMA/.test(single)) for (const name of await scannedBy(connection, single)) scanned.add(name);
        await connection.query(single);
        await watch();
      }
      taken.push({ sql, announced: scans.toSorted(), scanned: [...scanned].filter(isOld).toSorted() });
    }
    if (transaction) await connection.query('COMMIT');
  }
  return taken;
}

/** Where the tables stand in the file. */
const places = async (connection: Connection): Promise<ReadonlyMap<unknown, unknown>> =>
  new Map(
    (await rows(connection, `SELECT name, rootpage FROM main.sqlite_master WHERE type = 'table'`)).map((row) => [
      row['name'],
      row['rootpage'],
    ]),
  );

/** A table that is written anew has another place in the file for a while at least. */
async function expectTruth(connection: Connection, { segments }: Pick<Plan, 'segments'>): Promise<readonly Taken[]> {
  const before = await places(connection);
  const moved = new Set<unknown>();
  const taken = await trace(connection, segments, async () => {
    const now = await places(connection);
    for (const [name, place] of before) if (now.get(name) !== place) moved.add(name);
  });
  expect(taken.map(({ sql, announced }) => [sql, announced])).toEqual(taken.map(({ sql, scanned }) => [sql, scanned]));
  const after = await places(connection);
  const rewritten = new Set(statementsOf({ segments }).flatMap(({ rewrites }) => rewrites));
  const renewed = [...moved].filter((name) => after.has(name)).map((name) => `main.${String(name)}`);
  expect([...rewritten].toSorted()).toEqual(renewed.toSorted());
  return taken;
}

const fixtures = new URL('../../fixtures/sqlite/', import.meta.url);

describe('what is announced is what the engine does', () => {
  test.each(readdirSync(fixtures))('for the plan of %s', async (name) => {
    const connection = await open(readFileSync(new URL(`${name}/live.sql`, fixtures), 'utf8'));
    await expectTruth(connection, await planOf(connection, everything));
    await connection.close();
  });

  test('for a new foreign key, whose rows are counted on both sides', async () => {
    const connection = await open();
    await runPlan(connection, everything);
    await connection.query(`DROP TABLE notifications; CREATE TABLE notifications (destination_uuid TEXT NOT NULL, topic TEXT,
message TEXT NOT NULL, message_uuid TEXT PRIMARY KEY); INSERT INTO workflow_status (workflow_uuid) VALUES ('a');
INSERT INTO notifications VALUES ('a', NULL, 'm', '1')`);
    const taken = await expectTruth(connection, await planOf(connection, everything));
    const guard = taken.find(({ sql }) => sql.includes('LEFT JOIN'));
    expect(guard?.announced).toEqual(['main.notifications', 'main.workflow_status']);
    await connection.close();
  });

  test('for a reset, with what others have around', async () => {
    const connection = await open();
    await runPlan(connection, everything);
    await connection.query(`CREATE TABLE mine (id INTEGER PRIMARY KEY, w REFERENCES workflow_status, q REFERENCES queues (name));
CREATE VIEW report AS SELECT * FROM workflow_status; INSERT INTO mine VALUES (1, NULL, NULL)`);
    const { catalog } = await introspect(connection, everything);
    const target = new Map([...catalog].filter(([, { kind }]) => kind === 'database'));
    const plan = await planOf(connection, everything, { target, takes: 'everything of ours', surroundings: true });
    const taken = await expectTruth(connection, plan);
    const scanning = taken.filter(({ announced }) => announced.length > 0);
    expect(scanning.map(({ announced }) => announced)).toEqual([['main.mine'], ['main.mine']]);
    expect(await rows(connection, 'SELECT * FROM mine')).toEqual([{ id: 1, w: null, q: null }]);
    await connection.close();
  });

  test.each([
    ['', []],
    [' STRICT', ['main.t']],
  ])('for a column of a table%s', async (options, announced) => {
    const connection = await open(
      `CREATE TABLE t (id TEXT PRIMARY KEY CHECK (id <> ''))${options}; INSERT INTO t VALUES ('a')`,
    );
    const look = { relations: ['t'], functions: [], reserved: [], contents: [], takeovers: [] };
    const place = { database: 'test.sqlite', schema: 'main', role: null };
    const found = await sqlite.introspect(connection, {
      ...look,
      ...place,
      emptied: [],
      surroundings: false,
      spared: [],
      alternative: null,
    });
    const [id] = [...found.catalog.values()].filter((object) => object.kind === 'column');
    const to: ColumnObject = { ...(id as ColumnObject), name: 'more', nullable: true, position: 2 };
    const change: Change = { type: 'create', id: idFor(to), to };
    const context = { live: found.catalog, target: new Map<ObjectId, ColumnObject>(), facts: found.facts };
    const segments = segmentsOf(sqlite.render([change], context));
    expect(await expectTruth(connection, { segments })).toMatchObject([{ announced }]);
    await connection.close();
  });
});

/** The hazards of the plan of a file, by statement. */
async function hazardsOf(sql: string): Promise<readonly unknown[]> {
  const connection = await open(sql);
  const statements = statementsOf(await planOf(connection, everything));
  await connection.close();
  return statements.flatMap((statement) =>
    statement.hazards.map(({ name, why }) => [firstWords(statement), name, why]),
  );
}

const firstWords = ({ sql }: Statement): string => sql.split(/ ?[(\n]/, 1)[0] ?? '';

describe('hazards', () => {
  const events = (columns: string, row: string): string =>
    `CREATE TABLE event_dispatch_kv (${columns})${row === '' ? '' : `; INSERT INTO event_dispatch_kv VALUES (${row})`}`;

  test.each([
    [
      'a new key',
      events(
        'service_name TEXT NOT NULL, workflow_fn_name TEXT NOT NULL, "key" TEXT NOT NULL, value, update_seq, update_time',
        `1, 2, 3, 4, 5, 6`,
      ),
      [
        [
          'INSERT OR ABORT INTO "dbos_new_event_dispatch_kv"',
          'may-fail',
          'rows of event_dispatch_kv may be equal in (service_name, workflow_fn_name, key)',
        ],
      ],
    ],
    [
      'a value that is needed',
      `CREATE TABLE scheduled_workflows (schedule_name TEXT PRIMARY KEY, workflow_name TEXT, schedule TEXT NOT NULL, last_run_time INTEGER);
INSERT INTO scheduled_workflows VALUES ('a', 'b', 'c', 1)`,
      [
        [
          'INSERT OR ABORT INTO "dbos_new_scheduled_workflows"',
          'may-fail',
          'rows of scheduled_workflows may have no workflow_name, which needs a value',
        ],
      ],
    ],
    [
      'a new column that needs a value',
      `CREATE TABLE scheduled_workflows (schedule_name TEXT PRIMARY KEY, schedule TEXT NOT NULL, last_run_time INTEGER);
INSERT INTO scheduled_workflows VALUES ('a', 'b', 1)`,
      [
        [
          'INSERT OR ABORT INTO "dbos_new_scheduled_workflows"',
          'may-fail',
          'rows of scheduled_workflows may have no workflow_name, which needs a value',
        ],
      ],
    ],
    [
      'another type of a key',
      `CREATE TABLE scheduled_workflows (schedule_name INTEGER PRIMARY KEY, workflow_name TEXT NOT NULL, schedule TEXT NOT NULL, last_run_time INTEGER);
INSERT INTO scheduled_workflows VALUES (1, 'b', 'c', 1)`,
      [
        [
          'INSERT OR ABORT INTO "dbos_new_scheduled_workflows"',
          'may-fail',
          'values of scheduled_workflows.schedule_name may be equal as TEXT, or none of that type',
        ],
      ],
    ],
    ['none for rows that are not there', events('service_name TEXT', ''), []],
    ['none for a table that is still to be made', '', []],
  ])('%s', async (_, sql, expected) => {
    expect(await hazardsOf(sql)).toEqual(expected);
  });
});
