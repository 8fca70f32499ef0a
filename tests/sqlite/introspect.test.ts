import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/model/dialect.ts';
import { idFor } from '../../src/model/kinds.ts';
import { type Look, lookFor } from '../../src/model/look.ts';
import type { ObjectKind } from '../../src/model/objects.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { child, definitions, objectsOf, parent } from './family.ts';
import { files, introspect, planOf, scopeOf } from './support.ts';

const open = files();

/** The objects of one kind as they are written in the file. */
async function found(sql: string, kind: ObjectKind): Promise<readonly object[]> {
  const connection = await open(sql);
  const { catalog } = await introspect(connection, definitions);
  await connection.close();
  return objectsOf(catalog, kind);
}

describe('columns', () => {
  test.each(['BIGINT', 'INT', 'VARCHAR(255)', '', 'double precision', 'DECIMAL(10, 2)'])(
    'type %s stays as it is written, declared or not',
    async (type) => {
      expect(await found(`CREATE TABLE child (flag ${type}, price ${type})`, 'column')).toEqual([
        { name: 'flag', type, nullable: true, default: null },
        { name: 'price', type, nullable: true, default: null },
      ]);
    },
  );

  test('NOT NULL, defaults, collations, generated columns', async () => {
    expect(
      await found(
        `CREATE TABLE Child (ID INTEGER PRIMARY KEY, "KEY" TEXT NOT NULL ON CONFLICT IGNORE DEFAULT NULL COLLATE nocase,
flag BOOLEAN DEFAULT ( FALSE ) COLLATE binary, Mine AS (("key"||'x')) STORED, v INT GENERATED ALWAYS AS ("ID"+1))`,
        'column',
      ),
    ).toEqual([
      { name: 'ID', type: 'INTEGER', nullable: false, default: null },
      { name: 'KEY', type: 'TEXT', nullable: false, default: null, collation: 'NOCASE', onConflict: 'IGNORE' },
      { name: 'Mine', type: '', nullable: true, default: null, generated: `("KEY" || 'x') STORED` },
      { name: 'flag', type: 'BOOLEAN', nullable: true, default: 'FALSE' },
      { name: 'v', type: 'INT', nullable: true, default: null, generated: '(ID + 1) VIRTUAL' },
    ]);
  });

  test('have their places', async () => {
    const connection = await open('CREATE TABLE child (flag, key, id)');
    const { catalog } = await introspect(connection, definitions);
    await connection.close();
    const places = [...catalog.values()].flatMap((o) => (o.kind === 'column' ? [[o.name, o.position]] : []));
    expect(places).toEqual([
      ['flag', 1],
      ['id', 3],
      ['key', 2],
    ]);
  });
});

test('table options', async () => {
  const rows = await found('CREATE TABLE child (id TEXT PRIMARY KEY) WITHOUT ROWID, STRICT', 'table');
  expect(rows).toEqual([{ name: 'child', options: ['STRICT', 'WITHOUT ROWID'] }]);
});

describe('keys', () => {
  test('have the names that are written', async () => {
    expect(
      await found(
        'CREATE TABLE child (id, key, flag, CONSTRAINT mine PRIMARY KEY (id), CONSTRAINT theirs UNIQUE ("KEY", flag))',
        'key',
      ),
    ).toEqual([
      { name: 'mine', primary: true, columns: ['id'] },
      { name: 'theirs', primary: false, columns: ['key', 'flag'] },
    ]);
  });

  test('have the conventional one where none is written, and a number where it is taken', async () => {
    expect(
      await found(
        `CREATE TABLE child (id UNIQUE, key COLLATE rtrim, a, CONSTRAINT UQ_OLD UNIQUE (a),
UNIQUE (id), UNIQUE (id COLLATE nocase), UNIQUE (id, "key" COLLATE rtrim) ON CONFLICT REPLACE,
CONSTRAINT child_id_key UNIQUE (id, a), PRIMARY KEY (key DESC, id))`,
        'key',
      ),
    ).toEqual([
      { name: 'UQ_OLD', primary: false, columns: ['a'] },
      { name: 'child_id_key', primary: false, columns: ['id'] },
      { name: 'child_id_key1', primary: false, columns: ['id COLLATE NOCASE'] },
      { name: 'child_id_key2', primary: false, columns: ['id', 'a'] },
      { name: 'child_id_key_key', primary: false, columns: ['id', 'key'], onConflict: 'REPLACE' },
      { name: 'child_pkey', primary: true, columns: ['key DESC', 'id'] },
    ]);
  });
});

test('foreign keys', async () => {
  expect(
    await found(
      `CREATE TABLE parent (id TEXT PRIMARY KEY, other INTEGER, UNIQUE (id, other));
CREATE TABLE elsewhere (a, b, PRIMARY KEY (b, a));
CREATE TABLE child (
  id INTEGER REFERENCES Parent (ID) ON DELETE SET NULL ON UPDATE RESTRICT DEFERRABLE INITIALLY DEFERRED,
  parent_id CONSTRAINT odd REFERENCES PARENT ON DELETE CASCADE ON UPDATE CASCADE,
  key CONSTRAINT mine REFERENCES nowhere,
  flag, FOREIGN KEY (id, flag) REFERENCES parent (id, other),
  FOREIGN KEY (flag, key) REFERENCES elsewhere)`,
      'foreignKey',
    ),
  ).toEqual([
    {
      name: 'child_flag_key_fkey',
      columns: ['flag', 'key'],
      referencedTable: 'elsewhere',
      referencedColumns: ['b', 'a'],
      onUpdate: 'NO ACTION',
      onDelete: 'NO ACTION',
    },
    {
      name: 'child_id_fkey',
      columns: ['id'],
      referencedTable: 'Parent',
      referencedColumns: ['ID'],
      onUpdate: 'RESTRICT',
      onDelete: 'SET NULL',
    },
    {
      name: 'child_id_flag_fkey',
      columns: ['id', 'flag'],
      referencedTable: 'parent',
      referencedColumns: ['id', 'other'],
      onUpdate: 'NO ACTION',
      onDelete: 'NO ACTION',
    },
    {
      name: 'mine',
      columns: ['key'],
      referencedTable: 'nowhere',
      referencedColumns: [],
      onUpdate: 'NO ACTION',
      onDelete: 'NO ACTION',
    },
    {
      name: 'odd',
      columns: ['parent_id'],
      referencedTable: 'PARENT',
      referencedColumns: ['id'],
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ]);
});

test('checks', async () => {
  expect(
    await found(
      `CREATE TABLE child (id CHECK ("id" > 0) CONSTRAINT own CHECK (id<9), key CHECK (key <> 'flag'), flag, CHECK (flag IN(0,1) OR child.key = 'x'), CHECK (1))`,
      'check',
    ),
  ).toEqual([
    { name: 'child_check', expression: `flag IN (0, 1) OR "key" = 'x'` },
    { name: 'child_check1', expression: '1' },
    { name: 'child_id_check', expression: 'id > 0' },
    { name: 'child_key_check', expression: `"key" <> 'flag'` },
    { name: 'own', expression: 'id < 9' },
  ]);
});

test('indexes', async () => {
  expect(
    await found(
      `CREATE TABLE child (id TEXT PRIMARY KEY, key TEXT COLLATE nocase UNIQUE, flag, amount);
CREATE INDEX IDX_CHILD_FLAG ON child ("FLAG" DESC, key ASC, id COLLATE rtrim);
CREATE UNIQUE INDEX mine ON child (lower( key ) DESC, amount+1 COLLATE nocase, "key" COLLATE binary) WHERE "flag"='a' AND id is not null`,
      'index',
    ),
  ).toEqual([
    { name: 'IDX_CHILD_FLAG', unique: false, columns: ['flag DESC', '"key"', 'id COLLATE RTRIM'], predicate: null },
    {
      name: 'mine',
      unique: true,
      columns: ['lower("key") DESC', 'amount + 1 COLLATE NOCASE', '"key" COLLATE BINARY'],
      predicate: `flag = 'a' AND id IS NOT NULL`,
    },
  ]);
});

test('triggers, with all their text', async () => {
  const sql = `CREATE TRIGGER mine AFTER INSERT ON Child WHEN new.id > 0 BEGIN SELECT 'a;b'; END`;
  expect(await found(`CREATE TABLE child (id); ${sql}`, 'trigger')).toEqual([
    { name: 'mine', definition: sql, function: null, enabled: 'origin' },
  ]);
});

test('the retired view', async () => {
  expect(await found('CREATE VIEW Old_View AS SELECT 1; CREATE VIEW other AS SELECT 1', 'view')).toEqual([
    { name: 'Old_View', materialized: false, definition: 'CREATE VIEW Old_View AS SELECT 1' },
  ]);
});

describe('the version row', () => {
  test.each([
    ['', []],
    ['INSERT INTO child (id) VALUES (125)', ['125']],
    ['INSERT INTO child (id) VALUES (8), (10), (NULL)', ['10', '8', 'null']],
  ])('%s', async (insert, values) => {
    expect(await found(`CREATE TABLE child (id BIGINT); ${insert}`, 'version')).toEqual([{ column: 'id', values }]);
  });

  test('is none where its column is missing', async () => {
    expect(await found('CREATE TABLE child (key)', 'version')).toEqual([]);
  });
});

test('the database is the file', async () => {
  expect(await found('', 'database')).toEqual([{ name: 'test.sqlite' }]);
  expect(sqlite.absent(scopeOf(definitions)).size).toBe(0);
});

test('all else is strange, where it is asked for', async () => {
  const connection = await open(`CREATE TABLE parent (id); CREATE TABLE old_table (a); CREATE VIEW old_view AS SELECT 1;
CREATE TABLE "my table" (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE INDEX i ON "my table" (id); CREATE VIEW child AS SELECT 1;
CREATE VIRTUAL TABLE search USING fts5 (a); CREATE TABLE sqliteXstat (a); ANALYZE`);
  const { catalog, server } = await introspect(connection, definitions, { surroundings: true });
  const alone = await introspect(connection, definitions);
  await connection.close();
  const relations = [...catalog.values()].flatMap((o) => (o.kind === 'table' || o.kind === 'view' ? [o.name] : []));
  expect(relations).toEqual(['old_table', 'parent', 'child', 'old_view']);
  expect(server.strangers.filter((name) => !name.includes('search_'))).toEqual([
    'table my table',
    'table search',
    'table sqliteXstat',
  ]);
  expect(alone.server.strangers).toEqual([]);
  expect(alone.catalog).toEqual(catalog);
});

describe('what is looked at', () => {
  const sql = `CREATE TABLE mine (a REFERENCES far); CREATE INDEX by_a ON mine (a); CREATE VIEW seen AS SELECT * FROM mine;
CREATE TRIGGER t AFTER INSERT ON MINE BEGIN SELECT 1; END; CREATE VIRTUAL TABLE search USING fts5 (a)`;
  const look = { ...lookFor(scopeOf({ ...definitions, tables: [], retired: [] })), reserved: [] };
  const ids = async (connection: Connection, own: Partial<Look>): Promise<readonly string[]> => [
    ...(await sqlite.introspect(connection, { ...look, ...own })).catalog.keys(),
  ];

  test('is all that there is, where no names are given', async () => {
    const connection = await open(sql);
    expect((await ids(connection, { relations: null })).filter((id) => !id.includes('search_'))).toEqual([
      'column:main.mine.a',
      'database:"test.sqlite"',
      'foreignKey:main.mine.mine_a_fkey',
      'index:main.mine.by_a',
      'table:main.mine',
      'trigger:main.mine.t',
      'view:main.seen',
    ]);
    await connection.close();
  });

  test('is what is named, in whatever case', async () => {
    const connection = await open(sql);
    expect(await ids(connection, { relations: ['SEEN'] })).toEqual(['database:"test.sqlite"', 'view:main.seen']);
    expect(await ids(connection, { relations: ['none'] })).toEqual(['database:"test.sqlite"']);
    await connection.close();
  });

  test('are the names that have to be free, too, with no more than a message needs', async () => {
    const connection = await open(sql);
    const reserved = ['By_A', 'mine', 'seen', 't'];
    const { catalog } = await sqlite.introspect(connection, { ...look, relations: ['none'], reserved });
    expect([...catalog.keys()]).toEqual([
      'database:"test.sqlite"',
      'index:main.mine.by_a',
      'table:main.mine',
      'view:main.seen',
    ]);
    expect(objectsOf(catalog, 'index')).toEqual([{ name: 'by_a', unique: false, columns: [], predicate: null }]);
    await connection.close();
  });

  test('are the names that a rebuild could want, too', async () => {
    const connection = await open('CREATE TABLE DBOS_new_queues (a); CREATE TABLE dbosXnew_queues (a)');
    expect(await ids(connection, { relations: ['queues'] })).toEqual([
      'database:"test.sqlite"',
      'table:main.DBOS_new_queues',
    ]);
    await connection.close();
  });

  test('of a virtual table is nothing but its name, where that has to be free', async () => {
    const connection = await open(sql);
    expect(await ids(connection, { relations: ['search'], reserved: [] })).toEqual(['database:"test.sqlite"']);
    expect(await ids(connection, { relations: ['search'], reserved: ['search'] })).toEqual([
      'database:"test.sqlite"',
      'table:main.search',
    ]);
    await connection.close();
  });
});

const aTable = { kind: 'table', schema: 'main', name: 't', persistence: 'permanent', options: [] } as const;

test('the server', async () => {
  const connection = await open();
  const { server, notes, lackingRights } = await introspect(connection, definitions);
  const [row] = await connection.query('SELECT sqlite_version() AS version');
  await connection.close();
  expect(server).toMatchObject({ product: 'SQLite', version: row?.['version'], readOnly: null, roleExists: true });
  expect(server.user).not.toBe('');
  expect(notes.size).toBe(0);
  expect(lackingRights([{ type: 'create', id: idFor(aTable), to: aTable }], true)).toEqual([]);
});

test('works inside a transaction, and leaves it open', async () => {
  const connection = await open('CREATE TABLE parent (id TEXT PRIMARY KEY)');
  await connection.query('BEGIN IMMEDIATE');
  expect((await introspect(connection, definitions)).catalog.size).toBe(4);
  await connection.query('COMMIT');
  await connection.close();
});

test.each([
  ['view', 'CREATE VIEW "Parent" AS SELECT 1 AS a'],
  ['index', 'CREATE TABLE mine (a); CREATE INDEX parent ON mine (a)'],
  ['table', 'CREATE TABLE parent (id TEXT PRIMARY KEY); CREATE TABLE child_by_key (a)'],
  ['index', 'CREATE TABLE parent (id TEXT PRIMARY KEY, a); CREATE INDEX child_by_key ON parent (a)'],
])("a name of ours that somebody's %s has is told before anything is made: %s", async (kind, sql) => {
  const indexed = { ...child, indexes: [{ name: 'child_by_key', columns: ['key'] }] };
  const connection = await open(sql);
  const planned = planOf(connection, { ...definitions, tables: [parent, indexed] });
  await expect(planned).rejects.toThrow(new RegExp(`cannot be created: its name is taken by the ${kind} main\\.`));
  await connection.close();
});
