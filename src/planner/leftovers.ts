import type { Catalog } from '../model/catalog.ts';
import { definitionText, traitsOf } from '../model/kinds.ts';
import { isMakeshift, isMakeshiftFor } from '../model/makeshift.ts';
import type { CatalogObject } from '../model/objects.ts';

/**
 * Whether an object is a successor that a run of ours was building when it was ended: it has a makeshift name of a
 * declared object, stands where that one does, and is what that one should be, finished or not. The name alone proves
 * nothing, since anybody can give it.
 */
export function isLeftover(object: CatalogObject, declared: Catalog): boolean {
  const { path, parent, completion } = traitsOf(object);
  const name = path(object).at(-1) ?? '';
  if (completion === undefined || !isMakeshift(name)) return false;
  for (const wanted of declared.values()) {
    if (wanted.kind !== object.kind || parent(wanted) !== parent(object)) continue;
    const isMeant = isMakeshiftFor(name, path(wanted).at(-1) ?? '');
    if (isMeant && definitionText(finished(object)) === definitionText(wanted)) return true;
  }
  return false;
}

/** An object as it is once it is finished, for what an interrupted run can leave unfinished. */
export function finished(object: CatalogObject): CatalogObject {
  const { completion } = traitsOf(object);
  return completion === undefined ? object : withField(object, completion, true);
}

const withField = (object: CatalogObject, field: string, value: unknown): CatalogObject => ({
  ...object,
  [field]: value,
});
