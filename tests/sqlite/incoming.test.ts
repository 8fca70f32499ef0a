import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/model/dialect.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { tellApart, type Unmanaged } from '../../src/planner/unmanaged.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { declared, everything, files, runPlan, planOf, rows, sqlOf } from './support.ts';

const open = files();

async function made(sql: string): Promise<Connection> {
  const connection = await open();
  await runPlan(connection, everything);
  await connection.query([`INSERT INTO workflow_status (workflow_uuid) VALUES ('w'), ('free')`, sql]);
  return connection;
}

/** What a check says of others' objects. */
async function told(connection: Connection): Promise<readonly Unmanaged[]> {
  const { changes, unmanaged } = await planOf(connection, everything);
  expect(changes).toEqual([]);
  const mend = (object: CatalogObject): string | null => sqlite.mend(object);
  const circumstances = { retired: everything.retired, ignore: [], mend };
  return tellApart(unmanaged, declared(everything), circumstances).unmanaged;
}

const deletes = (connection: Connection, id: string): Promise<unknown> =>
  connection.query(`DELETE FROM workflow_status WHERE workflow_uuid = '${id}'`);

describe('a foreign key of somebody else to a table of ours', () => {
  test.each([
    ['to a column that is no key', 'w TEXT REFERENCES workflow_status (name)'],
    ['to a column that is not there', 'w TEXT REFERENCES Workflow_Status ("nothing")'],
    ['to as many columns as no key has', 'a, b, FOREIGN KEY (a, b) REFERENCES workflow_status'],
    ['to more than a key has', 'a, b, FOREIGN KEY (a, b) REFERENCES workflow_status (workflow_uuid, name)'],
  ])('%s fails every delete, and is dangerous', async (_, columns) => {
    const connection = await made(`CREATE TABLE mine (id INTEGER PRIMARY KEY, ${columns})`);
    await expect(deletes(connection, 'free')).rejects.toThrow('foreign key mismatch');
    expect(await told(connection)).toMatchObject([
      {
        id: expect.stringMatching(/^foreignKey:main\.mine\./),
        danger: expect.stringMatching(/^every delete of the runtime in workflow_status fails: .* is no key of it/),
        mend: null,
      },
    ]);
    await connection.close();
  });

  test.each([
    ['without an action', 'w TEXT REFERENCES workflow_status'],
    ['with RESTRICT', 'w TEXT REFERENCES workflow_status (workflow_uuid) ON DELETE RESTRICT'],
    ['with SET NULL where none may be', 'w TEXT NOT NULL REFERENCES workflow_status ON DELETE SET NULL'],
    ['with SET DEFAULT', `w TEXT DEFAULT 'gone' REFERENCES workflow_status ON DELETE SET DEFAULT`],
  ])('%s fails deletes of what it refers to, and is dangerous', async (_, column) => {
    const connection = await made(
      `CREATE TABLE mine (id INTEGER PRIMARY KEY, ${column}); INSERT INTO mine VALUES (1, 'w')`,
    );
    await deletes(connection, 'free');
    await expect(deletes(connection, 'w')).rejects.toThrow('constraint failed');
    expect(await told(connection)).toMatchObject([
      {
        id: 'foreignKey:main.mine.mine_w_fkey',
        danger: expect.stringMatching(/^a delete of the runtime in workflow_status fails while rows of mine refer/),
        mend: null,
      },
    ]);
    await connection.close();
  });

  test.each([
    ['with CASCADE', 'w TEXT NOT NULL REFERENCES workflow_status ON DELETE CASCADE'],
    ['with SET NULL', 'w TEXT REFERENCES workflow_status (Workflow_UUID) ON DELETE SET NULL'],
  ])('%s lets deletes through, and is harmless', async (_, column) => {
    const connection = await made(
      `CREATE TABLE mine (id INTEGER PRIMARY KEY, ${column}); INSERT INTO mine VALUES (1, 'w')`,
    );
    await deletes(connection, 'w');
    expect(await told(connection)).toMatchObject([{ id: 'foreignKey:main.mine.mine_w_fkey', danger: null }]);
    await connection.close();
  });

  const follows = 'CREATE TABLE mine (id INTEGER PRIMARY KEY, w REFERENCES workflow_status ON DELETE CASCADE)';
  const frees = (column = '', more = ''): string =>
    `CREATE TABLE mine (id INTEGER PRIMARY KEY, w ${column} REFERENCES workflow_status ON DELETE SET NULL${more})`;
  const raising = (event: string, table = 'mine'): string =>
    `CREATE TRIGGER never ${event} ON ${table} BEGIN SELECT RAISE(ABORT, 'no'); END`;
  const child = (action: string, more = ''): string =>
    `CREATE TABLE child (m INTEGER${more} REFERENCES mine ${action}); INSERT INTO child VALUES (1)`;
  const row = `INSERT INTO mine (id, w) VALUES (1, 'w')`;

  test.each([
    ['a trigger', `${follows}; ${row}; ${raising('BEFORE DELETE')}`, 'trigger never of mine'],
    ['a trigger of updates', `${frees()}; ${row}; ${raising('AFTER UPDATE OF w')}`, 'trigger never of mine'],
    ['a further key', `${follows}; ${row}; ${child('')}`, 'the foreign key of child (m)'],
    [
      'a further key that frees what may not be',
      `${follows}; ${row}; ${child('ON DELETE SET NULL', ' NOT NULL')}`,
      'the foreign key of child (m)',
    ],
    [
      'a trigger behind two keys',
      `${follows}; ${row}; ${child('ON DELETE CASCADE')}; ${raising('DELETE', 'child')}`,
      'trigger never of child',
    ],
    [
      'a further key to no key',
      `${follows}; ${row}; CREATE TABLE child (m REFERENCES mine (w) ON DELETE CASCADE)`,
      'the foreign key of child (m)',
    ],
    [
      'a key to a table that is not there',
      `${follows.slice(0, -1)}, n REFERENCES absent); PRAGMA foreign_keys = OFF; ${row}; PRAGMA foreign_keys = ON`,
      'the foreign key of mine (n)',
    ],
    [
      'a key of the table to itself',
      `${follows.slice(0, -1)}, up REFERENCES mine); ${row}; INSERT INTO mine (id, up) VALUES (2, 1)`,
      'the foreign key of mine (up)',
    ],
    ['a check', `${frees('', ', CHECK (w IS NOT NULL)')}; ${row}`, 'a CHECK of mine'],
    [
      'a computed column',
      `${frees('', ', g AS (coalesce(w, 1)) NOT NULL UNIQUE')}; ${row}; INSERT INTO mine (id) VALUES (2)`,
      'column g of mine, which is computed',
    ],
    [
      'an index that computes',
      `${frees()}; CREATE UNIQUE INDEX once ON mine (coalesce(w, 1)); ${row}; INSERT INTO mine (id) VALUES (2)`,
      'index once',
    ],
    [
      'an index over some rows',
      `${frees()}; CREATE UNIQUE INDEX once ON mine (1) WHERE w IS NULL; ${row}; INSERT INTO mine (id) VALUES (2)`,
      'index once',
    ],
    [
      'a key to what is freed',
      `${frees('UNIQUE')}; ${row}; CREATE TABLE child (m REFERENCES mine (w)); INSERT INTO child VALUES ('w')`,
      'the foreign key of child (m)',
    ],
  ])('lets rows follow, and is dangerous with %s', async (_, sql, what) => {
    const connection = await made(sql);
    await expect(deletes(connection, 'w')).rejects.toThrow(/constraint failed|no$|mismatch|no such table/);
    const key = (await told(connection)).find(({ object }) => object.kind === 'foreignKey');
    expect(key?.danger).toMatch(/^a delete of the runtime in workflow_status changes rows of mine too/);
    expect(key?.danger).toContain(`which meets ${what}`);
    await connection.close();
  });

  test.each([
    ['triggers of inserts', `${follows}; ${row}; ${raising('BEFORE INSERT')}`],
    ['further keys that follow', `${follows}; ${row}; ${child('ON DELETE CASCADE')}`],
    ['what is of other columns', `${frees('', ', n CHECK (n > 1) UNIQUE')}; ${row}; CREATE INDEX by_w ON mine (w)`],
    ['a table that cannot be read', `${follows}; ${row}; CREATE VIRTUAL TABLE found USING fts5 (a)`],
  ])('lets rows follow, and is harmless with %s', async (_, sql) => {
    const connection = await made(sql);
    await deletes(connection, 'w');
    const key = (await told(connection)).find(({ object }) => object.kind === 'foreignKey');
    expect(key?.danger).toBeNull();
    await connection.close();
  });

  test('to a unique constraint or a unique index of ours is to a key', async () => {
    const connection = await made(`CREATE TABLE mine (id INTEGER PRIMARY KEY,
q TEXT REFERENCES queues (name) ON DELETE CASCADE, e, k, FOREIGN KEY (k, e) REFERENCES workflow_events (key, workflow_uuid) ON DELETE CASCADE)`);
    await connection.query([`DELETE FROM queues`, 'DELETE FROM workflow_events']);
    expect((await told(connection)).map(({ danger }) => danger)).toEqual([null, null]);
    await connection.close();
  });

  test('to a unique index over some rows, or with another collation, is to none', async () => {
    const connection = await made(`CREATE UNIQUE INDEX some ON queues (priority_enabled) WHERE concurrency > 1;
CREATE UNIQUE INDEX other ON queues (created_at COLLATE NOCASE); CREATE TABLE mine (id INTEGER PRIMARY KEY,
a REFERENCES queues (priority_enabled) ON DELETE CASCADE, b REFERENCES queues (created_at) ON DELETE CASCADE)`);
    await expect(connection.query('DELETE FROM queues')).rejects.toThrow('foreign key mismatch');
    const dangers = (await told(connection)).filter(({ object }) => object.kind === 'foreignKey');
    expect(dangers.map(({ danger }) => danger)).toEqual([
      expect.stringContaining('is no key'),
      expect.stringContaining('is no key'),
    ]);
    await connection.close();
  });

  test('stays as it is when its parent is made again', async () => {
    const connection =
      await made(`CREATE TABLE mine (id INTEGER PRIMARY KEY, w REFERENCES queues (name)); INSERT INTO queues (name) VALUES ('w');
INSERT INTO mine VALUES (1, 'w'); ALTER TABLE queues DROP COLUMN updated_at`);
    const before = await rows(connection, `SELECT sql FROM sqlite_master WHERE name = 'mine'`);
    const { segments } = await runPlan(connection, everything);
    expect(sqlOf({ segments })).toContain('DROP TABLE "queues"');
    expect(await rows(connection, `SELECT sql FROM sqlite_master WHERE name = 'mine'`)).toEqual(before);
    expect(await rows(connection, 'SELECT w FROM mine')).toEqual([{ w: 'w' }]);
    expect(await told(connection)).toHaveLength(1);
    await connection.close();
  });
});

test('a foreign key between tables of others is nothing to us', async () => {
  const connection = await made('CREATE TABLE a (id PRIMARY KEY); CREATE TABLE b (id REFERENCES a)');
  expect(await told(connection)).toEqual([]);
  await connection.close();
});
