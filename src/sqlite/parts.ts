import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import { idFor } from '../model/kinds.ts';
import type {
  CatalogObject,
  CheckObject,
  ColumnObject,
  ForeignKeyObject,
  IndexObject,
  KeyObject,
  ObjectId,
  TableObject,
  TriggerObject,
} from '../model/objects.ts';
import { groupBy } from '../model/group-by.ts';

/** One table with all that stands in it. */
export interface TableParts {
  readonly table: TableObject;
  readonly columns: readonly ColumnObject[];
  readonly keys: readonly KeyObject[];
  readonly checks: readonly CheckObject[];
  readonly foreignKeys: readonly ForeignKeyObject[];
  readonly indexes: readonly IndexObject[];
  readonly triggers: readonly TriggerObject[];
}

/** The tables of a catalog by name; columns in the order of their places. */
export function partsByTable(catalog: Catalog): ReadonlyMap<string, TableParts> {
  const inTable = groupBy(catalog.values(), (object) => ('table' in object ? object.table : ''));
  const tables = [...catalog.values()].filter((object) => object.kind === 'table');
  return new Map(tables.map((table) => [table.name, partsOf(table, inTable.get(table.name) ?? [])]));
}

const partsOf = (table: TableObject, objects: readonly CatalogObject[]): TableParts => ({
  table,
  columns: objects.filter((o) => o.kind === 'column').toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0)),
  keys: objects.filter((o) => o.kind === 'key'),
  checks: objects.filter((o) => o.kind === 'check'),
  foreignKeys: objects.filter((o) => o.kind === 'foreignKey'),
  indexes: objects.filter((o) => o.kind === 'index'),
  triggers: objects.filter((o) => o.kind === 'trigger'),
});

/** The catalog that changes make of another one: what others own stays in it. */
export function changed(live: Catalog, changes: readonly Change[]): Catalog {
  const objects = new Map<ObjectId, CatalogObject>(live);
  for (const change of changes) if (change.type !== 'create') objects.delete(idFor(change.from));
  for (const change of changes) if (change.type !== 'drop') objects.set(change.id, change.to);
  return objects;
}
