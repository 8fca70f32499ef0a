import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { check, migrate, plan } from '../../src/index.ts';
import { RefusedError } from '../../src/model/errors.ts';
import type { ColumnObject } from '../../src/model/objects.ts';
import { lossOf, mayLose } from '../../src/sqlite/retype.ts';
import { tries } from '../support/properties.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const directory = temporaryDirectories();

const column = (type: string): ColumnObject => ({
  kind: 'column',
  schema: 'main',
  table: 't',
  name: 'v',
  type,
  nullable: true,
  default: null,
  generated: null,
  identity: null,
  collation: null,
  position: 1,
});

const types = ['', 'BLOB', 'TEXT', 'INTEGER', 'NUMERIC', 'REAL', 'BOOLEAN'];
const texts = [
  '007',
  '5',
  ' 5 ',
  '1e3',
  '1.50',
  '-0',
  '0x10',
  '12abc',
  '9223372036854775808',
  '0.12345678901234567890',
  '.5',
  'Inf',
  '',
  '+1',
  'ä',
];

/** A value as SQL, of any class. */
const literal = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }).map(String),
  fc.integer({ min: -9, max: 9 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Number.isInteger(n) ? n.toExponential() : String(n))),
  fc.constantFrom(...texts).map((text) => `'${text}'`),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => `'${n}'`),
  fc.constantFrom('9e999', "x'00ff'", "x'35'", 'NULL', '1.0', '9007199254740993'),
);

test('what is called a loss is what storing it makes of a value', () => {
  const database = new Database(':memory:');
  const property = fc.property(
    fc.constantFrom(...types),
    fc.constantFrom(...types),
    fc.constantFrom('', ' COLLATE NOCASE', ' COLLATE RTRIM'),
    fc.array(literal, { minLength: 1, maxLength: 8 }),
    (before, after, collation, values) => {
      const change = { from: column(before), to: column(after) };
      database.exec(`DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS u; CREATE TABLE t (v ${before}${collation}); CREATE TABLE u (v ${after});
INSERT INTO t VALUES ${values.map((value) => `(${value})`).join(', ')}; INSERT INTO u (rowid, v) SELECT rowid, v FROM t`);
      const called = mayLose(change, new Map())
        ? database
            .prepare(`SELECT rowid FROM t WHERE ${lossOf(change)}`)
            .pluck()
            .all()
        : [];
      const found = database
        .prepare(
          `SELECT t.rowid FROM t JOIN u ON t.rowid = u.rowid WHERE CASE typeof(t.v) WHEN 'integer' THEN CAST(u.v AS INTEGER)
  WHEN 'real' THEN CAST(u.v AS REAL) WHEN 'text' THEN CAST(u.v AS TEXT) ELSE u.v END IS NOT +t.v COLLATE BINARY`,
        )
        .pluck()
        .all();
      expect(called).toEqual(found);
    },
  );
  fc.assert(property, { numRuns: tries(1_000) });
  database.close();
});

/** A file in which a column of ours has another type, with one row of which the column has a value. */
async function made(type: string, value: string, options = ''): Promise<{ system: string; path: string }> {
  const path = join(directory(), 'a.sqlite');
  const system = `sqlite:///${path}`;
  await migrate({ system });
  const database = new Database(path);
  const sql = String(database.prepare(`SELECT sql FROM sqlite_master WHERE name = 'event_dispatch_kv'`).pluck().get());
  database.exec(`DROP TABLE event_dispatch_kv; ${sql.replace('"value" TEXT', `"value" ${type}`)}${options};
INSERT INTO event_dispatch_kv (service_name, workflow_fn_name, "key", value) VALUES ('s', 'w', 'k', ${value}), ('s', 'w', 'none', NULL)`);
  database.close();
  return { system, path };
}

const valueIn = (path: string): unknown => {
  const database = new Database(path);
  const row = database.prepare(`SELECT typeof(value) AS type, value FROM event_dispatch_kv WHERE "key" = 'k'`).get();
  database.close();
  return row;
};

describe('the type of a column is brought back', () => {
  test.each([
    ['INTEGER', '5', '', { type: 'text', value: '5' }],
    ['', '5', '', { type: 'text', value: '5' }],
    ['REAL', '1.5', '', { type: 'text', value: '1.5' }],
    ['NUMERIC', `'no number'`, '', { type: 'text', value: 'no number' }],
    ['BLOB', `x'3500'`, '', { type: 'blob', value: Buffer.from('3500', 'hex') }],
    ['INTEGER', '5', ' WITHOUT ROWID', { type: 'text', value: '5' }],
  ])('where its values survive: %s with %s%s', async (type, value, options, expected) => {
    const { system, path } = await made(type, value, options);
    const { databases } = await plan({ system });
    expect(databases[0]?.plan.segments.flatMap((s) => s.statements.flatMap(({ hazards }) => hazards))).toEqual([]);
    await migrate({ system });
    expect(valueIn(path)).toEqual(expected);
    expect((await check({ system })).equal).toBe(true);
  });

  test.each(['', ' WITHOUT ROWID'])('where one does not, with a consent only%s', async (options) => {
    const { system, path } = await made('REAL', '9e999', options);
    const before = valueIn(path);
    const error: unknown = await migrate({ system }).catch((refused: unknown) => refused);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({
      message: 'values of event_dispatch_kv.value may not be the same as TEXT that they are as REAL',
      hint: expect.stringContaining('--allow data-loss'),
    });
    expect(valueIn(path)).toEqual(before);
    const { databases } = await plan({ system });
    const hazards =
      databases[0]?.plan.segments.flatMap((s) => s.statements.flatMap((statement) => statement.hazards)) ?? [];
    expect(hazards.map(({ name }) => name)).toEqual(['data-loss']);
    const query = hazards[0]?.instead?.replace('find these values first: ', '') ?? '';
    const database = new Database(path);
    expect(database.prepare(query).pluck().all()).toEqual([Infinity]);
    database.close();
    await migrate({ system, allow: ['data-loss'] });
    expect(valueIn(path)).toEqual({ type: 'text', value: 'Inf' });
    expect((await check({ system })).equal).toBe(true);
  });

  test('a value far behind many others is found', async () => {
    const { system, path } = await made('REAL', '1.5');
    const database = new Database(path);
    database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000)
INSERT INTO event_dispatch_kv (service_name, workflow_fn_name, "key", value) SELECT 's', 'w', i, i FROM n;
UPDATE event_dispatch_kv SET value = 9e999 WHERE "key" = '119999'`);
    await expect(migrate({ system })).rejects.toBeInstanceOf(RefusedError);
    database.exec(`UPDATE event_dispatch_kv SET value = 0.25 WHERE "key" = '119999'`);
    database.close();
    await migrate({ system });
    expect((await check({ system })).equal).toBe(true);
  });

  test('a text that reads as a number and would not be the same again', async () => {
    const path = join(directory(), 'a.sqlite');
    const system = `sqlite:///${path}`;
    await migrate({ system });
    const database = new Database(path);
    const sql = String(
      database.prepare(`SELECT sql FROM sqlite_master WHERE name = 'event_dispatch_kv'`).pluck().get(),
    );
    database.exec(`DROP TABLE event_dispatch_kv; ${sql.replace('"update_seq" NUMERIC', '"update_seq" TEXT')};
INSERT INTO event_dispatch_kv (service_name, workflow_fn_name, "key", update_seq) VALUES ('s', 'w', 'k', '007')`);
    expect(database.prepare(`SELECT sql FROM sqlite_master WHERE name = 'event_dispatch_kv'`).pluck().get()).toContain(
      '"update_seq" TEXT',
    );
    await expect(migrate({ system })).rejects.toBeInstanceOf(RefusedError);
    database.exec(`UPDATE event_dispatch_kv SET update_seq = '7'`);
    await migrate({ system });
    expect(database.prepare('SELECT update_seq FROM event_dispatch_kv').pluck().get()).toBe(7);
    expect((await check({ system })).equal).toBe(true);
    database.close();
  });
});
