import type { Catalog } from '../model/catalog.ts';
import type { RetiredDefinition } from '../model/definition.ts';
import { idFor, traitsOf } from '../model/kinds.ts';
import type {
  CatalogObject,
  ColumnObject,
  IndexObject,
  KeyObject,
  ObjectId,
  ObjectKind,
  ObjectOf,
} from '../model/objects.ts';
import { retiredBy } from './ownership.ts';

/** An object of somebody else on a table of ours. */
export interface Stranger {
  readonly id: ObjectId;
  readonly object: CatalogObject;
  /** How it can break the runtime; null where it cannot. */
  readonly danger: string | null;
  /** The object of ours that already does what it is for. */
  readonly coveredBy: ObjectId | null;
}

export interface Unmanaged {
  /** Retired tables that stay because they hold rows. */
  readonly kept: readonly ObjectId[];
  readonly strangers: readonly Stranger[];
}

/**
 * Tells the live objects that a plan leaves alone apart: what an earlier release left with rows in it, and what
 * others made on our tables, less what the operator wants to hear nothing of.
 * @param ignore patterns of object ids, in which `*` stands for any text
 */
export function tellApart(
  unmanaged: readonly CatalogObject[],
  target: Catalog,
  { retired, ignore }: { readonly retired: readonly RetiredDefinition[]; readonly ignore: readonly string[] },
): Unmanaged {
  const patterns = ignore.map(asPattern);
  const isHeard = (id: ObjectId): boolean => !patterns.some((pattern) => pattern.test(id));
  const kept = unmanaged.filter((object) => retiredBy(object, retired)?.holdsData === true).map(idFor);
  const strangers = unmanaged
    .filter((object) => target.has(traitsOf(object).parent(object) ?? idFor(object)) && !kept.includes(idFor(object)))
    .map((object) => ({ id: idFor(object), object, danger: dangerOf(object), coveredBy: coverOf(object, target) }))
    .filter(({ id }) => isHeard(id));
  return { kept: kept.filter(isHeard), strangers };
}

const asPattern = (text: string): RegExp =>
  new RegExp(`^${text.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*')}$`, 'su');

const refusesRows = 'it can refuse rows of the runtime';

const isFilled = ({ nullable, default: value, generated, identity }: ColumnObject): boolean =>
  nullable || value !== null || generated !== null || identity !== null;

/** How an object of each kind can break the runtime; a kind that cannot has no entry. */
const dangers: { readonly [K in ObjectKind]: ((object: ObjectOf<K>) => string | null) | null } = {
  database: null,
  schema: null,
  table: null,
  column: (o) => (isFilled(o) ? null : 'it needs a value and has no default, so the inserts of the runtime fail'),
  key: () => refusesRows,
  check: (o) => (o.notEnforced === true ? null : refusesRows),
  index: (o) => (o.unique ? refusesRows : null),
  foreignKey: (o) => (o.notEnforced === true ? null : refusesRows),
  view: null,
  function: null,
  trigger: (o) => (o.enabled === 'disabled' ? null : 'it runs inside the statements of the runtime'),
  grant: null,
  backlog: null,
  version: null,
};

const dangerOf = (object: CatalogObject): string | null => {
  const danger = dangers[object.kind] as ((object: CatalogObject) => string | null) | null;
  return danger === null ? null : danger(object);
};

/** An index whose columns come first, in their order, in one of ours over the same rows answers nothing that ours does not. */
function coverOf(object: CatalogObject, target: Catalog): ObjectId | null {
  if (object.kind !== 'index' || object.unique || object.method !== 'btree') return null;
  for (const [id, ours] of target) {
    if ((ours.kind === 'index' || ours.kind === 'key') && ours.table === object.table && covers(ours, object))
      return id;
  }
  return null;
}

function covers(ours: IndexObject | KeyObject, theirs: IndexObject): boolean {
  const columns = ours.columns.map(unquoted);
  const all = new Set([...columns, ...ours.include.map(unquoted)]);
  return (
    (ours.kind === 'key' || ours.method === theirs.method) &&
    (ours.kind === 'key' || ours.predicate === null || ours.predicate === theirs.predicate) &&
    theirs.columns.every((column, i) => columns[i] === unquoted(column)) &&
    theirs.include.every((column) => all.has(unquoted(column)))
  );
}

/** The columns of a key are names, those of an index the engine's texts. */
const unquoted = (column: string): string => column.replace(/^"(.*)"$/, '$1').replaceAll('""', '"');
