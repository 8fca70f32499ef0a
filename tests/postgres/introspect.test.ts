import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/model/dialect.ts';
import { lookFor, type Scope } from '../../src/model/look.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { completeDatabase } from '../support/complete-database.ts';
import { connect } from '../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { look, planOf, run, scopeOf } from './support.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.stop());

/** A fresh schema to which the statements were done. */
async function databaseAfter(
  ...statements: readonly string[]
): Promise<{ readonly connection: Connection; readonly scope: Scope }> {
  const url = await completeDatabase(server, 'introspect');
  const connection = await connect(url);
  const scope = scopeOf(new URL(url).pathname.slice(1));
  for (const statement of statements) await connection.query(statement);
  return { connection, scope };
}

/** What is found in the table `streams` of a fresh schema to which the statements were done. */
async function streamsAfter(...statements: readonly string[]): Promise<readonly CatalogObject[]> {
  const { connection, scope } = await databaseAfter(...statements);
  const { catalog } = await look(connection, scope);
  return [...catalog.values()].filter(
    (o) => ('table' in o && o.table === 'streams') || (o.kind === 'table' && o.name === 'streams'),
  );
}

const optionsAfter = async (...statements: readonly string[]): Promise<readonly string[] | undefined> =>
  (await streamsAfter(...statements)).find((o) => o.kind === 'table')?.options;

describe('what sets a table apart', () => {
  test('nothing does where nobody did anything, and none of its own parents does', async () => {
    expect(await optionsAfter()).toEqual([]);
    expect(
      await optionsAfter(
        'CREATE TABLE public.parent (key text NOT NULL)',
        'ALTER TABLE dbos.streams INHERIT public.parent',
      ),
    ).toEqual([]);
  });

  test('row security, and its being forced on the owner', async () => {
    expect(
      await optionsAfter(
        'ALTER TABLE dbos.streams ENABLE ROW LEVEL SECURITY',
        'ALTER TABLE dbos.streams FORCE ROW LEVEL SECURITY',
      ),
    ).toEqual(['FORCE ROW LEVEL SECURITY', 'ROW LEVEL SECURITY']);
  });

  test('being a partition', async () => {
    expect(
      await optionsAfter(
        'CREATE TABLE public."a b" (LIKE dbos.streams) PARTITION BY LIST (key)',
        `ALTER TABLE public."a b" ATTACH PARTITION dbos.streams FOR VALUES IN ('k')`,
      ),
    ).toEqual(['PARTITION OF public."a b"']);
  });

  test('having partitions', async () => {
    expect(
      await optionsAfter(
        'DROP TABLE dbos.streams',
        'CREATE TABLE dbos.streams (key text) PARTITION BY LIST (key)',
        `CREATE TABLE dbos.streams_k PARTITION OF dbos.streams FOR VALUES IN ('k')`,
      ),
    ).toEqual(['PARTITIONED']);
  });

  test('not having heirs', async () => {
    expect(
      await optionsAfter('CREATE TABLE b () INHERITS (dbos.streams)', 'CREATE TABLE dbos.a () INHERITS (dbos.streams)'),
    ).toEqual([]);
  });
});

const foreignKey = 'streams_workflow_uuid_fkey';

test('constraints that are enforced do not say so', async () => {
  const found = await streamsAfter(`ALTER TABLE dbos.streams ADD CONSTRAINT mine CHECK (key <> '') NOT VALID`);
  expect(found.filter((o) => 'notEnforced' in o)).toEqual([]);
  expect(found.find((o) => o.kind === 'check')).toMatchObject({ name: 'mine', validated: false });
});

test('constraints that are not enforced; servers before PostgreSQL 18 know none', async () => {
  const found = streamsAfter(
    `ALTER TABLE dbos.streams ADD CONSTRAINT mine CHECK (key <> '') NOT ENFORCED`,
    `ALTER TABLE dbos.streams ALTER CONSTRAINT ${foreignKey} NOT ENFORCED`,
  );
  if (server.major < 18) return expect(found).rejects.toThrow('syntax error at or near "ENFORCED"');
  return expect(found.then((all) => all.filter((o) => 'notEnforced' in o))).resolves.toMatchObject([
    { kind: 'check', name: 'mine', validated: false, notEnforced: true },
    { kind: 'foreignKey', name: foreignKey, validated: false, notEnforced: true },
  ]);
});

test('an exclusion constraint counts as a check', async () => {
  const found = await streamsAfter('ALTER TABLE dbos.streams ADD CONSTRAINT mine EXCLUDE USING btree (value WITH =)');
  expect(found.filter((o) => o.kind === 'check' || o.kind === 'index')).toEqual([
    {
      kind: 'check',
      schema: 'dbos',
      table: 'streams',
      name: 'mine',
      expression: 'EXCLUDE USING btree (value WITH =)',
      validated: true,
    },
  ]);
});

describe('what only catalogs show', () => {
  const theKey = (found: readonly CatalogObject[]) => found.filter((o) => o.kind === 'foreignKey');

  test('a foreign key whose triggers are off, on either table, and that they are on', async () => {
    expect(theKey(await streamsAfter())).not.toMatchObject([{ unguarded: true }]);
    for (const table of ['streams', 'workflow_status']) {
      const found = await streamsAfter(`ALTER TABLE dbos.${table} DISABLE TRIGGER ALL`);
      expect(theKey(found)).toMatchObject([{ name: foreignKey, validated: true, unguarded: true }]);
    }
    const always = await streamsAfter('ALTER TABLE dbos.streams ENABLE TRIGGER ALL');
    expect(theKey(always)).not.toMatchObject([{ unguarded: true }]);
  });

  test('how a column is stored, where that is not how its type is', async () => {
    const found = await streamsAfter(
      'ALTER TABLE dbos.streams ALTER COLUMN value SET STORAGE EXTERNAL, ALTER COLUMN key SET COMPRESSION pglz',
      'ALTER TABLE dbos.streams ALTER COLUMN serialization SET STORAGE EXTENDED',
    );
    expect(found.filter((o) => 'storage' in o || 'compression' in o)).toMatchObject([
      { name: 'key', compression: 'pglz' },
      { name: 'value', storage: 'EXTERNAL' },
    ]);
  });

  test('a key whose index is not finished', async () => {
    const found = await streamsAfter(
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'dbos.streams_pkey'::regclass`,
    );
    expect(found.filter((o) => 'invalid' in o)).toMatchObject([{ kind: 'key', name: 'streams_pkey', invalid: true }]);
  });

  test('a function that may run in several processes', async () => {
    const { connection, scope } = await databaseAfter('ALTER FUNCTION dbos.send_message PARALLEL RESTRICTED');
    const { catalog } = await look(connection, scope);
    const functions = [...catalog.values()].filter((o) => o.kind === 'function' && o.parallel !== undefined);
    expect(functions).toMatchObject([{ name: 'send_message', parallel: 'restricted' }]);
  });

  test.each([
    [`UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'dbos.streams_pkey'::regclass`],
    ['ALTER FUNCTION dbos.send_message PARALLEL SAFE'],
    ['ALTER TABLE dbos.workflow_status DISABLE TRIGGER ALL'],
    ['ALTER TABLE dbos.streams ALTER COLUMN value SET STORAGE PLAIN, ALTER COLUMN value SET COMPRESSION pglz'],
  ])('and what a plan makes good: %s', async (damage) => {
    const { connection, scope } = await databaseAfter(damage);
    const plan = await planOf(connection, scope);
    expect(plan.changes.length).toBeGreaterThan(0);
    await run(connection, plan);
    expect((await planOf(connection, scope)).changes).toEqual([]);
  });

  test('a NOT NULL that is not validated, so that there may be rows without a value; PostgreSQL 18 has such', async () => {
    const asked = databaseAfter(
      'ALTER TABLE dbos.streams ALTER COLUMN value DROP NOT NULL',
      'ALTER TABLE dbos.streams ADD CONSTRAINT later NOT NULL value NOT VALID',
    );
    if (server.major < 18) return expect(asked).rejects.toThrow('syntax error at or near "NOT"');
    const { connection, scope } = await asked;
    const plan = await planOf(connection, scope);
    expect(plan.changes).toMatchObject([{ type: 'alter', from: { name: 'value', nullable: true } }]);
    await run(connection, plan);
    return expect((await planOf(connection, scope)).changes).toEqual([]);
  });
});

describe('facts', () => {
  const fill = `INSERT INTO dbos.workflow_input (workflow_uuid, inputs)
    SELECT i::text, repeat('x', 50) FROM generate_series(1, 20000) i`;

  test('say that there are no rows only where that is known', async () => {
    const { connection, scope } = await databaseAfter(
      `INSERT INTO dbos.queues (name) VALUES ('q')`,
      'DELETE FROM dbos.queues',
      `INSERT INTO dbos.workflow_output (workflow_uuid) VALUES ('w')`,
      'DELETE FROM dbos.workflow_output',
      'VACUUM dbos.workflow_output',
    );
    const { facts } = await look(connection, scope);
    expect(facts.get('dbos.workflow_status')).toEqual({ rows: 0, bytes: 0 });
    expect(facts.get('dbos.workflow_output')).toEqual({ rows: 0, bytes: 0 });
    expect(facts.get('dbos.queues')?.rows).toBeGreaterThan(0);
    expect(facts.get('dbos.dbos_migrations')?.bytes).toBeGreaterThanOrEqual(8192);
  });

  test('are near the truth where nobody has counted yet', async () => {
    const { connection, scope } = await databaseAfter(fill);
    const { facts } = await look(connection, scope);
    const { rows = 0, bytes = 0 } = facts.get('dbos.workflow_input') ?? {};
    expect(rows).toBeGreaterThan(10_000);
    expect(rows).toBeLessThan(40_000);
    expect(bytes).toBeGreaterThan(20_000 * 50);
  });

  test('follow the size of a table that has grown since', async () => {
    const { connection, scope } = await databaseAfter(fill, 'ANALYZE dbos.workflow_input');
    const rowsNow = async (): Promise<number> =>
      (await look(connection, scope)).facts.get('dbos.workflow_input')?.rows ?? 0;
    expect(await rowsNow()).toBe(20_000);
    await connection.query(fill.replace('i::text', `'second ' || i`));
    expect(await rowsNow()).toBeGreaterThan(38_000);
    expect(await rowsNow()).toBeLessThan(46_000);
  });

  test('are those of indexes too, which have a note', async () => {
    const { connection, scope } = await databaseAfter(fill);
    const { facts, notes, catalog } = await look(connection, scope);
    expect(facts.get('dbos.idx_workflow_input_retention')?.bytes).toBeGreaterThan(100_000);
    const indexes = [...catalog].flatMap(([id, o]) => (o.kind === 'index' ? [id] : []));
    expect([...notes.keys()].toSorted()).toEqual(indexes.toSorted());
    expect(notes.get(indexes[0]!)).toMatch(/^\d+ \w+, \d+ scans$/);
  });
});

test('a look at a whole schema sees what nobody named', async () => {
  const { connection, scope } = await databaseAfter(
    'CREATE TABLE dbos.other (id int PRIMARY KEY)',
    `CREATE FUNCTION dbos.other() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  );
  const [narrow, wide] = [lookFor(scope), { ...lookFor(scope), relations: null, functions: null }];
  const [seen, all] = [await postgres.introspect(connection, narrow), await postgres.introspect(connection, wide)];
  const more = [...all.catalog.keys()].filter((id) => !seen.catalog.has(id));
  expect(more).toEqual([
    'column:dbos.other.id',
    'function:dbos.other()',
    'key:dbos.other.other_pkey',
    'table:dbos.other',
  ]);
  expect([...seen.catalog.keys()].filter((id) => !all.catalog.has(id))).toEqual([]);
  expect(all.facts.has('dbos.other') && !seen.facts.has('dbos.other')).toBe(true);
});
