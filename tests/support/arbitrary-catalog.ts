import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { idFor, idOf, traitsOf } from '../../src/model/kinds.ts';
import type {
  CatalogObject,
  ColumnObject,
  ForeignKeyObject,
  ObjectId,
  ObjectKind,
  ObjectOf,
} from '../../src/model/objects.ts';
import { aBacklog, retiredObjects, schemaOf, strangeNames, strangers } from './sample-objects.ts';

/** One thing that somebody did to a database of ours, by hand or with an older release. */
export type Edit =
  | { readonly edit: 'drop'; readonly id: ObjectId }
  | { readonly edit: 'alter'; readonly to: CatalogObject }
  | { readonly edit: 'rename'; readonly id: ObjectId; readonly name: string }
  | { readonly edit: 'add'; readonly object: CatalogObject };

/**
 * What was done to a catalog, as data, in an order that matters: fast-check leaves edits out, one by one, until what is
 * left still fails.
 */
export const editsOf = (declared: Catalog): fc.Arbitrary<readonly Edit[]> =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...drops(declared)) },
      { weight: 4, arbitrary: fc.constantFrom(...alterations(declared)) },
      { weight: 2, arbitrary: renames(declared) },
      { weight: 2, arbitrary: fc.constantFrom(...additions(declared)) },
    ),
    { maxLength: 12 },
  );

const drops = (catalog: Catalog): readonly Edit[] =>
  [...catalog.values()]
    .filter(({ kind }) => kind !== 'database')
    .map((object) => ({ edit: 'drop', id: idFor(object) }));

const renames = (catalog: Catalog): fc.Arbitrary<Edit> =>
  fc.record({
    edit: fc.constant('rename' as const),
    id: fc.constantFrom(...[...catalog].filter(([, object]) => traitsOf(object).renames).map(([id]) => id)),
    name: fc.constantFrom(...strangeNames),
  });

/** Gives the catalog after the edits. An edit whose object is gone, or whose name is in use, does nothing. */
export function applyEdits(declared: Catalog, edits: readonly Edit[]): Catalog {
  const live = new Map(declared);
  for (const edit of edits) {
    if (edit.edit === 'drop') dropWithDependants(live, edit.id);
    else if (edit.edit === 'add') add(live, edit.object);
    else if (edit.edit === 'alter') alter(live, edit.to);
    else rename(live, edit.id, edit.name);
  }
  return catalogOf(live.values());
}

type Live = Map<ObjectId, CatalogObject>;

function dropWithDependants(live: Live, id: ObjectId): void {
  const gone = live.get(id);
  if (gone === undefined) return;
  live.delete(id);
  for (const [other, object] of live) {
    const { parent, requires } = traitsOf(object);
    const needs = parent(object) === id || requires(object).includes(id);
    if (needs || goesToo(object, gone)) dropWithDependants(live, other);
  }
}

/** What an engine drops together with a key or a column: keys that point at it, indexes whose condition names it. */
const goesToo = (object: CatalogObject, gone: CatalogObject): boolean =>
  (gone.kind === 'key' && pointsAt(object, gone.table)) || (gone.kind === 'column' && mentions(object, gone));

/** Adds what may stand there: its name is free, and what it requires is there. */
export function add(live: Live, object: CatalogObject): void {
  const { requires, occupies } = traitsOf(object);
  const names = new Set([...live.values()].flatMap((o) => traitsOf(o).occupies(o)));
  if (live.has(idFor(object)) || occupies(object).some((name) => names.has(name))) return;
  if (requires(object).every((id) => live.has(id)) && canPoint(live, object)) live.set(idFor(object), object);
}

/** A foreign key needs a key to point at, in a table that a crash empties only together with its own. */
function canPoint(live: Live, object: CatalogObject): boolean {
  if (object.kind !== 'foreignKey') return true;
  const isUnlogged = (table: string): boolean => {
    const found = live.get(idOf.table(object.schema, table));
    return found?.kind === 'table' && found.persistence === 'unlogged';
  };
  const hasKey = [...live.values()].some(
    (o) =>
      o.kind === 'key' &&
      o.table === object.referencedTable &&
      o.deferrable === 'no' &&
      o.columns.join(' ') === object.referencedColumns.join(' '),
  );
  return hasKey && (!isUnlogged(object.referencedTable) || isUnlogged(object.table));
}

function alter(live: Live, to: CatalogObject): void {
  const id = idFor(to);
  const from = live.get(id);
  if (from === undefined) return;
  const required = traitsOf(to).requires(to);
  if (!required.every((other) => live.has(other))) return;
  if (to.kind === 'table') alterTables(live, to);
  for (const [other, object] of live) if (cannotStay(object, from, to)) live.delete(other);
  live.set(id, to);
}

/** A permanent table may not reference an unlogged one. */
function alterTables(live: Live, { name, persistence }: ObjectOf<'table'>): void {
  for (const object of live.values()) {
    const table = pointsAt(object, name) ? live.get(idOf.table(object.schema, object.table)) : undefined;
    if (table?.kind === 'table' && table.persistence !== persistence) alter(live, { ...table, persistence });
  }
}

/** What an engine would not let stand beside the altered object: keys that point at it, indexes on another type. */
function cannotStay(object: CatalogObject, from: CatalogObject, to: CatalogObject): boolean {
  if (to.kind === 'key') return pointsAt(object, to.table);
  if (to.kind !== 'column' || from.kind !== 'column') return false;
  return (to.type !== from.type && mentions(object, to)) || (to.nullable && needsValue(object, to));
}

/** A primary key, and what points at it. */
const needsValue = (object: CatalogObject, { table, name }: ColumnObject): boolean =>
  (object.kind === 'key' && object.primary && object.table === table && object.columns.includes(name)) ||
  (pointsAt(object, table) && object.referencedColumns.includes(name));

const pointsAt = (object: CatalogObject, table: string): object is ForeignKeyObject =>
  object.kind === 'foreignKey' && object.referencedTable === table;

const mentions = (object: CatalogObject, column: ColumnObject): boolean =>
  (object.kind === 'index' || object.kind === 'foreignKey') &&
  (object.table === column.table || pointsAt(object, column.table)) &&
  JSON.stringify(object).includes(column.name);

function rename(live: Live, id: ObjectId, name: string): void {
  const object = live.get(id);
  if (object === undefined) return;
  live.delete(id);
  const size = live.size;
  add(live, { ...object, name } as CatalogObject);
  if (live.size === size) live.set(id, object);
}

/** Every object with one field changed to another value that an engine can hold. */
export const alterations = (catalog: Catalog): readonly (Edit & { readonly edit: 'alter' })[] =>
  [...catalog.values()].flatMap((object) =>
    (variants[object.kind] as (o: CatalogObject) => readonly CatalogObject[])(object).map(
      (to) => ({ edit: 'alter', to }) as const,
    ),
  );

const variants: { readonly [K in ObjectKind]: (o: ObjectOf<K>) => readonly ObjectOf<K>[] } = {
  database: () => [],
  schema: () => [],
  table: (o) => [{ ...o, persistence: 'unlogged' }],
  column: columnVariants,
  key: (o) => [
    { ...o, deferrable: 'initially deferred' },
    { ...o, deferrable: 'initially immediate' },
    ...(o.columns.length === 1
      ? []
      : [
          { ...o, columns: o.columns.slice(1) },
          { ...o, columns: o.columns.toReversed() },
        ]),
  ],
  check: () => [],
  index: (o) => [
    { ...o, valid: false },
    ...(o.method === 'btree' ? [{ ...o, unique: !o.unique }] : []),
    ...(o.columns.length === 1
      ? []
      : [
          { ...o, columns: o.columns.toReversed() },
          { ...o, columns: o.columns.slice(1) },
        ]),
    ...(o.include.length === 0 ? [] : [{ ...o, include: [] }]),
    ...(o.predicate === null ? [] : [{ ...o, predicate: null }]),
  ],
  foreignKey: (o) => [
    { ...o, validated: false },
    { ...o, onDelete: 'NO ACTION' },
    { ...o, onUpdate: 'RESTRICT' },
    { ...o, deferrable: 'initially deferred' },
    { ...o, match: 'FULL' },
  ],
  function: (o) => [
    { ...o, settings: [] },
    { ...o, security: 'definer' },
    { ...o, volatility: 'stable' },
    { ...o, strict: true },
    { ...o, execution: 'granted' },
    { ...o, body: `\nBEGIN\n  RAISE EXCEPTION 'not $body$ %', $$gone$$;\nEND\n` },
    ...(o.arguments.includes(' DEFAULT ') ? [{ ...o, arguments: o.arguments.replaceAll(/ DEFAULT [^,]+/g, '') }] : []),
    ...(o.returns === 'trigger' ? [] : [{ ...o, returns: 'bigint' }]),
  ],
  view: (o) => [{ ...o, definition: ' SELECT 1 AS one;' }],
  trigger: (o) => [
    { ...o, enabled: 'disabled' },
    { ...o, enabled: 'replica' },
    { ...o, enabled: 'always' },
    { ...o, definition: 'BEFORE INSERT FOR EACH ROW' },
    { ...o, definition: 'AFTER INSERT OR DELETE FOR EACH STATEMENT', enabled: 'disabled' },
  ],
  grant: (o) => [{ ...o, lacking: ['a_table', 'another'] }],
  backlog: () => [],
  rows: () => [],
  dependent: () => [],
  influence: () => [],
  version: (o) => [
    { ...o, values: ['7'] },
    { ...o, values: [...o.values, '7', '8'].toSorted() },
  ],
};

function columnVariants(o: ColumnObject): readonly ColumnObject[] {
  const other = {
    text: { type: 'character varying(40)', default: `'x'::character varying` },
    'character varying(255)': { type: 'text', default: `'x'::text` },
    bigint: { type: 'integer', default: '7' },
    integer: { type: 'bigint', default: '7' },
    boolean: { type: 'integer', default: '1' },
    'double precision': { type: 'numeric(10,2)', default: '1.5' },
    jsonb: { type: 'json', default: `'{}'::json` },
  }[o.type];
  const literal = { text: `'x'::text`, bigint: '7', integer: '7', boolean: 'true' }[o.type];
  return [
    { ...o, nullable: !o.nullable },
    ...(o.default === null ? [] : [{ ...o, default: null }]),
    ...(literal === undefined ? [] : [{ ...o, default: literal }]),
    ...(other === undefined
      ? []
      : [
          { ...o, type: other.type, default: null },
          { ...o, ...other, nullable: true },
        ]),
    ...(o.type === 'text' ? [{ ...o, collation: '"C"' }] : []),
  ];
}

/** Objects of older releases, and one stranger of every kind in every table. */
const additions = (catalog: Catalog): readonly Edit[] =>
  [
    ...systemDefinitions.retired.flatMap((retired) => retiredObjects(retired, catalog)),
    { ...aBacklog, schema: schemaOf(catalog) },
    ...strangers(catalog),
  ].map((object) => ({ edit: 'add', object }) as const);

/** The same objects in another order, by a number between 0 and 1 for each. */
export const shuffled = (catalog: Catalog, weights: readonly number[]): Catalog =>
  new Map(
    [...catalog]
      .map((entry, i) => ({ entry, weight: (weights[i % weights.length] ?? 0) * (i + 1) }))
      .toSorted((a, b) => a.weight - b.weight)
      .map(({ entry }) => entry),
  );
