import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { systemDefinitions } from '../../schema/index.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { Drop } from '../../src/model/change.ts';
import { type Definitions, table } from '../../src/model/definition.ts';
import type { Connection } from '../../src/model/dialect.ts';
import { idFor, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectId } from '../../src/model/objects.ts';
import { statementsOf } from '../../src/model/plan.ts';
import { order } from '../../src/planner/order.ts';
import { segmentsOf } from '../../src/planner/segments.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { tokenize } from '../../src/sqlite/text/tokens.ts';
import { chosen } from '../support/properties.ts';
import { declared, everything, files, live, runPlan, planOf, rows, run, script, sqlOf } from './support.ts';

const open = files();
const catalog = declared(everything);

async function made(definitions: Definitions = everything): Promise<Connection> {
  const connection = await open();
  await runPlan(connection, definitions);
  return connection;
}

/** The statements of a declared database, planned once for all tests of single objects. */
const creation = segmentsOf(
  sqlite.render(order([...catalog].map(([id, to]) => ({ type: 'create', id, to }))), {
    live: new Map(),
    target: catalog,
    facts: new Map(),
  }),
);

/** The drops of an object and of all that cannot be without it. */
function dropsOf(id: ObjectId, from: Catalog): readonly Drop[] {
  const gone = new Map<ObjectId, CatalogObject>();
  const visit = (next: ObjectId): void => {
    const object = from.get(next);
    if (object === undefined || gone.has(next)) return;
    gone.set(next, object);
    for (const [other, user] of from) if (needs(user, object)) visit(other);
  };
  visit(id);
  return [...gone].map(([other, object]) => ({ type: 'drop', id: other, from: object }));
}

const needs = (user: CatalogObject, object: CatalogObject): boolean =>
  [traitsOf(user).parent(user), ...traitsOf(user).requires(user)].includes(idFor(object)) ||
  (user.kind === 'index' &&
    object.kind === 'column' &&
    tokenize(user.predicate ?? '').some(({ value }) => value === object.name));

/** Whether a row of the table cannot be kept when these objects have to be made again. */
const losesRows = (drops: readonly Drop[], name: string): boolean =>
  drops.some(
    ({ from }) =>
      (from.kind === 'table' && from.name === name) ||
      (from.kind === 'column' && from.table === name && !from.nullable && from.default === null),
  );

const remake = async (connection: Connection): Promise<void> => {
  await runPlan(connection, everything);
  expect((await planOf(connection, everything)).changes).toEqual([]);
};

describe('any object that is missing is made again, and no row is lost', () => {
  const tables = ['notifications', 'workflow_events', 'workflow_status'];

  /** SQLite takes no table's last column away. */
  const cannotGo = /^database:|^column:main\.dbos_\w*migrations\.version$/;

  let complete: string;
  beforeAll(async () => {
    const connection = await open();
    await run(connection, creation);
    await connection.query([
      `INSERT INTO workflow_status (workflow_uuid, status) VALUES ('w', 'PENDING')`,
      `INSERT INTO workflow_events VALUES ('w', 'k', 'v', NULL)`,
      `INSERT INTO notifications (destination_uuid, message) VALUES ('w', 'm')`,
    ]);
    await connection.close();
    complete = connection.url.slice('sqlite:///'.length);
  });

  test.each(chosen([...catalog.keys()].filter((id) => !cannotGo.test(id))))('%s', async (id) => {
    const connection = await open('', complete);
    const drops = dropsOf(id, catalog);
    const lost = losesRows(drops, 'workflow_status') ? tables : tables.filter((name) => losesRows(drops, name));
    await connection.query(lost.map((name) => `DELETE FROM ${name}`));
    const context = { live: catalog, target: new Map(), facts: new Map() };
    await run(connection, segmentsOf(sqlite.render(order(drops), context)));
    if (id.startsWith('version:')) await connection.query(`DELETE FROM ${id.slice('version:main.'.length)}`);

    const plan = await planOf(connection, everything);
    expect(plan.changes.map((change) => change.id)).toContain(id);
    expect(statementsOf(plan).flatMap(({ objects }) => objects)).toContain(id);
    await run(connection, plan.segments);
    expect((await planOf(connection, everything)).changes).toEqual([]);
    for (const name of tables) {
      const kept = lost.includes(name) ? [] : [{ kept: 1 }];
      expect(await rows(connection, `SELECT 1 AS kept FROM ${name}`)).toEqual(kept);
    }
    await connection.close();
  });
});

describe('any object that is another is made the declared one', () => {
  test.each([
    [
      'the predicate of an index',
      'DROP INDEX idx_workflow_status_pending; CREATE INDEX idx_workflow_status_pending ON workflow_status (created_at)',
    ],
    [
      'the columns of an index',
      'DROP INDEX idx_workflow_topic; CREATE INDEX idx_workflow_topic ON notifications (topic)',
    ],
    [
      'the order of an index',
      'DROP INDEX idx_application_versions_timestamp; CREATE INDEX idx_application_versions_timestamp ON application_versions (version_timestamp)',
    ],
    [
      'a unique index',
      'DROP INDEX uq_workflow_status_dedup_id; CREATE INDEX uq_workflow_status_dedup_id ON workflow_status (queue_name, deduplication_id) WHERE deduplication_id IS NOT NULL',
    ],
    ['the version', 'UPDATE dbos_migrations SET version = 7'],
    ['a second version', 'INSERT INTO dbos_migrations VALUES (7), (8)'],
    ['no version', 'DELETE FROM dbos_migrations'],
    [
      'versions that no key allows',
      'DROP TABLE dbos_migrations; CREATE TABLE dbos_migrations (version BIGINT NOT NULL); INSERT INTO dbos_migrations VALUES (7), (7)',
    ],
    [
      'versions that are none',
      "DROP TABLE dbos_migrations; CREATE TABLE dbos_migrations (version TEXT PRIMARY KEY); INSERT INTO dbos_migrations VALUES (NULL), ('x')",
    ],
  ])('%s', async (_, damage) => {
    const connection = await made();
    await connection.query(damage);
    expect((await planOf(connection, everything)).changes).not.toEqual([]);
    await remake(connection);
    expect(await rows(connection, 'SELECT * FROM dbos_migrations')).toEqual([{ version: 125 }]);
    await connection.close();
  });
});

describe('columns', () => {
  const definitions = (columns: Parameters<typeof table>[0]['columns']): Definitions => ({
    tables: [table({ name: 't', about: '', columns: { id: { type: 'text' }, ...columns }, primaryKey: ['id'] })],
    functions: [],
    triggers: [],
    retired: [],
  });

  test('are added where SQLite can, in their order, without a rebuild', async () => {
    const connection = await open(`CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY); INSERT INTO t VALUES ('a')`);
    const wanted = definitions({
      z: { type: 'text' },
      y: { type: 'boolean', notNull: true, default: { value: false } },
      x: { type: 'double', notNull: true, default: { decimal: '1.0' } },
      w: { type: { varchar: 9 }, default: { value: "it's" } },
      v: { type: { numeric: [38, 15] }, default: { value: null } },
    });
    expect(sqlOf(await runPlan(connection, wanted))).toEqual([
      'ALTER TABLE "t" ADD COLUMN "z" TEXT',
      'ALTER TABLE "t" ADD COLUMN "y" BOOLEAN NOT NULL DEFAULT FALSE',
      'ALTER TABLE "t" ADD COLUMN "x" REAL NOT NULL DEFAULT 1.0',
      `ALTER TABLE "t" ADD COLUMN "w" TEXT DEFAULT 'it''s'`,
      'ALTER TABLE "t" ADD COLUMN "v" NUMERIC',
    ]);
    expect(await rows(connection, 'SELECT * FROM t')).toEqual([{ id: 'a', z: null, y: 0, x: 1, w: "it's", v: null }]);
    expect((await planOf(connection, wanted)).changes).toEqual([]);
    await connection.close();
  });

  test.each([
    ['an expression as its default', { z: { type: 'bigint', default: { clock: 'epoch ms' } } }],
    ['NOT NULL and no default', { z: { type: 'bigint', notNull: true } }],
  ] as const)('with %s need a rebuild', async (_, columns) => {
    const connection = await open('CREATE TABLE t (id TEXT NOT NULL PRIMARY KEY)');
    expect(sqlOf(await runPlan(connection, definitions(columns)))).toContain('DROP TABLE "t"');
    expect((await planOf(connection, definitions(columns))).changes).toEqual([]);
    await connection.close();
  });
});

test('an index under another name is made under its own', async () => {
  const connection = await made();
  await connection.query(`DROP INDEX uq_workflow_status_dedup_id;
CREATE UNIQUE INDEX uq_workflow_status_queue_name_dedup_id ON workflow_status (queue_name, deduplication_id) WHERE deduplication_id IS NOT NULL`);
  const plan = await planOf(connection, everything);
  expect(plan.changes.map(({ type }) => type)).toEqual(['rename']);
  expect(sqlOf(plan)).toEqual([
    'DROP INDEX "uq_workflow_status_queue_name_dedup_id"',
    'CREATE UNIQUE INDEX "uq_workflow_status_dedup_id" ON "workflow_status" (queue_name, deduplication_id) WHERE deduplication_id IS NOT NULL',
  ]);
  await remake(connection);
  await connection.close();
});

test('retired objects go, and those that hold rows stay', async () => {
  const connection = await made();
  await connection.query(`CREATE INDEX workflow_status_status_index ON workflow_status (status);
CREATE VIEW job_queue AS SELECT * FROM workflow_queue; CREATE TABLE scheduler_state (a); INSERT INTO scheduler_state VALUES (1)`);
  expect(sqlOf(await planOf(connection, everything)).toSorted()).toEqual([
    'DROP INDEX "workflow_status_status_index"',
    'DROP VIEW "job_queue"',
  ]);
  await remake(connection);
  expect(await rows(connection, 'SELECT * FROM scheduler_state')).toEqual([{ a: 1 }]);
  await connection.close();
});

test('an index that has gone to another table', async () => {
  const connection = await made();
  await connection.query('DROP INDEX idx_workflow_topic; CREATE INDEX idx_notifications ON notifications (topic)');
  await connection.query('ALTER TABLE notifications DROP COLUMN consumed_by_function_id');
  await remake(connection);
  await connection.close();
});

describe('reset', () => {
  test('drops our tables, children first, and no row of others', async () => {
    const connection = await made(systemDefinitions);
    await connection.query([
      'CREATE TABLE theirs (id TEXT REFERENCES workflow_status (workflow_uuid) ON DELETE CASCADE)',
      `INSERT INTO workflow_status (workflow_uuid) VALUES ('w')`,
      `INSERT INTO theirs VALUES ('w')`,
      'CREATE TABLE scheduler_state (a)',
    ]);
    const found = await live(connection, systemDefinitions);
    const target = new Map([...found].filter(([, { kind }]) => kind === 'database'));
    const plan = await planOf(connection, systemDefinitions, { target, takes: 'everything of ours' });
    const statements = statementsOf(plan);
    const dropped = statements.flatMap(({ sql }) => /^DROP TABLE "(\w+)"/.exec(sql)?.[1] ?? []);
    expect(dropped.toSorted()).toEqual(
      [...systemDefinitions.tables.map(({ name }) => name), 'scheduler_state'].toSorted(),
    );
    expect(dropped.indexOf('notifications')).toBeLessThan(dropped.indexOf('workflow_status'));
    const theirKey = 'foreignKey:main.theirs.theirs_id_fkey' as ObjectId;
    expect(found.has(theirKey)).toBe(true);
    expect(new Set(statements.flatMap(({ objects }) => objects))).toEqual(
      new Set([...found.keys()].filter((id) => !target.has(id) && id !== theirKey)),
    );
    await run(connection, plan.segments);
    expect(await rows(connection, 'SELECT name FROM sqlite_master')).toEqual([{ name: 'theirs' }]);
    expect(await rows(connection, 'SELECT * FROM theirs')).toEqual([{ id: 'w' }]);
    await connection.close();
  });
});

test('a column that goes takes its rows with it, and says so', async () => {
  const connection = await made();
  const drops = dropsOf('column:main.queues.concurrency' as ObjectId, catalog);
  const statements = sqlite.render(drops, { live: catalog, target: new Map(), facts: new Map() });
  expect(statements.filter(({ hazards }) => hazards.length > 0).map(({ sql, hazards }) => [sql, hazards])).toEqual([
    [
      'DROP TABLE "queues"',
      [{ name: 'data-loss', why: 'the values of queues.concurrency are gone', instead: 'copy the file first' }],
    ],
  ]);
  await connection.close();
});

describe('locks', () => {
  test('a file that is still to be made is locked for nobody', () => {
    expect(creation.map(({ transaction }) => transaction)).toEqual([true]);
    const statements = creation.flatMap((segment) => segment.statements);
    expect(new Set(statements.flatMap(({ locks }) => locks))).toEqual(new Set());
    expect(new Set(statements.map(({ commits, on }) => `${commits}, ${on}`))).toEqual(
      new Set(['with others, database']),
    );
  });

  test('a new table in a file that is there locks that as a whole', async () => {
    const connection = await open();
    const plan = await planOf(connection, everything);
    for (const { locks } of statementsOf(plan)) expect(locks).toEqual([{ relation: 'main', mode: 'RESERVED' }]);
    await connection.close();
  });

  test('settings and temporary tables lock nothing, and the switches of foreign keys stand in no transaction', async () => {
    const connection = await open(
      'CREATE TABLE dbos_migrations (version TEXT PRIMARY KEY); INSERT INTO dbos_migrations VALUES (1)',
    );
    const statements = statementsOf(await planOf(connection, everything));
    await connection.close();
    const free = statements.filter(({ locks }) => locks.length === 0).map(({ sql }) => sql.split(/ [(=]/, 1)[0]);
    expect(free).toEqual([
      'PRAGMA foreign_keys',
      'CREATE TEMP TABLE dbos_guard',
      'INSERT INTO temp.dbos_guard',
      'PRAGMA legacy_alter_table',
      'PRAGMA legacy_alter_table',
      'DROP TABLE temp.dbos_guard',
      'PRAGMA foreign_keys',
    ]);
    const outside = statements.filter(({ commits }) => commits === 'no transaction');
    expect(outside.map(({ sql }) => sql)).toEqual(['PRAGMA foreign_keys = OFF', 'PRAGMA foreign_keys = ON']);
    expect(outside).toEqual([statements.at(0), statements.at(-1)]);
  });
});

const hasShell = spawnSync('sqlite3', ['--version']).status === 0;
if (!hasShell) process.stderr.write('no sqlite3 here: a test of its shell is skipped\n');

(hasShell ? test : test.skip)('the shell of SQLite runs the statements as they stand', async () => {
  const connection = await open(`CREATE TABLE notifications (message_uuid TEXT, destination_uuid TEXT, mine);
CREATE TRIGGER mine AFTER INSERT ON notifications BEGIN SELECT 'a;'; END; INSERT INTO notifications VALUES (NULL, NULL, 1)`);
  const shell = spawnSync('sqlite3', ['-bail', ':memory:'], {
    input: `CREATE TABLE notifications (message_uuid TEXT, destination_uuid TEXT, mine);
CREATE TRIGGER mine AFTER INSERT ON notifications BEGIN SELECT 'a;'; END;\n${script((await planOf(connection, everything)).segments)}
SELECT count(*) FROM sqlite_master WHERE name = 'mine'; PRAGMA foreign_keys;`,
    encoding: 'utf8',
  });
  await connection.close();
  expect([shell.stderr, shell.stdout, shell.status]).toEqual(['', '1\n1\n', 0]);
});
