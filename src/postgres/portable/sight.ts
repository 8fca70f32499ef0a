import type { CatalogObject, ObjectId, ObjectKind, ObjectOf } from '../../model/objects.ts';
import { idFor } from '../../model/kinds.ts';
import type { Shown } from './reading.ts';

/** What of a schema a reading was shown. All else is unknown, which is never missing. */
export interface Sight extends Shown {
  /** False for another product, which prints expressions and bodies its own way: of these only that they are there counts. */
  readonly isPostgres: boolean;
  /** Tables that were seen. */
  readonly tables: ReadonlySet<string>;
  /** Tables that are there, and that the role is not shown. */
  readonly hiddenTables: ReadonlySet<string>;
  /** Functions of which one at least is there, and is not shown, or not as it was written. */
  readonly hiddenFunctions: ReadonlySet<string>;
  /** Tables whose rows the role may not read. */
  readonly unreadRows: ReadonlySet<string>;
  /** Objects that are there and could not be made out. */
  readonly unread: ReadonlySet<ObjectId>;
  /** Fields that the role is not shown of single objects. */
  readonly unseenFields: ReadonlyMap<ObjectId, readonly string[]>;
}

const none: ReadonlySet<never> = new Set<never>();

/** Where there is nothing to be seen. */
export const blind = (isPostgres: boolean): Sight => ({
  isPostgres,
  tables: none,
  hiddenTables: none,
  withColumns: none,
  withKeys: none,
  own: none,
  hiddenFunctions: none,
  unreadRows: none,
  unread: none,
  unseenFields: new Map(),
});

type IsHidden<K extends ObjectKind> = (object: ObjectOf<K>, sight: Sight) => boolean;

const inSight =
  (seen: 'withColumns' | 'withKeys') =>
  ({ table }: { readonly table: string }, sight: Sight): boolean =>
    sight.hiddenTables.has(table) || (sight.tables.has(table) && !sight[seen].has(table));

/** A table that is still to be made hides nothing. */
const hidden: { readonly [K in ObjectKind]: IsHidden<K> } = {
  database: () => false,
  schema: () => false,
  table: ({ name }, { hiddenTables }) => hiddenTables.has(name),
  column: inSight('withColumns'),
  key: inSight('withKeys'),
  check: inSight('withKeys'),
  foreignKey: inSight('withKeys'),
  trigger: inSight('withKeys'),
  // No view of the standard shows any.
  index: ({ table }, { tables, hiddenTables }) => tables.has(table) || hiddenTables.has(table),
  view: () => false,
  function: ({ name }, { hiddenFunctions }) => hiddenFunctions.has(name),
  grant: () => true,
  version: ({ table }, { hiddenTables, unreadRows }) => hiddenTables.has(table) || unreadRows.has(table),
  backlog: () => false,
  rows: () => false,
  dependent: () => false,
  influence: () => false,
};

/** Whether a declared object that was not seen may be there all the same. */
export const mayBeThere = (object: CatalogObject, sight: Sight): boolean =>
  sight.unread.has(idFor(object)) || (hidden[object.kind] as IsHidden<ObjectKind>)(object, sight);
