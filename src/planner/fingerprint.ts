import { createHash } from 'node:crypto';
import type { Catalog } from '../model/catalog.ts';
import { definitionOf } from '../model/kinds.ts';

/** A short text that is equal for equal catalogs, and changes with every definition and name in them. */
export function fingerprint(catalog: Catalog): string {
  const hash = createHash('sha256');
  const entries = [...catalog].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [id, object] of entries) hash.update(JSON.stringify([id, definitionOf(object)]));
  return hash.digest('hex').slice(0, 16);
}
