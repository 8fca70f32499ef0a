import type { Change, Create } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import { idOf, traitsOf } from '../model/kinds.ts';
import type { CatalogObject, ObjectId, ObjectKind, ObjectOf, TableObject } from '../model/objects.ts';
import type { Statement } from '../model/plan.ts';
import type { Draft, KindRenderer, Renderers } from './draft.ts';
import { type Flavour, postgresql } from './flavour.ts';
import { createTable, referencedFirst } from './kinds/table.ts';

/**
 * Statements for ordered changes. The parts of a new table fold into its CREATE TABLE;
 * what goes down with a dropped parent needs no statement of its own.
 * @throws UserError where a live object cannot become the declared one.
 */
export function render(
  changes: readonly Change[],
  context: RenderContext,
  flavour: Flavour = postgresql,
): readonly Statement[] {
  const tables = newTables(changes);
  const dropped = new Set(changes.filter((change) => change.type === 'drop').map((change) => change.id));
  const statements: Statement[] = [];
  const late: Statement[] = [];
  const statement = (draft: Draft, objects: readonly ObjectId[]): Statement =>
    statementOf(flavour.draft(draft), objects);
  for (const change of referencedFirst(changes, context.live)) {
    if (subject(change).kind === 'version') statements.push(...late.splice(0));
    const own = tables.get(change.id);
    if (own !== undefined) statements.push(statement(own.draft, own.objects));
    else if (!isFolded(change, tables) && !goesWithParent(change, dropped)) {
      for (const draft of drafts(change, context, flavour)) {
        (draft.late === true ? late : statements).push(statement(onTable(draft, change, tables), [change.id]));
      }
    }
  }
  return [...statements, ...late];
}

interface NewTable {
  readonly draft: Draft;
  readonly objects: readonly ObjectId[];
  readonly folded: ReadonlySet<ObjectId>;
}

/** Kinds that stand between the parentheses of CREATE TABLE. */
type Part = ObjectOf<'column' | 'key' | 'check'>;

const isPart = (object: CatalogObject): object is Part =>
  object.kind === 'column' || object.kind === 'key' || object.kind === 'check';

function newTables(changes: readonly Change[]): ReadonlyMap<ObjectId, NewTable> {
  const parts = new Map<ObjectId, Part[]>();
  const tables = new Map<ObjectId, TableObject>();
  for (const change of changes) {
    if (change.type !== 'create') continue;
    if (change.to.kind === 'table') tables.set(change.id, change.to);
    else if (isPart(change.to)) {
      const parent = idOf.table(change.to.schema, change.to.table);
      parts.set(parent, [...(parts.get(parent) ?? []), change.to]);
    }
  }
  const ids = new Map(changes.map((change) => [subject(change), change.id]));
  return new Map(
    [...tables].map(([id, object]) => {
      const own = parts.get(id) ?? [];
      const columns = own.filter((part) => part.kind === 'column');
      const constraints = own.filter((part) => part.kind !== 'column');
      const objects = [id, ...own.map((part) => ids.get(part) ?? id)];
      return [id, { draft: createTable(object, columns, constraints), objects, folded: new Set(objects) }];
    }),
  );
}

const parentOf = (change: Change): ObjectId | null => traitsOf(subject(change)).parent(subject(change));

const isFolded = (change: Change, tables: ReadonlyMap<ObjectId, NewTable>): change is Create =>
  change.type === 'create' && tables.get(parentOf(change) ?? change.id)?.folded.has(change.id) === true;

/** Foreign keys and triggers go by themselves, before any table or function does: then these can go in any order. */
const goesAlone: ReadonlySet<ObjectKind> = new Set(['foreignKey', 'trigger']);

const goesWithParent = (change: Change, dropped: ReadonlySet<ObjectId>): boolean => {
  const parent = parentOf(change);
  return change.type === 'drop' && !goesAlone.has(change.from.kind) && parent !== null && dropped.has(parent);
};

/** Nobody can wait for a table that the same plan makes; a foreign key of it still locks the table it points at. */
function onTable(draft: Draft, change: Change, tables: ReadonlyMap<ObjectId, NewTable>): Draft {
  if (!tables.has(parentOf(change) ?? change.id)) return draft;
  const object = subject(change);
  const { lock, hazards: _, ...free } = draft;
  const locksOther =
    object.kind === 'foreignKey' && !tables.has(idOf.table(object.referencedSchema, object.referencedTable));
  return locksOther && lock !== undefined ? { ...free, lock } : free;
}

/** No change is passed over in silence. */
function drafts(change: Change, context: RenderContext, { renderers }: Flavour): readonly Draft[] {
  const drafted = draftsOf(change, context, renderers);
  if (drafted.length === 0) throw new Error(`no statement makes the ${change.type} of ${change.id}`);
  return drafted;
}

/** The one place where a change meets the renderer of its kind. */
function draftsOf(change: Change, context: RenderContext, renderers: Renderers): readonly Draft[] {
  const renderer = renderers[subject(change).kind] as unknown as KindRenderer<CatalogObject>;
  switch (change.type) {
    case 'create':
      return renderer.create(change.to, context);
    case 'alter':
      return renderer.alter(change, context);
    case 'rename':
      return renderer.rename(change);
    case 'drop':
      return renderer.drop(change.from, context);
  }
}

const statementOf = (draft: Draft, objects: readonly ObjectId[]): Statement => ({
  sql: draft.sql,
  objects,
  transactional: draft.transactional ?? true,
  on: draft.on ?? 'database',
  lock: draft.lock ?? null,
  hazards: draft.hazards ?? [],
});
