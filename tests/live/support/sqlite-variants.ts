import { type Catalog, catalogOf } from '../../../src/model/catalog.ts';
import { idFor } from '../../../src/model/kinds.ts';
import type { CatalogObject, ColumnObject, ObjectId, ObjectKind, ObjectOf } from '../../../src/model/objects.ts';
import { quote, remake, partsOf } from './sqlite-damage.ts';

/** One property of one declared object with another plausible value; without a value, the object is gone. */
export interface Variant {
  readonly id: ObjectId;
  readonly how: string;
  readonly object: CatalogObject | null;
}

/** Each property of each object set to each other plausible value. */
export const variantsOf = (catalog: Catalog): readonly Variant[] =>
  [...catalog.values()].flatMap((object) => {
    const others = (values[object.kind] as (o: CatalogObject, c: Catalog) => readonly Partial<CatalogObject>[])(
      object,
      catalog,
    );
    const different = others.filter((change) => JSON.stringify({ ...object, ...change }) !== JSON.stringify(object));
    const id = idFor(object);
    return [
      ...(object.kind === 'database' || object.kind === 'version' ? [] : [{ id, how: `${id} gone`, object: null }]),
      ...different.map((change) => ({
        id,
        how: `${id} ${JSON.stringify(change)}`,
        object: { ...object, ...change } as CatalogObject,
      })),
    ];
  });

const none = (): readonly never[] => [];
const types = ['INTEGER', 'TEXT', 'REAL', 'BLOB', 'NUMERIC', 'BOOLEAN', 'ANY', 'VARCHAR(3)'];
const actions = ['NO ACTION', 'RESTRICT', 'CASCADE', 'SET NULL', 'SET DEFAULT'] as const;

const columnsOf = (catalog: Catalog, table: string): readonly string[] =>
  [...catalog.values()].flatMap((o) => (o.kind === 'column' && o.table === table ? [o.name] : []));

const other = (catalog: Catalog, table: string, columns: readonly string[]): readonly string[] =>
  columnsOf(catalog, table)
    .filter((name) => !columns.some((column) => column.includes(name)))
    .slice(0, 1);

const values: { readonly [K in ObjectKind]: (o: ObjectOf<K>, catalog: Catalog) => readonly Partial<ObjectOf<K>>[] } = {
  database: none,
  schema: none,
  table: () => [{ options: ['STRICT'] }, { options: ['WITHOUT ROWID'] }, { options: ['STRICT', 'WITHOUT ROWID'] }],
  column: (o) => [
    ...types.map((type) => ({ type })),
    ...[null, "'x'", '7', "lower('A')", "strftime('%s', 'now') * 1000"].map((value) => ({ default: value })),
    { nullable: !o.nullable },
    { collation: 'NOCASE' },
    { collation: 'RTRIM', type: 'TEXT' },
    { generated: "('x') VIRTUAL", default: null, nullable: true },
    { generated: '(1) STORED', default: null, nullable: true },
    { onConflict: 'REPLACE', nullable: false, default: "'x'" },
    { name: `${o.name}_old` },
    { name: o.name.toUpperCase() },
  ],
  key: (o, catalog) => [
    { columns: o.columns.toReversed() },
    { columns: [...o.columns, ...other(catalog, o.table, o.columns)] },
    { columns: o.columns.slice(-1) },
    { columns: other(catalog, o.table, o.columns) },
    { primary: !o.primary },
    ...['REPLACE', 'IGNORE', 'ROLLBACK'].map((onConflict) => ({ onConflict })),
  ],
  check: none,
  index: (o, catalog) => [
    { unique: !o.unique },
    { columns: o.columns.toReversed() },
    { columns: [...o.columns, ...other(catalog, o.table, o.columns)] },
    { columns: o.columns.slice(0, 1) },
    { columns: o.columns.map((text) => `lower(${text.replace(' DESC', '')})`) },
    { columns: o.columns.map((text) => (text.endsWith(' DESC') ? text.replace(' DESC', '') : `${text} DESC`)) },
    { columns: o.columns.map((text) => `${text.replace(' DESC', '')} COLLATE NOCASE`) },
    ...[null, '1', `${(o.columns[0] ?? '').replace(' DESC', '')} IS NULL`].map((predicate) => ({ predicate })),
  ],
  foreignKey: (o, catalog) => [
    ...actions.map((onDelete) => ({ onDelete })),
    ...actions.map((onUpdate) => ({ onUpdate })),
    { deferrable: 'initially deferred' },
    { referencedColumns: other(catalog, o.referencedTable, o.referencedColumns) },
    { referencedTable: 'nowhere' },
    { columns: other(catalog, o.table, o.columns) },
  ],
  view: none,
  function: none,
  trigger: none,
  grant: none,
  backlog: none,
  rows: none,
  dependent: none,
  influence: none,
  version: () => [[], ['0'], ['1', '2'], ['-7']].map((some) => ({ values: some })),
};

/** SQL, written by no renderer, that makes the declared file one with these variants in it. */
export function damageBy(variants: readonly Variant[], catalog: Catalog): readonly string[] {
  const changed = new Map(catalog);
  for (const { id, object } of variants) {
    changed.delete(id);
    if (object !== null) changed.set(id, object);
  }
  const tables = new Set(
    variants.flatMap(({ id }) => {
      const own = catalog.get(id);
      return own === undefined ? [] : own.kind === 'table' ? [own.name] : 'table' in own ? [own.table] : [];
    }),
  );
  return [...tables].flatMap((table) => tableDamage(table, standing(changed, table), variants));
}

/** Without what names columns that are gone. */
function standing(changed: ReadonlyMap<ObjectId, CatalogObject>, table: string): Catalog {
  const names = new Set(columnsOf(changed, table));
  const fits = (object: CatalogObject): boolean => {
    if (!('columns' in object) || !('table' in object) || object.table !== table) return true;
    const columns = object.columns.map((text) => (/"([^"]+)"|\w+(?=\)| |$)/.exec(text) ?? []).at(0) ?? text);
    const plain = columns.map((text) => text.replaceAll('"', ''));
    const predicate = object.kind === 'index' ? (object.predicate ?? '').replaceAll(/'[^']*'/g, '') : '';
    const named = predicate.match(/[a-z_]{3,}/g) ?? [];
    return plain.length > 0 && [...plain, ...named].every((name) => names.has(name));
  };
  return catalogOf([...changed.values()].filter(fits));
}

function tableDamage(table: string, catalog: Catalog, variants: readonly Variant[]): readonly string[] {
  const own = [...catalog.values()].find((o) => o.kind === 'table' && o.name === table);
  if (own?.kind !== 'table') return [`DROP TABLE ${quote(table)}`];
  const columns = [...catalog.values()].filter((o): o is ColumnObject => o.kind === 'column' && o.table === table);
  const moved = new Map(
    variants.flatMap(({ id, object }) => (object?.kind === 'column' ? [[object, id] as const] : [])),
  );
  const copied = columns.filter((column) => column.generated === null && !moved.has(column));
  const kept = columns.filter(
    (column) => column.generated === null && moved.has(column) && idFor(column) === moved.get(column),
  );
  const version = [...catalog.values()].find((o) => o.kind === 'version' && o.table === table);
  const parts = { ...partsOf(catalog, table), options: own.options.length === 0 ? '' : ` ${own.options.join(', ')}` };
  return [
    remake(
      table,
      parts,
      [...copied, ...kept].map(({ name }) => name),
    ),
    ...(version?.kind === 'version'
      ? [
          `DELETE FROM ${quote(table)}`,
          ...version.values.map((value) => `INSERT INTO ${quote(table)} (${quote(version.column)}) VALUES (${value})`),
        ]
      : []),
  ];
}
