import type { Change } from '../../model/change.ts';
import { subject } from '../../model/change.ts';
import type { Catalog } from '../../model/catalog.ts';
import type { ForeignKeyObject, ObjectId } from '../../model/objects.ts';
import { groupBy } from '../../model/group-by.ts';
import { writingOf } from '../kinds.ts';
import { canBeAdded } from '../kinds/column.ts';
import { changed, partsByTable, type TableParts } from '../parts.ts';

/** What happens to one table. */
export type TablePlan = {
  readonly name: string;
  /** Changes of the table and of what stands in it; where it is dropped, of all that goes down with it. */
  readonly changes: readonly Change[];
} & (
  | { readonly way: 'create'; readonly after: TableParts }
  | { readonly way: 'add columns'; readonly after: TableParts }
  | {
      readonly way: 'rebuild';
      readonly before: TableParts;
      readonly after: TableParts;
      /** False where other changes say what all rows of the table are: old ones need not fit it. */
      readonly keepsRows: boolean;
    }
  | { readonly way: 'drop'; readonly before: TableParts }
  | { readonly way: 'none' }
);

/** The tables that the changes are about, by name. */
export function planTables(changes: readonly Change[], live: Catalog): ReadonlyMap<string, TablePlan> {
  const before = partsByTable(live);
  const after = partsByTable(changed(live, changes));
  const groups = groupBy(changes, tableOf);
  groups.delete('');
  return new Map([...groups].map(([name, own]) => [name, planTable(name, own, before.get(name), after.get(name))]));
}

/** The name of the table that a change is about; empty for one that is about none, or about a table of somebody else. */
export function tableOf(change: Change): string {
  const object = subject(change);
  if (object.kind === 'foreignKey' && object.incoming !== undefined) return '';
  if (object.kind === 'table') return object.name;
  return 'table' in object ? object.table : '';
}

function planTable(name: string, changes: readonly Change[], before?: TableParts, after?: TableParts): TablePlan {
  const inside = changes.filter((change) => writingOf(change).written === 'with its table');
  if (inside.length === 0) return { name, changes: inside, way: 'none' };
  if (after !== undefined && before !== undefined) {
    if (inside.every(isAddition)) return { name, changes: inside, way: 'add columns', after };
    const keepsRows = changes.every((change) => subject(change).kind !== 'version');
    return { name, changes: inside, way: 'rebuild', before, after, keepsRows };
  }
  if (after !== undefined) return { name, changes: inside, way: 'create', after };
  if (before !== undefined) return { name, changes, way: 'drop', before };
  throw new Error(`changes of a table that is neither there nor wanted: ${name}`);
}

/** Whether ALTER TABLE makes it. */
export const isAddition = (change: Change): boolean =>
  change.type === 'create' && change.to.kind === 'column' && canBeAdded(change.to);

export const idsOf = (changes: readonly Change[]): readonly ObjectId[] => changes.map(({ id }) => id);

/** Foreign keys that rows written so far need not keep. */
export const newForeignKeys = (tables: ReadonlyMap<string, TablePlan>): readonly ForeignKeyObject[] =>
  [...tables.values()].flatMap(({ way, changes }) =>
    way !== 'rebuild'
      ? []
      : changes.flatMap((change) => {
          if (change.type === 'drop' || change.to.kind !== 'foreignKey') return [];
          const isNew =
            change.type === 'create' || change.from.kind !== 'foreignKey' || !sameReference(change.from, change.to);
          return isNew ? [change.to] : [];
        }),
  );

const sameReference = (a: ForeignKeyObject, b: ForeignKeyObject): boolean => reference(a) === reference(b);

const reference = ({ columns, referencedTable, referencedColumns }: ForeignKeyObject): string =>
  JSON.stringify([columns, referencedTable, referencedColumns]);

/** Tables whose rows refer to others before these. */
export function childrenFirst<T extends TablePlan & { readonly way: 'drop' }>(tables: readonly T[]): readonly T[] {
  const ordered: T[] = [];
  const visit = (table: T): void => {
    if (ordered.includes(table)) return;
    ordered.push(table);
    for (const other of tables) if (refersTo(table, other)) visit(other);
  };
  const isReferredTo = (table: T): boolean => tables.some((other) => other !== table && refersTo(other, table));
  for (const table of tables) if (!isReferredTo(table)) visit(table);
  for (const table of tables) visit(table);
  return ordered;
}

const refersTo = (a: TablePlan & { readonly way: 'drop' }, b: TablePlan): boolean =>
  a.before.foreignKeys.some((key) => key.referencedTable === b.name);
