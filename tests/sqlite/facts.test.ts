import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/model/dialect.ts';
import type { RelationFacts } from '../../src/model/facts.ts';
import { lookFor } from '../../src/model/look.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { everything, files, introspect, runPlan, rows, scopeOf } from './support.ts';

const open = files();
const look = { ...lookFor(scopeOf(everything)), relations: ['t'] };

async function factsOf(connection: Connection): Promise<RelationFacts | undefined> {
  return (await sqlite.introspect(connection, look)).facts.get('main.t');
}

/** So many rows of so many bytes, with numbers from 1. */
const filling = (count: number, length = 100): string =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
INSERT INTO t (id, value) SELECT i, printf('%.${length}c', 'x') FROM n`;

/** Bytes of the pages that the table has. https://www.sqlite.org/dbstat.html */
const pagesOf = async (connection: Connection): Promise<number> =>
  Number((await rows(connection, `SELECT sum(pgsize) AS bytes FROM dbstat WHERE name = 't'`))[0]?.['bytes']);

const table = 'CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT)';

test('a table without rows is known to have none', async () => {
  const connection = await open(table);
  expect(await factsOf(connection)).toEqual({ rows: 0, bytes: 0 });
  await connection.query([filling(100), 'DELETE FROM t']);
  expect(await factsOf(connection)).toEqual({ rows: 0, bytes: 0 });
  await connection.close();
});

test('a table that is not there has no facts, nor has a view', async () => {
  const connection = await open();
  expect((await sqlite.introspect(connection, look)).facts.size).toBe(0);
  await connection.query('CREATE VIEW t AS SELECT 1');
  expect((await sqlite.introspect(connection, look)).facts.size).toBe(0);
  await connection.close();
});

describe('rows', () => {
  test.each([1, 2, 999, 20_000])('%i of them', async (count) => {
    const connection = await open(`${table}; ${filling(count)}`);
    expect(await factsOf(connection)).toMatchObject({ rows: count });
    await connection.close();
  });

  test('are right when the oldest ones are gone, and too many when others are', async () => {
    const connection = await open(`${table}; ${filling(1_000)}; DELETE FROM t WHERE id <= 400`);
    expect(await factsOf(connection)).toMatchObject({ rows: 600 });
    await connection.query('DELETE FROM t WHERE id % 2 = 0 AND id < 1000');
    expect(await factsOf(connection)).toMatchObject({ rows: 600 });
    await connection.close();
  });

  test('are those that ANALYZE counted, where that is less', async () => {
    const connection = await open(
      `${table}; ${filling(1_000)}; DELETE FROM t WHERE id % 10 > 0; INSERT INTO t VALUES (1, '')`,
    );
    await connection.query('ANALYZE');
    expect(await factsOf(connection)).toMatchObject({ rows: 101 });
    await connection.query('DELETE FROM t WHERE id > 50');
    expect(await factsOf(connection)).toMatchObject({ rows: 50 });
    await connection.close();
  });

  test('are those of an index, where ANALYZE counted that', async () => {
    const connection = await open(`${table}; CREATE INDEX i ON t (value); CREATE INDEX few ON t (id) WHERE id < 5;
${filling(1_000)}; DELETE FROM t WHERE id BETWEEN 101 AND 999; ANALYZE`);
    expect(await factsOf(connection)).toMatchObject({ rows: 101 });
    await connection.close();
  });

  test('are no more than the file can hold, whatever numbers they have', async () => {
    const connection = await open(`${table}; INSERT INTO t VALUES (1, 'a'), (9223372036854775807, 'b')`);
    const found = await factsOf(connection);
    expect(found?.rows).toBeGreaterThanOrEqual(2);
    expect(found?.rows).toBeLessThan(10_000);
    await connection.close();
  });

  test('of a table without numbers are those that ANALYZE counted, and else as many as the file can hold', async () => {
    const connection = await open(`CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT) WITHOUT ROWID; ${filling(500)}`);
    const bound = await factsOf(connection);
    expect(bound?.rows).toBeGreaterThanOrEqual(500);
    await connection.query('ANALYZE');
    expect(await factsOf(connection)).toMatchObject({ rows: 500 });
    await connection.query('DELETE FROM t');
    expect(await factsOf(connection)).toEqual({ rows: 0, bytes: 0 });
    await connection.close();
  });
});

describe('bytes', () => {
  test.each([10, 100, 1_000, 20_000])('of rows that are %i long', async (length) => {
    const connection = await open(`${table}; ${filling(2_000, length)}`);
    const [found, pages] = [await factsOf(connection), await pagesOf(connection)];
    expect(found!.bytes / pages).toBeGreaterThan(0.6);
    expect(found!.bytes / pages).toBeLessThan(1.4);
    await connection.close();
  });

  test('are no more than the file has', async () => {
    const connection = await open(
      `${table}; ${filling(2_000, 10)}; INSERT INTO t VALUES (2001, printf('%.1000000c', 'x'))`,
    );
    const [row] = await rows(connection, 'SELECT page_count * 4096 AS bytes FROM pragma_page_count');
    expect((await factsOf(connection))?.bytes).toBeLessThanOrEqual(Number(row?.['bytes']));
    await connection.close();
  });
});

test('a generated column is not computed', async () => {
  const connection = await open(`${table}; ${filling(3)}`);
  await connection.query(`ALTER TABLE t ADD COLUMN bad AS (json_extract(value, '$.x'))`);
  await expect(connection.query('SELECT bad FROM t')).rejects.toThrow('malformed JSON');
  expect(await factsOf(connection)).toMatchObject({ rows: 3 });
  await connection.close();
});

test('no table is scanned for them', async () => {
  const connection = await open(`${table}; ${filling(1_000)}; ANALYZE`);
  const asked: string[] = [];
  const listening: Connection = {
    ...connection,
    query: (statements) => {
      asked.push(...(typeof statements === 'string' ? [statements] : statements));
      return connection.query(statements);
    },
  };
  await sqlite.introspect(listening, look);
  const sizes = asked.filter((sql) => sql.includes('_rowid_'));
  expect(sizes).toHaveLength(1);
  const plan = (await rows(connection, `EXPLAIN QUERY PLAN ${sizes[0]}`)).map(({ detail }) => String(detail));
  // The scan of the newest rows ends with the twentieth.
  expect(plan.filter((step) => /\bt$/.test(step))).toEqual(['SEARCH main.t', 'SEARCH main.t', 'SCAN main.t']);
  expect(plan.filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
  await connection.close();
});

test('tables of ours are named as they are asked for', async () => {
  const connection = await open('CREATE TABLE Workflow_Status (workflow_uuid TEXT PRIMARY KEY)');
  const { facts } = await introspect(connection, everything);
  expect([...facts.keys()]).toEqual(['main.workflow_status']);
  await connection.close();
});

test('all tables of a fresh file have facts', async () => {
  const connection = await open();
  await runPlan(connection, everything);
  const { facts } = await introspect(connection, everything);
  expect([...facts.keys()].toSorted()).toEqual(everything.tables.map(({ name }) => `main.${name}`).toSorted());
  expect(facts.get('main.dbos_migrations')).toMatchObject({ rows: 1 });
  await connection.close();
});

test('there may be more tables than one query takes', async () => {
  const names = Array.from({ length: 450 }, (_, i) => `t${i}`);
  const connection = await open(names.map((name) => `CREATE TABLE ${name} (a)`).join(';'));
  await connection.query('INSERT INTO t449 VALUES (1)');
  const { facts } = await sqlite.introspect(connection, { ...look, relations: null });
  expect(facts.size).toBe(450);
  expect([...facts].filter(([, { rows: count }]) => count > 0).map(([name]) => name)).toEqual(['main.t449']);
  await connection.close();
});
