import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import { definitionText } from '../model/kinds.ts';

/** Every create, alter and drop that turns `live` into `target`, in the order of their ids. */
export function diff(live: Catalog, target: Catalog): readonly Change[] {
  const changes: Change[] = [];
  for (const [id, to] of target) {
    const from = live.get(id);
    if (from === undefined) changes.push({ type: 'create', id, to });
    else if (definitionText(from) !== definitionText(to)) changes.push({ type: 'alter', id, from, to });
  }
  for (const [id, from] of live) if (!target.has(id)) changes.push({ type: 'drop', id, from });
  return changes.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
