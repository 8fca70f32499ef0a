import type { Catalog } from '../model/catalog.ts';
import type { RetiredDefinition } from '../model/definition.ts';
import type { Dialect } from '../model/dialect.ts';
import { definitionText, idFor, traitsOf } from '../model/kinds.ts';
import type { CatalogObject, IndexObject, KeyObject, ObjectId } from '../model/objects.ts';
import { retiredBy } from './ownership.ts';

/** An object of somebody else on a table of ours. */
export interface Unmanaged {
  readonly id: ObjectId;
  readonly object: CatalogObject;
  /** How it can break the runtime; null where it cannot. */
  readonly danger: string | null;
  /** A statement that takes the danger away; null where there is none, or no statement that does. */
  readonly mend: string | null;
  /** The object of ours that already does what it is for. */
  readonly coveredBy: ObjectId | null;
}

/** What a plan leaves alone. */
export interface LeftAlone {
  /** Retired tables that stay because they may hold rows. */
  readonly retired: readonly ObjectId[];
  readonly unmanaged: readonly Unmanaged[];
}

interface Circumstances {
  /** What earlier releases made. */
  readonly retired: readonly RetiredDefinition[];
  /** Patterns of object ids to leave out, in which `*` stands for any text. */
  readonly ignore: readonly string[];
  readonly mend: Dialect['mend'];
}

/**
 * Tells the live objects that a plan leaves alone apart: what an earlier release left with rows in it, and what
 * others made on our tables, less what the operator has ignored.
 */
export function tellApart(
  objects: readonly CatalogObject[],
  target: Catalog,
  { retired: definitions, ignore, mend }: Circumstances,
): LeftAlone {
  const patterns = ignore.map(asPattern);
  const isTold = (id: ObjectId): boolean => !patterns.some((pattern) => pattern.test(id));
  const retired = objects.filter((object) => retiredBy(object, definitions)?.holdsData === true).map(idFor);
  const unmanaged = objects
    .filter((object) => target.has(traitsOf(object).parent(object) ?? idFor(object)))
    .map((object) => {
      const twin = twinOf(object, target);
      // What ours refuses already, an equal one refuses too, and nothing else.
      const danger = twin === null ? traitsOf(object).danger(object, target) : null;
      return {
        id: idFor(object),
        object,
        danger,
        mend: danger === null ? null : mend(object),
        coveredBy: twin ?? coverOf(object, target),
      };
    })
    .filter(({ id }) => isTold(id) && !retired.includes(id));
  return { retired: retired.filter(isTold), unmanaged };
}

const asPattern = (text: string): RegExp =>
  new RegExp(`^${text.replaceAll(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*')}$`, 'su');

/** The object of ours that is equal to it in all but the name, where what it does is a matter of what it is. */
function twinOf(object: CatalogObject, target: Catalog): ObjectId | null {
  const { renames, parent } = traitsOf(object);
  if (!renames) return null;
  const [text, place] = [definitionText(object), parent(object)];
  for (const [id, ours] of target) {
    if (ours.kind === object.kind && parent(ours) === place && definitionText(ours) === text) return id;
  }
  return null;
}

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
