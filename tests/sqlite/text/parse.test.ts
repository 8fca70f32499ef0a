import { describe, expect, test } from '@jest/globals';
import { canonical } from '../../../src/sqlite/text/canonical.ts';
import { parseIndex, parseKeyPart, parseTable } from '../../../src/sqlite/text/parse.ts';
import type { Token } from '../../../src/sqlite/text/tokens.ts';
import { files } from '../support.ts';

const open = files();
const text = (tokens: readonly Token[]): string => tokens.map((token) => token.text).join(' ');

const difficult = `CREATE TABLE "od""d, (t)" -- a comment, with a comma and a (
(
  id INTEGER CONSTRAINT k PRIMARY KEY ASC ON CONFLICT REPLACE AUTOINCREMENT,
  "a,b" VARCHAR(10, 2) CONSTRAINT nn NOT NULL ON CONFLICT IGNORE DEFAULT ( ',)' || '(' ) COLLATE nocase,
  [c d] UNSIGNED BIG INT UNIQUE ON CONFLICT ROLLBACK CHECK ([c d] <> ')') CONSTRAINT named CHECK (1),
  \`e\` DEFAULT -5 REFERENCES other ON DELETE SET NULL ON UPDATE NO ACTION MATCH FULL NOT DEFERRABLE INITIALLY DEFERRED NULL,
  f AS (id + 1), g TEXT GENERATED ALWAYS AS (upper(h)) STORED, h,
  i INTEGER CONSTRAINT fk REFERENCES other(x) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT u UNIQUE (e, h COLLATE rtrim DESC) ON CONFLICT FAIL
  CHECK (e > 0) /* no comma between constraints */
  FOREIGN KEY (e, h) REFERENCES "other" (x, y) ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE
)`;

describe('parseTable', () => {
  test('reads what SQLite takes', async () => {
    const connection = await open('PRAGMA foreign_keys = OFF');
    await connection.query(difficult);
    const [row] = await connection.query(`SELECT sql FROM sqlite_master WHERE type = 'table' AND name LIKE 'od%'`);
    await connection.close();
    const parsed = parseTable(String(row?.['sql']));

    expect(parsed.name.value).toBe('od"d, (t)');
    expect(parsed.options).toEqual(['AUTOINCREMENT']);
    expect(
      parsed.columns.map(({ name, collation, generated, onConflict }) => [
        name,
        collation,
        generated === null ? null : `${text(generated.expression)}${generated.stored ? ' stored' : ''}`,
        onConflict,
      ]),
    ).toEqual([
      ['id', null, null, null],
      ['a,b', 'nocase', null, 'IGNORE'],
      ['c d', null, null, null],
      ['e', null, null, null],
      ['f', null, 'id + 1', null],
      ['g', null, 'upper ( h ) stored', null],
      ['h', null, null, null],
      ['i', null, null, null],
    ]);
    expect(
      parsed.constraints.map((c) => {
        const own = `${c.kind} ${c.name} at ${c.column}`;
        if (c.kind === 'check') return `${own}: ${text(c.expression)}`;
        if (c.kind === 'foreignKey') return `${own}: ${c.deferrable}`;
        return `${own}: ${c.primary} ${c.columns.map(text).join(' and ')} ${c.onConflict}`;
      }),
    ).toEqual([
      'key k at id: true id ASC REPLACE',
      'key null at c d: false c d ROLLBACK',
      "check null at c d: [c d] <> ')'",
      'check named at c d: 1',
      'foreignKey null at e: no',
      'foreignKey fk at i: initially deferred',
      'key u at null: false e and h COLLATE rtrim DESC FAIL',
      'check u at null: e > 0',
      'foreignKey null at null: no',
    ]);
  });

  test('tells where a clause stands', () => {
    const sql = 'CREATE TABLE t (a REFERENCES p (x) ON DELETE CASCADE, CONSTRAINT f FOREIGN KEY (a) REFERENCES q)';
    expect(parseTable(sql).constraints.map(({ start, end }) => sql.slice(start, end))).toEqual([
      'REFERENCES p (x) ON DELETE CASCADE',
      'CONSTRAINT f FOREIGN KEY (a) REFERENCES q',
    ]);
  });

  test.each([
    ['CREATE TABLE t (a INTEGER PRIMARY KEY)', []],
    ['CREATE TABLE t (a TEXT PRIMARY KEY) without rowid', ['WITHOUT ROWID']],
    ['CREATE TABLE t (a TEXT PRIMARY KEY) STRICT, WITHOUT  ROWID', ['STRICT', 'WITHOUT ROWID']],
    ['CREATE TABLE t (a INTEGER, PRIMARY KEY (a AUTOINCREMENT))', ['AUTOINCREMENT']],
  ])('options of %s', (sql, options) => {
    expect(parseTable(sql).options).toEqual(options);
  });

  test('keeps the position of foreign keys that the pragma counts backwards', async () => {
    const sql = `CREATE TABLE c (a REFERENCES p1, b, d REFERENCES p2 DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY (b) REFERENCES p3)`;
    const connection = await open(sql);
    const rows = await connection.query(`SELECT "table" FROM pragma_foreign_key_list('c') ORDER BY id DESC`);
    await connection.close();
    expect(rows.map((row) => row['table'])).toEqual(['p1', 'p2', 'p3']);
    const parsed = parseTable(sql).constraints.filter((c) => c.kind === 'foreignKey');
    expect(parsed.map((c) => c.deferrable)).toEqual(['no', 'initially deferred', 'no']);
  });

  test.each([
    ['a REFERENCES p NOT NULL DEFERRABLE INITIALLY DEFERRED', ['initially deferred']],
    ['a REFERENCES p, b INT DEFERRABLE INITIALLY DEFERRED NOT NULL', ['initially deferred']],
    ['a REFERENCES p DEFERRABLE INITIALLY DEFERRED REFERENCES q NOT DEFERRABLE', ['initially deferred', 'no']],
    ['a REFERENCES p DEFERRABLE INITIALLY DEFERRED UNIQUE NOT DEFERRABLE INITIALLY DEFERRED', ['no']],
    ['a INT DEFERRABLE INITIALLY DEFERRED', []],
  ])('takes a deferral for one of the latest foreign key, wherever it stands: %s', async (columns, expected) => {
    const sql = `CREATE TABLE t (${columns})`;
    await (await open(sql)).close();
    const keys = parseTable(sql).constraints.filter((c) => c.kind === 'foreignKey');
    expect(keys.map((c) => c.deferrable)).toEqual(expected);
  });

  test.each([
    ['a CONSTRAINT x NOT NULL CHECK (a > 1)', ['x']],
    ['a CONSTRAINT x CONSTRAINT y CHECK (a > 1) CONSTRAINT z', ['y']],
    ['a, CONSTRAINT x, CHECK (a > 1), CONSTRAINT y CONSTRAINT z', [null]],
    ['a, CONSTRAINT x CONSTRAINT y CHECK (a > 1) CHECK (a > 1)', ['y', 'y']],
  ])('gives checks the name that SQLite calls them by: %s', async (columns, expected) => {
    const sql = `CREATE TABLE t (${columns})`;
    const connection = await open(sql);
    await expect(connection.query('INSERT INTO t VALUES (0)')).rejects.toThrow(`failed: ${expected[0] ?? 'a > 1'}`);
    await connection.close();
    expect(parseTable(sql).constraints.map(({ name }) => name)).toEqual(expected);
  });

  test('takes GENERATED ALWAYS for words of the type where nothing is generated', async () => {
    const sql = 'CREATE TABLE t (a INT GENERATED, b GENERATED ALWAYS UNIQUE, c INT GENERATED ALWAYS AS (a))';
    await (await open(sql)).close();
    const { columns, constraints } = parseTable(sql);
    expect(columns.map(({ generated }) => generated?.stored)).toEqual([undefined, undefined, false]);
    expect(constraints.map(({ kind, column }) => [kind, column])).toEqual([['key', 'b']]);
  });

  test('refuses what is no table', () => {
    expect(() => parseTable('CREATE TABLE t (a REFERENCES')).toThrow('ends too early');
  });
});

test('parseIndex', () => {
  const { columns, where } = parseIndex(
    `CREATE UNIQUE INDEX IF NOT EXISTS "i (1)" ON "t" (lower(a) COLLATE nocase DESC, b, a || ',' ASC) WHERE b > (1)`,
  );
  expect(
    columns.map(parseKeyPart).map(({ term, collation, descending }) => [canonical(term), collation, descending]),
  ).toEqual([
    ['lower(a)', 'NOCASE', true],
    ['b', null, false],
    ["a || ','", null, false],
  ]);
  expect(where === null ? null : canonical(where)).toBe('b > (1)');
  expect(parseIndex('CREATE INDEX i ON t (a)').where).toBeNull();
});
