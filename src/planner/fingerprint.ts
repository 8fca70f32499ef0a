import { createHash } from 'node:crypto';
import type { Catalog } from '../model/catalog.ts';
import { definitionText } from '../model/kinds.ts';

/** A short text that is equal for equal catalogs, and changes with every definition and name in them. */
export function fingerprint(catalog: Catalog): string {
  const entries = [...catalog].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = entries.map(([id, object]) => `[${JSON.stringify(id)},${definitionText(object)}]`).join('');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
