import { createHash, randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import type { Database, Engine } from './database.ts';
import type { Table } from './sample-rows.ts';

/** SQLite, with its files in one directory. */
export const sqliteEngine = (directory: string): Engine => ({
  name: 'SQLite',
  create: (prefix) => Promise.resolve(newUrl(directory, prefix)),
  copy(url) {
    const copy = newUrl(directory, 'copy');
    copyFileSync(pathOf(url), pathOf(copy));
    return Promise.resolve(copy);
  },
  async open(url, use) {
    const file = new BetterSqlite(pathOf(url));
    try {
      return await use(databaseOf(file));
    } finally {
      file.close();
    }
  },
  async writesDuring(urls, run) {
    const before = urls.map(hashOf);
    await run();
    return urls.filter((url, i) => hashOf(url) !== before[i]).map((url) => `the file ${url} has changed`);
  },
  readingsApart: async () => [],
  drop(url) {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${pathOf(url)}${end}`, { force: true });
    return Promise.resolve();
  },
});

const newUrl = (directory: string, prefix: string): string =>
  `sqlite:///${join(directory, `${prefix}-${randomUUID()}.sqlite`)}`;

/** Every definition in the file, word for word. */
export function definitionsIn(url: string): readonly unknown[] {
  const file = new BetterSqlite(pathOf(url), { readonly: true });
  try {
    return file.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid').all();
  } finally {
    file.close();
  }
}

const pathOf = (url: string): string => url.replace(/^sqlite:\/\/\//, '');

/** The file and what is not yet in it. */
const hashOf = (url: string): string =>
  ['', '-wal']
    .map((end) => `${pathOf(url)}${end}`)
    .filter((path) => existsSync(path))
    .map((path) => createHash('sha256').update(readFileSync(path, 'latin1'), 'latin1').digest('hex'))
    .join(' ');

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

type Row = Record<string, string | number | null>;

function databaseOf(file: BetterSqlite.Database): Database {
  const all = (sql: string, ...values: readonly unknown[]): Row[] => file.prepare(sql).all(...values) as Row[];
  const names = (): string[] =>
    all(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
    ).map(({ name }) => String(name));
  const read = (table: string, columns: readonly string[]): readonly string[] => {
    const pairs = columns.flatMap((column) => [
      `'${column}'`,
      quote(column),
      `'${column}?'`,
      `typeof(${quote(column)})`,
    ]);
    return all(`SELECT json_object(${pairs.join(', ')}) AS row FROM ${quote(table)}`)
      .map(({ row }) => String(row))
      .toSorted((a, b) => (a < b ? -1 : 1));
  };
  const result = <T>(make: () => T): Promise<T> => Promise.resolve().then(make);
  return {
    rows: (table, columns) => result(() => read(table, columns)),
    tables: () => result(() => names().map((name) => tableOf(all, name))),
    insert: (table, row) =>
      result(() => {
        const columns = Object.keys(row);
        file
          .prepare(
            `INSERT INTO ${quote(table)} (${columns.map(quote).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
          )
          .run(...Object.values(row));
      }),
    text: () => result(() => names().flatMap((name) => textOf(all, name))),
    others: () => Promise.resolve(''),
    execute: (sql, values = []) =>
      result(() => {
        if (values.length > 0) file.prepare(sql).run(...values);
        else file.exec(sql);
      }),
  };
}

type All = (sql: string, ...values: readonly unknown[]) => Row[];

/** https://www.sqlite.org/pragma.html#pragma_table_xinfo */
const tableOf = (all: All, name: string): Table => ({
  name,
  columns: all('SELECT * FROM pragma_table_xinfo(?)', name).map((column) => ({
    name: String(column['name']),
    type: String(column['type']),
    required: (column['notnull'] === 1 || column['pk'] !== 0) && column['dflt_value'] === null,
  })),
  references: all('SELECT * FROM pragma_foreign_key_list(?)', name).map((key) => ({
    column: String(key['from']),
    table: String(key['table']),
  })),
});

/**
 * What the engine's own pragmas tell. Left out is what is said to be no difference: types of one affinity, keys that
 * may be NULL because nobody said otherwise, the ways to read the clock, and a default that is NULL.
 */
const textOf = (all: All, table: string): readonly string[] => [
  `table ${table} ${String(all('SELECT strict, wr FROM pragma_table_list(?)', table).map((t) => `${t['strict']}${t['wr']}`)[0])}`,
  ...all('SELECT * FROM pragma_table_xinfo(?) ORDER BY name', table).map(
    (c) =>
      `column ${table}.${c['name']} ${affinity(String(c['type']))} ${c['pk'] !== 0 || c['notnull'] === 1} ` +
      `${defaultText(c['dflt_value'] ?? null)} ${c['pk']} ${c['hidden']}`,
  ),
  ...all('SELECT * FROM pragma_foreign_key_list(?) ORDER BY "table", "from"', table).map(
    (key) => `foreign key ${table}.${key['from']} ${key['table']}.${key['to']} ${key['on_update']} ${key['on_delete']}`,
  ),
  ...all('SELECT * FROM pragma_index_list(?) ORDER BY name', table).map((index) => {
    const columns = all('SELECT * FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno', index['name']);
    const text = columns.map((c) => `${c['name']}${c['desc'] === 1 ? ' DESC' : ''} ${c['coll']}`).join(', ');
    const named = index['origin'] === 'c' ? `${index['name']} ${predicateOf(all, index['name'])}` : index['origin'];
    return `index ${table} ${named} ${index['unique']} (${text})`;
  }),
  ...all(`SELECT sql FROM sqlite_master WHERE type IN ('trigger', 'view') AND tbl_name = ?`, table).map(({ sql }) =>
    String(sql),
  ),
];

const predicateOf = (all: All, index: Row[string] | undefined): string => {
  const [found] = all(`SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?`, index);
  const predicate = /\bWHERE\b(.*)$/is.exec(String(found?.['sql']))?.[1] ?? '';
  return predicate.replaceAll(/["\s]+/g, ' ').trim();
};

/** https://www.sqlite.org/datatype3.html#determination_of_column_affinity */
function affinity(type: string): string {
  if (/int/i.test(type)) return 'INTEGER';
  if (/char|clob|text/i.test(type)) return 'TEXT';
  if (/blob/i.test(type) || type === '') return 'BLOB';
  return /real|floa|doub/i.test(type) ? 'REAL' : 'NUMERIC';
}

const defaultText = (value: string | number | null): string =>
  String(value)
    .replace(/^.*(?:strftime|unixepoch).*$/s, 'clock')
    .replace(/^NULL$/i, 'null')
    .replace(/^\(*(hex\(randomblob\(16\)\))\)*$/i, '$1');
