import { describe, expect, test } from '@jest/globals';
import type { Catalog } from '../../src/model/catalog.ts';
import type { ObjectKind } from '../../src/model/objects.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { definitions, objectsOf } from './family.ts';
import { declared, files, introspect, live, settle } from './support.ts';

const open = files();

/** The objects of one kind as settling makes them. */
async function settled(sql: string, kind: ObjectKind): Promise<readonly object[]> {
  const connection = await open(sql);
  const catalog = await live(connection, definitions);
  await connection.close();
  return objectsOf(catalog, kind);
}

async function introspected(sql: string): Promise<Catalog> {
  const connection = await open(sql);
  const { catalog } = await introspect(connection, definitions);
  await connection.close();
  return catalog;
}

describe('types of declared columns become their affinity', () => {
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
    expect(await settled(`CREATE TABLE child (flag ${type})`, 'column')).toEqual([
      { name: 'flag', type: expected, nullable: true, default: null },
    ]);
  });

  test('a type of somebody else stays as it is', async () => {
    expect(await settled('CREATE TABLE child (price DECIMAL(10,2))', 'column')).toEqual([
      { name: 'price', type: 'DECIMAL(10,2)', nullable: true, default: null },
    ]);
  });
});

test.each(["(strftime('%s','now')*1000)", "(unixepoch('subsec') * 1000)", "(UNIXEPOCH('subsec')*1000)"])(
  'the clock %s is the declared one, and somebody else keeps theirs',
  async (clock) => {
    const sql = `CREATE TABLE child (created_at BIGINT DEFAULT ${clock}, mine DEFAULT (unixepoch('subsec') * 1000))`;
    expect(await settled(sql, 'column')).toEqual([
      { name: 'created_at', type: 'INTEGER', nullable: true, default: "strftime('%s', 'now') * 1000" },
      { name: 'mine', type: '', nullable: true, default: "unixepoch('subsec') * 1000" },
    ]);
  },
);

test('names in another case are spelt as they are declared, in expressions too', async () => {
  const sql = `CREATE TABLE Child (ID INTEGER PRIMARY KEY, "KEY" TEXT NOT NULL ON CONFLICT IGNORE DEFAULT NULL COLLATE nocase,
flag BOOLEAN DEFAULT ( FALSE ) COLLATE binary, Mine AS (("key"||'x')) STORED, v INT GENERATED ALWAYS AS ("ID"+1),
CONSTRAINT own CHECK (CHILD.ID > 0), CONSTRAINT UQ_OLD UNIQUE (ID, "KEY" COLLATE rtrim DESC));
CREATE INDEX IDX_CHILD_FLAG ON CHILD ("FLAG" DESC, lower("KEY")) WHERE "ID" > 5;
CREATE TRIGGER mine AFTER INSERT ON Child BEGIN SELECT 1; END; CREATE VIEW Old_View AS SELECT 1`;
  const catalog = (await settle(await introspected(sql), definitions)).named;
  expect(objectsOf(catalog, 'column')).toEqual([
    { name: 'Mine', type: '', nullable: true, default: null, generated: `("key" || 'x') STORED` },
    { name: 'flag', type: 'BOOLEAN', nullable: true, default: 'FALSE' },
    { name: 'id', type: 'INTEGER', nullable: false, default: null },
    { name: 'key', type: 'TEXT', nullable: false, default: null, collation: 'NOCASE', onConflict: 'IGNORE' },
    { name: 'v', type: 'INT', nullable: true, default: null, generated: '(id + 1) VIRTUAL' },
  ]);
  expect(objectsOf(catalog, 'table')).toEqual([{ name: 'child', options: [] }]);
  expect(objectsOf(catalog, 'check')).toEqual([{ name: 'own', expression: 'id > 0' }]);
  expect(objectsOf(catalog, 'key')).toEqual([
    { name: 'child_pkey', primary: true, columns: ['id'] },
    { name: 'uq_old', primary: false, columns: ['id', 'key COLLATE RTRIM DESC'] },
  ]);
  expect(objectsOf(catalog, 'index')).toEqual([
    { name: 'idx_child_flag', unique: false, columns: ['flag DESC', 'lower("key")'], predicate: 'id > 5' },
  ]);
  expect([...catalog.keys()].filter((id) => /^(?:trigger|view)/.test(id))).toEqual([
    'trigger:main.child.mine',
    'view:main.old_view',
  ]);
});

describe('keys', () => {
  test('have the declared names whatever they are called', async () => {
    expect(
      await settled(
        'CREATE TABLE child (id, key, flag, CONSTRAINT mine PRIMARY KEY (id), CONSTRAINT theirs UNIQUE ("KEY", flag))',
        'key',
      ),
    ).toEqual([
      { name: 'child_pkey', primary: true, columns: ['id'] },
      { name: 'uq_child_key', primary: false, columns: ['key', 'flag'] },
    ]);
  });

  test('of others keep theirs, and get a number where it is a declared one that is taken', async () => {
    expect(
      await settled(
        'CREATE TABLE child (id, key, flag, CONSTRAINT uq_child_key UNIQUE (id), UNIQUE (key, flag))',
        'key',
      ),
    ).toEqual([
      { name: 'uq_child_key', primary: false, columns: ['key', 'flag'] },
      { name: 'uq_child_key1', primary: false, columns: ['id'] },
    ]);
  });
});

test('foreign keys have the declared names whatever they are called, and others theirs', async () => {
  expect(
    await settled(
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

test('a repeated foreign key has no name of a declared one', async () => {
  const sql = `CREATE TABLE PARENT (ID TEXT PRIMARY KEY);
CREATE TABLE child (parent_id CONSTRAINT odd REFERENCES PARENT ON DELETE CASCADE ON UPDATE CASCADE,
key CONSTRAINT mine REFERENCES parent, FOREIGN KEY (Parent_ID) REFERENCES Parent (Id))`;
  expect((await settled(sql, 'foreignKey')).map((key) => ({ ...key, onUpdate: null, onDelete: null }))).toEqual(
    [
      ['child_parent_id_fkey', 'parent_id'],
      ['child_parent_id_fkey1', 'parent_id'],
      ['mine', 'key'],
    ].map(([name, column]) => ({
      name,
      columns: [column],
      referencedTable: 'parent',
      referencedColumns: ['id'],
      onUpdate: null,
      onDelete: null,
    })),
  );
});

test('what is settled is under the names that it had, and is settled again as it is', async () => {
  const found = await introspected('CREATE TABLE Child (ID BIGINT, Flag BOOL, UNIQUE (ID))');
  const { named, catalog } = await settle(found, definitions);
  expect(catalog).toEqual(named);
  expect((await settle(named, definitions)).named).toEqual(named);
});

test('a live catalog that is its own target stays as it is, and its objects still have their declared names', async () => {
  const found = await introspected('CREATE TABLE Child (ID BIGINT)');
  const { named, catalog } = await sqlite.settle(found, found, definitions);
  expect(catalog).toBe(found);
  expect(named).toEqual((await settle(found, definitions)).named);
  expect([...named.keys()]).toContain('column:main.child.id');
});

test('a declared catalog is settled already', async () => {
  const catalog = declared(definitions);
  expect((await settle(catalog, definitions)).catalog).toEqual(catalog);
});

test('checks whose names differ in nothing but case stay two', async () => {
  const sql = 'CREATE TABLE child (id, CONSTRAINT UQ_Old CHECK (id > 1), CONSTRAINT uq_old CHECK (id > 2))';
  expect(await settled(sql, 'check')).toEqual([
    { name: 'uq_old', expression: 'id > 1' },
    { name: 'uq_old1', expression: 'id > 2' },
  ]);
});
