import { idFor } from './kinds.ts';
import type { CatalogObject, ObjectId } from './objects.ts';

/** All objects of one schema by id, declared or live, in one normal form. */
export type Catalog = ReadonlyMap<ObjectId, CatalogObject>;

/**
 * Collects objects into a catalog, sorted by id, so that equal catalogs are equal in iteration too.
 * @throws Error when two objects have one id: a mistake of a definition or of an introspector.
 */
export function catalogOf(objects: Iterable<CatalogObject>): Catalog {
  const entries = [...objects]
    .map((object) => [idFor(object), object] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const catalog = new Map(entries);
  if (catalog.size !== entries.length) {
    const twice = entries.find(([id], i) => entries[i + 1]?.[0] === id);
    throw new Error(`two objects with one id: ${twice?.[0]}`);
  }
  return catalog;
}
