import { describe, expect, test } from '@jest/globals';
import { type Definitions, table } from '../../src/model/definition.ts';
import type { CatalogObject, ObjectKind } from '../../src/model/objects.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { files, live, planOf, scopeOf } from './support.ts';

const open = files();

const parent = table({
  name: 'parent',
  about: '',
  columns: { id: { type: 'text' }, other: { type: 'integer' } },
  primaryKey: ['id'],
});

const child = table({
  name: 'child',
  about: '',
  columns: {
    id: { type: 'bigint' },
    key: { type: 'text' },
    flag: { type: 'boolean' },
    amount: { type: 'double' },
    parent_id: { type: 'text' },
  },
  primaryKey: ['id'],
  uniques: [{ name: 'uq_child_key', columns: ['key', 'flag'] }],
  foreignKeys: [
    {
      columns: ['parent_id'],
      references: { table: 'parent', columns: ['id'] },
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ],
  indexes: [{ name: 'idx_child_flag', columns: ['flag'] }],
  content: { column: 'id', values: [1] },
});

const definitions: Definitions = {
  tables: [parent, child],
  functions: [],
  triggers: [],
  retired: [
    { kind: 'key', table: 'child', name: 'uq_old' },
    { kind: 'view', name: 'old_view' },
    { kind: 'table', name: 'old_table', holdsData: true },
  ],
};

/** The objects of one kind without what they have in common. */
async function found(sql: string, kind: ObjectKind): Promise<readonly object[]> {
  const connection = await open(sql);
  const catalog = await live(connection, definitions);
  await connection.close();
  return [...catalog.values()].filter((object) => object.kind === kind).map(less);
}

const less = (object: CatalogObject): object => {
  const common = new Set(['kind', 'schema', 'table', 'identity', 'include', 'nullsNotDistinct', 'deferrable', 'valid']);
  const defaults: Readonly<Record<string, unknown>> = {
    collation: null,
    generated: null,
    match: 'SIMPLE',
    method: 'btree',
    persistence: 'permanent',
    referencedSchema: 'main',
    validated: true,
  };
  return Object.fromEntries(
    Object.entries(object).filter(
      ([field, value]) =>
        !common.has(field) && !(field in defaults && defaults[field] === value) && field !== 'position',
    ),
  );
};

describe('columns', () => {
  test.each([
    ['BIGINT', 'INTEGER'],
    ['int', 'INTEGER'],
    ['VARCHAR(255)', 'TEXT'],
    ['CLOB', 'TEXT'],
    ['BLOB', 'BLOB'],
    ['', 'BLOB'],
    ['FLOAT', 'REAL'],
    ['double precision', 'REAL'],
    ['boolean', 'BOOLEAN'],
    ['DECIMAL(10, 2)', 'NUMERIC'],
    ['DATETIME', 'NUMERIC'],
  ])('declared type %s is %s where it is ours', async (type, expected) => {
    expect(await found(`CREATE TABLE child (flag ${type})`, 'column')).toEqual([
      { name: 'flag', type: expected, nullable: true, default: null },
    ]);
  });

  test('a type of somebody else stays as it is', async () => {
    expect(await found('CREATE TABLE child (price DECIMAL(10,2))', 'column')).toEqual([
      { name: 'price', type: 'DECIMAL(10,2)', nullable: true, default: null },
    ]);
  });

  test('NOT NULL, defaults, collations, generated columns', async () => {
    expect(
      await found(
        `CREATE TABLE Child (ID INTEGER PRIMARY KEY, "KEY" TEXT NOT NULL ON CONFLICT IGNORE DEFAULT NULL COLLATE nocase,
flag BOOLEAN DEFAULT ( FALSE ) COLLATE binary, Mine AS (("key"||'x')) STORED, v INT GENERATED ALWAYS AS ("ID"+1))`,
        'column',
      ),
    ).toEqual([
      { name: 'Mine', type: '', nullable: true, default: null, generated: `("key" || 'x') STORED` },
      { name: 'flag', type: 'BOOLEAN', nullable: true, default: 'FALSE' },
      { name: 'id', type: 'INTEGER', nullable: false, default: null },
      { name: 'key', type: 'TEXT', nullable: false, default: null, collation: 'NOCASE', onConflict: 'IGNORE' },
      { name: 'v', type: 'INT', nullable: true, default: null, generated: '(id + 1) VIRTUAL' },
    ]);
  });

  test('have their places', async () => {
    const connection = await open('CREATE TABLE child (flag, key, id)');
    const catalog = await live(connection, definitions);
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
  test('have the declared names whatever they are called', async () => {
    expect(
      await found(
        'CREATE TABLE child (id, key, flag, CONSTRAINT mine PRIMARY KEY (id), CONSTRAINT theirs UNIQUE ("KEY", flag))',
        'key',
      ),
    ).toEqual([
      { name: 'child_pkey', primary: true, columns: ['id'] },
      { name: 'uq_child_key', primary: false, columns: ['key', 'flag'] },
    ]);
  });

  test('of others have the written name or the conventional one, and a number where it is taken', async () => {
    expect(
      await found(
        `CREATE TABLE child (id UNIQUE, key COLLATE rtrim, a, CONSTRAINT UQ_OLD UNIQUE (a),
UNIQUE (id), UNIQUE (id COLLATE nocase), UNIQUE (id, "key" COLLATE rtrim) ON CONFLICT REPLACE,
CONSTRAINT child_id_key UNIQUE (id, a), PRIMARY KEY (key DESC, id))`,
        'key',
      ),
    ).toEqual([
      { name: 'child_id_key', primary: false, columns: ['id'] },
      { name: 'child_id_key1', primary: false, columns: ['id COLLATE NOCASE'] },
      { name: 'child_id_key2', primary: false, columns: ['id', 'a'] },
      { name: 'child_id_key_key', primary: false, columns: ['id', 'key'], onConflict: 'REPLACE' },
      { name: 'child_pkey', primary: true, columns: ['key DESC', 'id'] },
      { name: 'uq_old', primary: false, columns: ['a'] },
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
      referencedTable: 'parent',
      referencedColumns: ['id'],
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
      name: 'child_parent_id_fkey',
      columns: ['parent_id'],
      referencedTable: 'parent',
      referencedColumns: ['id'],
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
    {
      name: 'mine',
      columns: ['key'],
      referencedTable: 'nowhere',
      referencedColumns: [],
      onUpdate: 'NO ACTION',
      onDelete: 'NO ACTION',
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
    { name: 'idx_child_flag', unique: false, columns: ['flag DESC', '"key"', 'id COLLATE RTRIM'], predicate: null },
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
    { name: 'old_view', materialized: false, definition: 'CREATE VIEW Old_View AS SELECT 1' },
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

test('all else is strange', async () => {
  const connection = await open(`CREATE TABLE parent (id); CREATE TABLE old_table (a); CREATE VIEW old_view AS SELECT 1;
CREATE TABLE "my table" (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE INDEX i ON "my table" (id); CREATE VIEW child AS SELECT 1;
CREATE VIRTUAL TABLE search USING fts5 (a); CREATE TABLE sqliteXstat (a); ANALYZE`);
  const { catalog, server } = await sqlite.introspect(connection, scopeOf(definitions));
  await connection.close();
  expect([...catalog.values()].filter(({ kind }) => kind === 'table').map((o) => ('name' in o ? o.name : ''))).toEqual([
    'old_table',
    'parent',
  ]);
  expect(server.strangers.filter((name) => !name.includes('search_'))).toEqual([
    'table my table',
    'view child',
    'table search',
    'table sqliteXstat',
  ]);
});

test('the server', async () => {
  const connection = await open();
  const { server } = await sqlite.introspect(connection, scopeOf(definitions));
  const [row] = await connection.query('SELECT sqlite_version() AS version');
  await connection.close();
  expect(server).toMatchObject({ product: 'SQLite', version: row?.['version'], readOnly: null, roleExists: true });
  expect(server.user).not.toBe('');
});

test('works inside a transaction, and leaves it open', async () => {
  const connection = await open('CREATE TABLE parent (id TEXT PRIMARY KEY)');
  await connection.query('BEGIN IMMEDIATE');
  expect((await live(connection, definitions)).size).toBe(4);
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
