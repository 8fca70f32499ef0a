import { userInfo } from 'node:os';
import { type Catalog, catalogOf } from '../model/catalog.ts';
import type { Connection, LiveState, Scope, ServerFacts } from '../model/dialect.ts';
import type { CatalogObject, IndexObject, VersionObject, ViewObject } from '../model/objects.ts';
import { quoteIdentifier, quoteSqliteText } from '../sql/quote.ts';
import { declare } from './declare.ts';
import { whyNotWritable } from './connection/file-access.ts';
import { groupBy } from './group-by.ts';
import type { ColumnRow, ForeignKeyRow, IndexRow, SchemaRow } from './live-rows.ts';
import { tableObjects } from './live-table.ts';
import { schema, type Spelling, spellingOf } from './names.ts';
import { parseKeyPart, parseTable } from './text/parse.ts';
import { partsByTable } from './parts.ts';
import { folded } from './text/tokens.ts';

/** Reads the tables of the scope and its retired ones with all that stands in them, whoever made it. */
export async function introspect(connection: Connection, scope: Scope): Promise<LiveState> {
  return inSnapshot(connection, async () => {
    const rows = await schemaRows(connection);
    const ours = rows.filter(isOurs(scope));
    const tables = ours.filter(isOrdinaryTable);
    const spelling = spellingOf(scope.definitions);
    const catalog = catalogOf([
      { kind: 'database', name: scope.database },
      ...(await liveObjects(connection, scope, tables, rows)),
      ...ours.flatMap((row) => viewObjects(row, spelling)),
      ...rows.filter(isElsewhere(ours)).flatMap(namesakes(scope, spelling)),
    ]);
    const versions = await versionObjects(connection, catalog, scope);
    const strangers = rows.filter((row) => isRelation(row) && !ours.includes(row));
    return {
      catalog: catalogOf([...catalog.values(), ...versions]),
      server: {
        ...(await serverFacts(connection, scope)),
        strangers: strangers.map(({ type, name }) => `${type} ${name}`),
      },
    };
  });
}

/** Several queries of one state, within a transaction of the caller's or without. */
async function inSnapshot<T>(connection: Connection, read: () => Promise<T>): Promise<T> {
  await connection.query('SAVEPOINT dbos_introspect');
  try {
    return await read();
  } finally {
    await connection.query('RELEASE dbos_introspect');
  }
}

/** All that stands in the file but SQLite's own tables and the indexes that it makes itself. */
export const schemaRows = (connection: Connection): Promise<readonly SchemaRow[]> =>
  rowsOf<SchemaRow>(
    connection,
    `SELECT type, name, tbl_name AS "table", sql FROM main.sqlite_master
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid`,
  );

const rowsOf = async <T>(connection: Connection, sql: string): Promise<readonly T[]> =>
  (await connection.query(sql)) as readonly T[];

export const isRelation = ({ type }: SchemaRow): boolean => type === 'table' || type === 'view';

export const isOrdinaryTable = ({ type, sql }: SchemaRow): boolean =>
  type === 'table' && !/^CREATE VIRTUAL /i.test(sql);

/** Whether a row is about a table or a view of the scope itself. */
export function isOurs({ definitions }: Scope): (row: SchemaRow) => boolean {
  const names = (kind: 'table' | 'view'): Set<string> =>
    new Set(definitions.retired.filter((r) => r.kind === kind).map(({ name }) => folded(name)));
  const views = names('view');
  const tables = names('table');
  for (const { name } of definitions.tables) tables.add(folded(name));
  return ({ type, name }) =>
    (type === 'table' && tables.has(folded(name))) || (type === 'view' && views.has(folded(name)));
}

async function liveObjects(
  connection: Connection,
  scope: Scope,
  tables: readonly SchemaRow[],
  rows: readonly SchemaRow[],
): Promise<readonly CatalogObject[]> {
  const declared = partsByTable(declare(scope.definitions, scope));
  const spelling = spellingOf(scope.definitions);
  const detail = await details(connection, tables);
  const triggers = groupBy(
    rows.filter(({ type }) => type === 'trigger'),
    ({ table }) => folded(table),
  );
  const byName = new Map(rows.filter(isOrdinaryTable).map((row) => [folded(row.name), row]));
  const primaryKeyOf = (table: string): readonly string[] => primaryKey(byName.get(folded(table)));
  return tables.flatMap((row) =>
    tableObjects(
      {
        row,
        parsed: parseTable(row.sql),
        columns: detail.columns.get(row.name) ?? [],
        indexes: detail.indexes.get(row.name) ?? [],
        foreignKeys: detail.foreignKeys.get(row.name) ?? [],
        triggers: triggers.get(folded(row.name)) ?? [],
      },
      { spelling, declared: declared.get(spelling.table(row.name)), primaryKeyOf },
    ),
  );
}

function primaryKey(row: SchemaRow | undefined): readonly string[] {
  const constraints = row === undefined ? [] : parseTable(row.sql).constraints;
  const key = constraints.find((constraint) => constraint.kind === 'key' && constraint.primary);
  return key?.kind === 'key' ? key.columns.map((tokens) => parseKeyPart(tokens).term[0]?.value ?? '') : [];
}

/** Pragmas as functions: one query for all tables. https://www.sqlite.org/pragma.html#pragfunc */
async function details(connection: Connection, tables: readonly SchemaRow[]) {
  const names = tables.map(({ name }) => quoteSqliteText(name)).join(', ');
  const ofTables = `m.type = 'table' AND m.name IN (${names})`;
  const columns = await rowsOf<ColumnRow>(
    connection,
    `SELECT m.name AS "table", x.cid, x.name, x.type, x."notnull", x.dflt_value, x.pk
FROM main.sqlite_master AS m JOIN pragma_table_xinfo(m.name, 'main') AS x
WHERE ${ofTables} ORDER BY m.name, x.cid`,
  );
  const indexes = await rowsOf<IndexRow>(
    connection,
    `SELECT m.name AS "table", l.name AS "index", l."unique", x.seqno, x.name AS "column", x."desc", x.coll, i.sql
FROM main.sqlite_master AS m JOIN pragma_index_list(m.name, 'main') AS l
JOIN main.sqlite_master AS i ON i.type = 'index' AND i.name = l.name
JOIN pragma_index_xinfo(l.name, 'main') AS x
WHERE ${ofTables} AND l.origin = 'c' AND x.key = 1 ORDER BY m.name, l.name, x.seqno`,
  );
  const foreignKeys = await rowsOf<ForeignKeyRow>(
    connection,
    `SELECT m.name AS "table", f.id, f."table" AS parent, f."from", f."to", f.on_update, f.on_delete
FROM main.sqlite_master AS m JOIN pragma_foreign_key_list(m.name, 'main') AS f
WHERE ${ofTables} ORDER BY m.name, f.id, f.seq`,
  );
  return {
    columns: groupBy(columns, ({ table }) => table),
    indexes: groupBy(indexes, ({ table }) => table),
    foreignKeys: groupBy(foreignKeys, ({ table }) => table),
  };
}

const viewObjects = ({ type, name, sql }: SchemaRow, spelling: Spelling): readonly ViewObject[] =>
  type === 'view' ? [{ kind: 'view', schema, name: spelling.other(name), materialized: false, definition: sql }] : [];

function isElsewhere(ours: readonly SchemaRow[]): (row: SchemaRow) => boolean {
  const names = new Set(ours.map(({ name }) => folded(name)));
  return ({ table }) => !names.has(folded(table));
}

/**
 * Names are unique in a file, whatever they are of: what others have under the name of a declared table or index keeps
 * it from being made.
 */
function namesakes({ definitions }: Scope, spelling: Spelling): (row: SchemaRow) => readonly CatalogObject[] {
  const names = new Set(
    definitions.tables.flatMap(({ name, indexes = [] }) => [name, ...indexes.map((i) => i.name)]).map(folded),
  );
  return (row) => {
    if (!names.has(folded(row.name))) return [];
    const name = spelling.other(spelling.table(row.name));
    if (row.type === 'table') return [{ kind: 'table', schema, name, persistence: 'permanent', options: [] }];
    if (row.type === 'index') return [namesakeIndex(name, row.table)];
    return viewObjects({ ...row, name }, spelling);
  };
}

/** No more of it than what a message needs. */
const namesakeIndex = (name: string, table: string): IndexObject => ({
  kind: 'index',
  schema,
  table,
  name,
  method: 'btree',
  unique: false,
  columns: [],
  include: [],
  predicate: null,
  nullsNotDistinct: false,
  valid: true,
});

async function versionObjects(connection: Connection, live: Catalog, scope: Scope): Promise<readonly VersionObject[]> {
  const tables = partsByTable(live);
  const found: VersionObject[] = [];
  for (const { name: table, content } of scope.definitions.tables) {
    const isThere = tables.get(table)?.columns.some((column) => column.name === content?.column);
    if (content === undefined || isThere !== true) continue;
    const column = quoteIdentifier(content.column);
    const rows = await connection.query(`SELECT CAST(${column} AS TEXT) AS value FROM main.${quoteIdentifier(table)}`);
    const values = rows.map((row) => String(row['value'])).toSorted();
    found.push({ kind: 'version', schema, table, column: content.column, values });
  }
  return found;
}

async function serverFacts(connection: Connection, { database }: Scope): Promise<Omit<ServerFacts, 'strangers'>> {
  const [row] = await connection.query('SELECT sqlite_version() AS version');
  return {
    product: 'SQLite',
    version: String(row?.['version']),
    readOnly: whyNotWritable(database),
    roleExists: true,
    user: operatorName(),
  };
}

/** A user id need not have a name, as in a container. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
