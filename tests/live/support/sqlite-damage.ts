import type { Catalog } from '../../../src/model/catalog.ts';
import { idFor } from '../../../src/model/kinds.ts';
import type {
  CatalogObject,
  ColumnObject,
  ForeignKeyObject,
  IndexObject,
  KeyObject,
  ObjectKind,
  ObjectOf,
} from '../../../src/model/objects.ts';
import { type Damage, type Deed, when } from './damage.ts';

/** All that is done to the objects of a catalog, one deed at a time, in SQL that is written here and by no renderer. */
export const damagesOf = (catalog: Catalog): readonly Damage[] =>
  [...catalog.values()].flatMap((object) =>
    (deeds[object.kind] as (o: CatalogObject, c: Catalog) => readonly Deed[])(object, catalog).map((deed) => ({
      ...deed,
      id: idFor(object),
    })),
  );

const deeds: { readonly [K in ObjectKind]: (o: ObjectOf<K>, catalog: Catalog) => readonly Deed[] } = {
  // The file; the command line's tests remove it.
  database: () => [],
  schema: undeclared,
  table: tableDeeds,
  column: columnDeeds,
  key: keyDeeds,
  check: undeclared,
  index: indexDeeds,
  foreignKey: foreignKeyDeeds,
  view: undeclared,
  function: undeclared,
  trigger: undeclared,
  grant: undeclared,
  backlog: undeclared,
  rows: undeclared,
  dependent: undeclared,
  influence: undeclared,
  version: versionDeeds,
};

function undeclared(object: CatalogObject): never {
  throw new Error(`nothing here can damage ${idFor(object)}`);
}

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const list = (columns: readonly string[]): string => `(${columns.map(quote).join(', ')})`;

/** A table as it stands in CREATE TABLE. */
interface Parts {
  readonly columns: readonly (readonly [name: string, clause: string])[];
  readonly constraints: readonly (readonly [name: string, clause: string])[];
  readonly indexes: readonly string[];
  readonly options: string;
}

const columnClause = (o: ColumnObject): string =>
  [
    quote(o.name),
    o.type,
    ...(o.generated === null ? [] : [`AS ${o.generated}`]),
    ...(o.collation === null ? [] : [`COLLATE ${o.collation}`]),
    ...(o.default === null ? [] : [`DEFAULT (${o.default})`]),
    ...(o.nullable ? [] : ['NOT NULL']),
    ...(o.onConflict === undefined ? [] : [`ON CONFLICT ${o.onConflict}`]),
  ].join(' ');

const keyClause = (o: KeyObject): string =>
  `CONSTRAINT ${quote(o.name)} ${o.primary ? 'PRIMARY KEY' : 'UNIQUE'} ${list(o.columns)}${o.onConflict === undefined ? '' : ` ON CONFLICT ${o.onConflict}`}`;

const foreignKeyClause = (o: ForeignKeyObject): string =>
  `CONSTRAINT ${quote(o.name)} FOREIGN KEY ${list(o.columns)} REFERENCES ${quote(o.referencedTable)} ${list(o.referencedColumns)}
   ON UPDATE ${o.onUpdate} ON DELETE ${o.onDelete}${o.deferrable === 'no' ? '' : ` DEFERRABLE ${o.deferrable}`}`;

const createIndex = (o: IndexObject): string =>
  `CREATE ${o.unique ? 'UNIQUE ' : ''}INDEX ${quote(o.name)} ON ${quote(o.table)} (${o.columns.join(', ')})${o.predicate === null ? '' : ` WHERE ${o.predicate}`}`;

const inTable = (catalog: Catalog, table: string): readonly CatalogObject[] =>
  [...catalog.values()].filter((o) => 'table' in o && o.table === table);

/** What a catalog has of a table. */
export const partsOf = (catalog: Catalog, table: string): Parts => {
  const all = inTable(catalog, table);
  return {
    columns: all.flatMap((o) => (o.kind === 'column' ? [[o.name, columnClause(o)] as const] : [])),
    constraints: all.flatMap((o) =>
      o.kind === 'key'
        ? [[o.name, keyClause(o)] as const]
        : o.kind === 'foreignKey'
          ? [[o.name, foreignKeyClause(o)] as const]
          : [],
    ),
    indexes: all.flatMap((o) => (o.kind === 'index' ? [createIndex(o)] : [])),
    options: '',
  };
};

/** Makes the table anew with other parts, and copies its rows. Who works by hand has foreign keys off, as SQLite has. */
export function remake(
  table: string,
  parts: Parts,
  copied: readonly string[] = parts.columns.map(([name]) => name),
): string {
  const clauses = [...parts.columns, ...parts.constraints].map(([, clause]) => clause);
  return [
    'BEGIN',
    `CREATE TABLE made_anew (${clauses.join(', ')})${parts.options}`,
    `INSERT INTO made_anew ${list(copied)} SELECT ${copied.map(quote).join(', ')} FROM ${quote(table)}`,
    `DROP TABLE ${quote(table)}`,
    `ALTER TABLE made_anew RENAME TO ${quote(table)}`,
    ...parts.indexes,
    'COMMIT',
  ].join(';\n');
}

const replaced = (parts: readonly (readonly [string, string])[], name: string, clause: string) =>
  parts.map((part) => (part[0] === name ? ([name, clause] as const) : part));

const without = <P extends readonly [string, string]>(parts: readonly P[], name: string): readonly P[] =>
  parts.filter((part) => part[0] !== name);

const emptied = (tables: readonly string[]): string => tables.map((t) => `DELETE FROM ${quote(t)}`).join('; ');

/** Other tables with foreign keys to this one. */
const pointingAt = (table: string, catalog: Catalog): readonly string[] =>
  [...catalog.values()].flatMap((k) => (k.kind === 'foreignKey' && k.referencedTable === table ? [k.table] : []));

function tableDeeds({ name }: ObjectOf<'table'>, catalog: Catalog): readonly Deed[] {
  const parts = partsOf(catalog, name);
  const pointing = pointingAt(name, catalog);
  const types = inTable(catalog, name).flatMap((o) => (o.kind === 'column' ? [o.type] : []));
  return [
    // The rows that point at it stay, and point at nothing: who drops it by hand must not be asked for more.
    { how: 'dropped', sql: `${emptied(pointing)}; DROP TABLE ${quote(name)}` },
    { how: 'made WITHOUT ROWID', sql: remake(name, { ...parts, options: ' WITHOUT ROWID' }) },
    ...when(
      types.every((type) => type !== 'BOOLEAN' && type !== 'NUMERIC'),
      {
        how: 'made STRICT',
        sql: remake(name, { ...parts, options: ' STRICT' }),
      },
    ),
  ];
}

interface OtherType {
  readonly type: string;
  readonly default: string;
}

/** Values of the sample rows go through these types and back. */
const otherTypes: Readonly<Record<string, OtherType>> = {
  TEXT: { type: 'BLOB', default: `'x'` },
  INTEGER: { type: 'TEXT', default: '7' },
  REAL: { type: 'TEXT', default: '1.5' },
  BOOLEAN: { type: 'TEXT', default: 'TRUE' },
  NUMERIC: { type: 'TEXT', default: '7' },
};

function columnDeeds(o: ColumnObject, catalog: Catalog): readonly Deed[] {
  const parts = partsOf(catalog, o.table);
  const other = otherTypes[o.type];
  if (other === undefined) throw new Error(`no other type for ${o.type}`);
  const again = (how: string, change: Partial<ColumnObject>): Deed => ({
    how,
    sql: remake(o.table, { ...parts, columns: replaced(parts.columns, o.name, columnClause({ ...o, ...change })) }),
  });
  return [
    // A table cannot be without any column.
    ...when(parts.columns.length > 1, {
      how: 'dropped',
      sql: remake(o.table, withoutColumn(o, parts, catalog)),
      ...refusal(o, catalog),
    }),
    again(`made ${other.type}`, { type: other.type }),
    again('given another default', { default: other.default }),
    again('given a collation', { collation: 'NOCASE' }),
    ...when(o.default !== null, again('rid of its default', { default: null })),
    ...nullabilityDeeds(o, catalog, again),
  ];
}

type Again = (how: string, change: Partial<ColumnObject>) => Deed;

/** SQLite lets a key be NULL, which makes no difference to the runtime. */
function nullabilityDeeds(o: ColumnObject, catalog: Catalog, again: Again): readonly Deed[] {
  const [table, column] = [quote(o.table), quote(o.name)];
  if (o.nullable) {
    const { how, sql } = again('made NOT NULL', { nullable: false });
    return [{ how, sql: `DELETE FROM ${table} WHERE ${column} IS NULL; ${sql}` }];
  }
  if (isInPrimaryKey(o, catalog)) return [];
  const deed = again('made nullable', { nullable: true });
  return [
    deed,
    ...when(o.default !== null, {
      how: 'made nullable, and emptied',
      sql: `${deed.sql}; UPDATE ${table} SET ${column} = NULL`,
      destroys: true,
    }),
  ];
}

const isInPrimaryKey = (o: ColumnObject, catalog: Catalog): boolean =>
  inTable(catalog, o.table).some((k) => k.kind === 'key' && k.primary && k.columns.includes(o.name));

/** Together with what cannot be without the column. */
function withoutColumn(o: ColumnObject, parts: Parts, catalog: Catalog): Parts {
  const needs = (other: CatalogObject): boolean =>
    'columns' in other && other.columns.some((column) => column.replace(' DESC', '').replaceAll('"', '') === o.name);
  const all = inTable(catalog, o.table).filter(
    (other) => needs(other) || (other.kind === 'index' && other.predicate?.includes(o.name) === true),
  );
  const lost = new Set(all.flatMap((other) => ('name' in other ? [other.name] : [])));
  return {
    ...parts,
    columns: without(parts.columns, o.name),
    constraints: parts.constraints.filter(([name]) => !lost.has(name)),
    indexes: parts.indexes.filter((sql) => ![...lost].some((name) => sql.includes(`INDEX ${quote(name)} `))),
  };
}

/** Nobody knows what rows should have in a column that is gone. */
function refusal(o: ColumnObject, catalog: Catalog): Pick<Deed, 'refused'> {
  const isVersion = inTable(catalog, o.table).some(({ kind }) => kind === 'version');
  if (o.nullable || o.default !== null || isVersion) return {};
  const until = emptied([...pointingAt(o.table, catalog), o.table]);
  return { refused: { because: 'NOT NULL constraint failed', until } };
}

function keyDeeds(o: KeyObject, catalog: Catalog): readonly Deed[] {
  const parts = partsOf(catalog, o.table);
  const again = (how: string, clause: string): Deed => ({
    how,
    sql: remake(o.table, { ...parts, constraints: replaced(parts.constraints, o.name, clause) }),
  });
  const other = inTable(catalog, o.table).flatMap((c) =>
    c.kind === 'column' && !o.columns.includes(c.name) ? [c.name] : [],
  )[0];
  return [
    { how: 'dropped', sql: remake(o.table, { ...parts, constraints: without(parts.constraints, o.name) }) },
    again('made to replace', `${keyClause(o)} ON CONFLICT REPLACE`),
    ...(other === undefined
      ? []
      : [again('made to span a column more', keyClause({ ...o, columns: [...o.columns, other] }))]),
    ...when(o.columns.length > 1, again('turned around', keyClause({ ...o, columns: o.columns.toReversed() }))),
    ...when(
      o.columns.length > 1,
      again('made to span a column less', keyClause({ ...o, columns: o.columns.slice(1) })),
    ),
    ...when(o.primary, again('made a unique constraint', keyClause({ ...o, primary: false }))),
  ];
}

function foreignKeyDeeds(o: ForeignKeyObject, catalog: Catalog): readonly Deed[] {
  const parts = partsOf(catalog, o.table);
  const again = (how: string, clause: string): Deed => ({
    how,
    sql: remake(o.table, { ...parts, constraints: replaced(parts.constraints, o.name, clause) }),
  });
  return [
    { how: 'dropped', sql: remake(o.table, { ...parts, constraints: without(parts.constraints, o.name) }) },
    again('made to keep what it points at', foreignKeyClause({ ...o, onUpdate: 'NO ACTION', onDelete: 'NO ACTION' })),
    again('made to forget instead of to follow', foreignKeyClause({ ...o, onDelete: 'SET NULL' })),
    again('made deferrable', `${foreignKeyClause(o)} DEFERRABLE INITIALLY DEFERRED`),
  ];
}

function indexDeeds(o: IndexObject, catalog: Catalog): readonly Deed[] {
  const drop = `DROP INDEX ${quote(o.name)}`;
  const again = (how: string, change: Partial<IndexObject>): Deed => ({
    how,
    sql: `${drop}; ${createIndex({ ...o, ...change })}`,
  });
  const [first = '', ...rest] = o.columns;
  const other = inTable(catalog, o.table).flatMap((c) =>
    c.kind === 'column' && !o.columns.includes(c.name) ? [c.name] : [],
  )[0];
  const turned = first.includes(' DESC') ? first.replace(' DESC', '') : `${first} DESC`;
  return [
    { how: 'dropped', sql: drop },
    again('made unique or not', { unique: !o.unique }),
    again('turned down or up', { columns: [turned, ...rest] }),
    again('given another condition', { predicate: `${first.replace(' DESC', '')} <> 'x'` }),
    again('given a collation', { columns: [`${first.replace(' DESC', '')} COLLATE NOCASE`, ...rest] }),
    again('made of an expression', { columns: [`lower(${first.replace(' DESC', '')})`, ...rest] }),
    ...(other === undefined ? [] : [again('given a column more', { columns: [...o.columns, quote(other)] })]),
    ...when(o.predicate !== null, again('made total', { predicate: null })),
    ...when(rest.length > 0, again('turned around', { columns: o.columns.toReversed() })),
    ...when(rest.length > 0, again('rid of a column', { columns: o.columns.slice(0, -1) })),
  ];
}

function versionDeeds(o: ObjectOf<'version'>): readonly Deed[] {
  const [table, column] = [quote(o.table), quote(o.column)];
  return [
    { how: 'emptied', sql: `DELETE FROM ${table}` },
    { how: 'set back', sql: `UPDATE ${table} SET ${column} = 0` },
    { how: 'given a second row', sql: `INSERT INTO ${table} (${column}) VALUES (0)` },
    { how: 'replaced by two rows', sql: `DELETE FROM ${table}; INSERT INTO ${table} (${column}) VALUES (-7), (0)` },
  ];
}
