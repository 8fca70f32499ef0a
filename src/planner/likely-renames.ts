import type { Catalog } from '../model/catalog.ts';
import type { Change } from '../model/change.ts';
import { definitionText, idOf } from '../model/kinds.ts';
import type { CatalogObject, ColumnObject, ObjectId } from '../model/objects.ts';

/** A column that was most likely renamed by hand: `to` is missing, and `from` is what it is called now. */
export interface LikelyRename {
  readonly from: ColumnObject;
  readonly to: ColumnObject;
}

/** What becomes of the columns in a plan. */
interface Columns {
  readonly changes: readonly Change[];
  readonly unmanaged: readonly CatalogObject[];
}

/**
 * A column that is to be added beside one that nobody declares, alike but for their names and both the only such ones of
 * their table: it was most likely renamed. To add it anew would leave its values under the other name.
 */
export function likelyRenames({ changes, unmanaged }: Columns): readonly LikelyRename[] {
  const created = changes.flatMap((change) => (change.type === 'create' ? [change.to] : []));
  const newTables = new Set(created.flatMap((object) => (object.kind === 'table' ? [object.name] : [])));
  const missing = created.filter(isColumn).filter(({ table }) => !newTables.has(table));
  return pairs(missing, unmanaged.filter(isColumn));
}

/**
 * The renames that would make a table all that the declared one of its name is, where it has one column at least under
 * its own name and lacks none but these: it was most likely ours. Empty where it is not so.
 */
export function renamesToDeclared(table: ObjectId, live: Catalog, declared: Catalog): readonly LikelyRename[] {
  const columnsIn = (catalog: Catalog): readonly ColumnObject[] =>
    [...catalog.values()].filter(isColumn).filter((column) => idOf.table(column.schema, column.table) === table);
  const [found, wanted] = [columnsIn(live), columnsIn(declared)];
  const has = (columns: readonly ColumnObject[], { name }: ColumnObject): boolean =>
    columns.some((column) => column.name === name);
  const missing = wanted.filter((column) => !has(found, column));
  const likely = pairs(
    missing,
    found.filter((column) => !has(wanted, column)),
  );
  return missing.length < wanted.length && likely.length === missing.length ? likely : [];
}

const isColumn = (object: CatalogObject): object is ColumnObject => object.kind === 'column';

const pairs = (missing: readonly ColumnObject[], unknown: readonly ColumnObject[]): readonly LikelyRename[] =>
  missing.flatMap((to) => {
    const [from, ...more] = unknown.filter((column) => isAlike(column, to));
    const rivals = missing.filter((column) => isAlike(column, to));
    return from === undefined || more.length > 0 || rivals.length > 1 ? [] : [{ from, to }];
  });

const isAlike = (a: ColumnObject, b: ColumnObject): boolean =>
  a.table === b.table && definitionText(a) === definitionText(b);

/** `streams.value was most likely renamed to content; to rename it back:`; the statement follows. */
export const renameText = ({ from, to }: LikelyRename): string =>
  `${to.table}.${to.name} was most likely renamed to ${from.name}; to rename it back:`;
