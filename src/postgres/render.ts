import type { Change, Create, Drop } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import { type Facts, relationName } from '../model/facts.ts';
import { idOf, traitsOf } from '../model/kinds.ts';
import type { CatalogObject, ObjectId, ObjectKind, ObjectOf, TableObject } from '../model/objects.ts';
import type { Statement } from '../model/plan.ts';
import { type Step, withCosts } from './cost.ts';
import { type Kinds, kinds, write } from './kinds.ts';
import { truncate } from './kinds/rows.ts';
import { createTable, referencedFirst } from './kinds/table.ts';

/**
 * Statements for ordered changes. The parts of a new table fold into its CREATE TABLE;
 * what goes down with a dropped parent needs no statement of its own.
 * @throws UserError where a live object cannot become the declared one.
 */
export function render(changes: readonly Change[], given: RenderContext, all: Kinds = kinds): readonly Statement[] {
  const tables = newTables(changes);
  const created = new Set([...tables.values()].map(({ relation }) => relation));
  const context = { ...given, facts: withEmpty(given.facts, created) };
  const dropped = new Set(changes.filter((change) => change.type === 'drop').map((change) => change.id));
  const emptied = changes.filter(isEmptying);
  const steps = referencedFirst(changes, context.live).flatMap((change): readonly Step[] => {
    const own = tables.get(change.id);
    if (own !== undefined) return [own];
    if (isEmptying(change)) return change === emptied[0] ? [emptyingOf(emptied, context)] : [];
    if (isFolded(change, tables) || goesWithParent(change, dropped)) return [];
    return write(all, change, context).map((draft) => ({ draft, objects: [change.id] }));
  });
  return withCosts(steps, context.facts, created);
}

/** Nothing is in a table that the same plan makes. */
const withEmpty = (facts: Facts, relations: Iterable<string>): Facts =>
  new Map([...facts, ...[...relations].map((relation) => [relation, { rows: 0, bytes: 0 }] as const)]);

type Emptying = Drop<ObjectOf<'rows'>>;

const isEmptying = (change: Change): change is Emptying => change.type === 'drop' && change.from.kind === 'rows';

const emptyingOf = (changes: readonly Emptying[], context: RenderContext): Step => ({
  draft: truncate(
    changes.map(({ from }) => from),
    context,
  ),
  objects: changes.map(({ id }) => id),
});

interface NewTable extends Step {
  /** As locks, scans and facts have it. */
  readonly relation: string;
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
      const draft = createTable(object, columns, constraints);
      return [id, { draft, objects, folded: new Set(objects), relation: relationName(object.schema, object.name) }];
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
