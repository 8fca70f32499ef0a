import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { CatalogObject, ObjectKind } from '../model/objects.ts';
import { backlog } from './kinds/backlog.ts';
import { check } from './kinds/check.ts';
import { column } from './kinds/column.ts';
import { database } from './kinds/database.ts';
import { dependent } from './kinds/dependent.ts';
import type { KindModule, Spelling, Writing } from './kinds/draft.ts';
import { foreignKey } from './kinds/foreign-key.ts';
import { functionKind } from './kinds/function.ts';
import { grant } from './kinds/grant.ts';
import { index } from './kinds/index.ts';
import { influence } from './kinds/influence.ts';
import { key } from './kinds/key.ts';
import { rows } from './kinds/rows.ts';
import { schema } from './kinds/schema.ts';
import { table } from './kinds/table.ts';
import { trigger } from './kinds/trigger.ts';
import { version } from './kinds/version.ts';
import { view } from './kinds/view.ts';

/** All that this dialect knows, by kind. */
export const kinds: { readonly [K in ObjectKind]: KindModule<K> } = {
  database,
  schema,
  table,
  column,
  key,
  check,
  index,
  foreignKey,
  view,
  function: functionKind,
  trigger,
  grant,
  backlog,
  rows,
  dependent,
  influence,
  version,
};

/** A module as it is used for an object of its own kind. */
interface ModuleOf<O extends CatalogObject> {
  respell(object: O, spelling: Spelling): O;
  readonly write: Writing<O>;
  needs(change: Change): readonly never[];
  readonly mend: ((object: O) => string | null) | null;
}

/** The module of an object's kind. The one place where the tie between an object and its kind is asserted here. */
export const moduleOf = (object: CatalogObject): ModuleOf<CatalogObject> =>
  kinds[object.kind] as unknown as ModuleOf<CatalogObject>;

/** How the object of a change is written. */
export const writingOf = (change: Change): Writing<CatalogObject> => moduleOf(subject(change)).write;

/** A statement after which an object of somebody else no longer endangers the runtime; null where SQLite has none. */
export const mend = (object: CatalogObject): string | null => moduleOf(object).mend?.(object) ?? null;
