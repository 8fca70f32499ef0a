import { readFileSync } from 'node:fs';

/** The catalog of a fresh SQLite file that the newest runtime made. */
interface Upstream {
  readonly tables: Readonly<Record<string, UpstreamTable>>;
  readonly other: readonly unknown[];
  readonly migrations: readonly number[];
}

interface UpstreamTable {
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly notNull: boolean;
    readonly default: string | null;
    /** Its place in the primary key, from 1. */
    readonly primaryKey: number;
  }[];
  readonly foreignKeys: readonly {
    readonly columns: readonly string[];
    readonly references: string;
    readonly refColumns: readonly string[];
    readonly onUpdate: string;
    readonly onDelete: string;
  }[];
  readonly indexes: readonly {
    readonly name: string | null;
    readonly unique: boolean;
    readonly origin: 'index' | 'primary key' | 'unique';
    readonly columns: readonly (readonly [name: string, order: 'ASC' | 'DESC'])[];
    readonly predicate: string | null;
  }[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
}

export const upstream = JSON.parse(
  readFileSync(new URL('../../fixtures/upstream/catalog-sqlite.json', import.meta.url), 'utf8'),
) as Upstream;

/** The statements that make such a file, in the runtime's own spelling: unquoted, with nullable keys and DEFAULT NULL. */
export const upstreamSql = (clock = "strftime('%s','now') * 1000"): string =>
  [
    ...Object.entries(upstream.tables).flatMap(([name, table]) => [
      `CREATE TABLE ${name} (\n  ${clauses(table, clock).join(',\n  ')}\n)`,
      ...table.indexes.filter(({ origin }) => origin === 'index').map((index) => createIndex(name, index)),
    ]),
    ...upstream.migrations.map((version) => `INSERT INTO dbos_migrations VALUES (${version})`),
  ].join(';\n');

function clauses(table: UpstreamTable, clock: string): readonly string[] {
  const primaryKey = table.columns
    .filter((column) => column.primaryKey > 0)
    .toSorted((a, b) => a.primaryKey - b.primaryKey)
    .map(({ name }) => name);
  return [
    ...table.columns.map((column) => {
      const text = column.default?.startsWith('strftime') === true ? clock : column.default;
      const value = text === null ? '' : ` DEFAULT ${/\(/.test(text) ? `(${text})` : text}`;
      return `${column.name} ${column.type}${column.notNull ? ' NOT NULL' : ''}${value}`;
    }),
    `PRIMARY KEY (${primaryKey.join(', ')})`,
    ...table.indexes
      .filter(({ origin }) => origin === 'unique')
      .map(({ columns }) => `UNIQUE (${columns.map(([name]) => name).join(', ')})`),
    ...table.foreignKeys.map(
      (key) =>
        `FOREIGN KEY (${key.columns.join(', ')}) REFERENCES ${key.references}(${key.refColumns.join(', ')})` +
        ` ON DELETE ${key.onDelete} ON UPDATE ${key.onUpdate}`,
    ),
  ];
}

const createIndex = (table: string, index: UpstreamTable['indexes'][number]): string =>
  `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${index.name} ON ${table} (${index.columns.map((c) => c.join(' ')).join(', ')})` +
  (index.predicate === null ? '' : ` WHERE ${index.predicate}`);
