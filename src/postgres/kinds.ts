import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import type { Place } from '../model/look.ts';
import type { CatalogObject, ObjectKind } from '../model/objects.ts';
import { backlog } from './kinds/backlog.ts';
import { check } from './kinds/check.ts';
import { column } from './kinds/column.ts';
import { database } from './kinds/database.ts';
import { dependent } from './kinds/dependent.ts';
import type { Draft, KindModule, Right } from './kinds/draft.ts';
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

/** All that a product which speaks PostgreSQL's language knows of the kinds of objects. */
export type Kinds = { readonly [K in ObjectKind]: KindModule<K> };

/** In the order in which they are read: the rows of a version decide whether a backlog has to be known. */
export const kinds: Kinds = {
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
  version,
  backlog,
  rows,
  dependent,
  influence,
};

/** A kind's module for whatever belongs to that kind: the one place where the tie between the two is asserted. */
interface AnyModule extends Omit<KindModule<ObjectKind>, 'read' | 'write' | 'needs' | 'mend'> {
  read(row: unknown, place: Place): readonly CatalogObject[];
  write(change: Change, context: RenderContext): readonly Draft[];
  needs(change: Change): readonly Right[];
  readonly mend: ((object: CatalogObject) => string) | null;
}

const moduleOf = (all: Kinds, kind: ObjectKind): AnyModule => all[kind] as unknown as AnyModule;

/** The modules with the names of their kinds. */
export const modulesOf = (all: Kinds): readonly (readonly [kind: ObjectKind, module: AnyModule])[] =>
  (Object.keys(all) as ObjectKind[]).map((kind) => [kind, moduleOf(all, kind)]);

/**
 * The statements that make a change: at least one, since no change is passed over in silence.
 * @throws UserError where a live object cannot become the declared one
 */
export function write(all: Kinds, change: Change, context: RenderContext): readonly Draft[] {
  const drafts = moduleOf(all, subject(change).kind).write(change, context);
  if (drafts.length === 0) throw new Error(`no statement makes the ${change.type} of ${change.id}`);
  return drafts;
}

/** What the connected role must be allowed to do for a change. */
export const needs = (change: Change): readonly Right[] => moduleOf(kinds, subject(change).kind).needs(change);

/**
 * A statement, without its semicolon, after which an object of somebody else no longer endangers the runtime; null for
 * kinds that endanger nothing.
 */
export const mend = (object: CatalogObject): string | null => moduleOf(kinds, object.kind).mend?.(object) ?? null;
