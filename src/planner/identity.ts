import type { Catalog } from '../model/catalog.ts';
import type { RetiredDefinition } from '../model/definition.ts';
import { UserError } from '../model/errors.ts';
import { idFor, idOf, traitsOf } from '../model/kinds.ts';
import type { CatalogObject, FunctionObject, ObjectId, ObjectKind, ObjectOf, TableObject } from '../model/objects.ts';
import { type History, isTraced, recordedId } from './history.ts';
import { finished } from './leftovers.ts';
import { retiredBy } from './ownership.ts';
import { appearance } from './renames.ts';
import { type Shape, shapesOf } from './shape.ts';

/** What decides whose an object is, beside its name. */
export interface Evidence {
  /** The live catalog under the names of the declared side. */
  readonly live: Catalog;
  readonly declared: Catalog;
  readonly retired: readonly RetiredDefinition[];
  /** What the releases of the runtime made. */
  readonly history: History;
  readonly schema: string;
  /** Ids of objects that are ours by the operator's word. */
  readonly adopted: ReadonlySet<string>;
}

/**
 * Finds the live objects that have a name of ours, declared or retired, and are not ours: a name is a claim, and the
 * shape is the proof. What stands in a foreign table is foreign with it.
 */
export function foreignIn(evidence: Evidence): ReadonlySet<ObjectId> {
  const { live, adopted } = evidence;
  const tables = [...live.values()].filter((object) => object.kind === 'table' && claimsName(object, evidence));
  const shapes = shapesOf(tables as readonly TableObject[], evidence);
  const isInhabited = [...shapes.values()].includes('telling');
  const circumstances: Circumstances = { ...evidence, shapes, isInhabited };
  const isForeign = (object: CatalogObject): boolean => {
    const id = idFor(object);
    const above = traitsOf(object).parent(object);
    const table = above === null ? undefined : live.get(above);
    if (table !== undefined && isForeign(table)) return true;
    const isGivenOver = adopted.has(id) && !isUnread(object);
    return !isGivenOver && claimsName(object, evidence) && !isProven(object, circumstances);
  };
  return new Set([...live].flatMap(([id, object]) => (isForeign(object) ? [id] : [])));
}

/** The foreign tables, views and functions: they have a name of ours, and are somebody else's as a whole. */
export const namesakesIn = (catalog: Catalog, foreign: ReadonlySet<ObjectId>): readonly ObjectId[] =>
  [...catalog].flatMap(([id, object]) => (foreign.has(id) && traitsOf(object).parent(object) === null ? [id] : []));

/** The catalog without the namesakes and all that stands in them: no plan sees them, so none can touch them. */
export const withoutNamesakes = (catalog: Catalog, foreign: ReadonlySet<ObjectId>): Catalog =>
  foreign.size === 0
    ? catalog
    : new Map(
        [...catalog].filter(([id, object]) => {
          const above = traitsOf(object).parent(object);
          return !(above === null ? foreign.has(id) : foreign.has(above));
        }),
      );

/** Namesakes whose name is needed. */
export function inTheWayOf(declared: Catalog, live: Catalog, foreign: ReadonlySet<ObjectId>): readonly ObjectId[] {
  const needed = new Set([...declared.values()].map(claim));
  return namesakesIn(live, foreign).filter((id) => needed.has(claim(live.get(id)!)));
}

/**
 * Refuses a plan that would need names which somebody else's objects have.
 * @param remedies statements that may make them ours again
 * @throws UserError that names each of them, and what to do
 */
export function refuseForeign(
  live: Catalog,
  declared: Catalog,
  foreign: ReadonlySet<ObjectId>,
  remedies: readonly string[] = [],
): void {
  const inTheWay = inTheWayOf(declared, live, foreign);
  if (inTheWay.length === 0) return;
  const lines = inTheWay.map((id) => `  ${describe(live.get(id)!, live)}`);
  const way = wayOut(live.get(inTheWay[0]!)!);
  const flags = inTheWay.filter((id) => !isUnread(live.get(id)!)).map((id) => `--adopt '${id}'`);
  throw new UserError(`these objects have names that DBOS needs, and are not of DBOS:\n${lines.join('\n')}`, {
    hint: [...remedies, flags.length === 0 ? way : `${way}; if they are of DBOS all the same: ${flags.join(' ')}`].join(
      '\n',
    ),
  });
}

/** Nothing can be made of what was not looked into, whatever the operator says. */
const isUnread = (object: CatalogObject): boolean => object.kind === 'table' && object.unread === true;

/** What two objects cannot both be called: overloads of a function would make its calls ambiguous. */
const claim = (object: CatalogObject): string =>
  object.kind === 'function' ? `function ${object.schema}.${object.name}` : idFor(object);

const wayOut = (object: CatalogObject): string =>
  'schema' in object && object.schema === 'main'
    ? 'rename them, or give DBOS a file of its own'
    : 'rename them, or give DBOS a schema of its own with --schema NAME';

function describe(object: CatalogObject, live: Catalog): string {
  const name = `${traitsOf(object).label} ${idFor(object).slice(object.kind.length + 1)}`;
  if (object.kind !== 'table' || isUnread(object)) return name;
  const columns = [...live.values()].flatMap((o) =>
    o.kind === 'column' && o.schema === object.schema && o.table === object.name ? [o.name] : [],
  );
  const shown = columns.length > 6 ? [...columns.slice(0, 6), '…'] : columns;
  return `${name} (${shown.join(', ')})`;
}

/** Whether an object has a name that a release, or this one, gives to an object of its kind. */
function claimsName(object: CatalogObject, evidence: Evidence): boolean {
  if (retiredBy(object, evidence.retired) !== undefined) return true;
  return (object.kind === 'table' || object.kind === 'function') && isDeclared(object, evidence);
}

interface Circumstances extends Evidence {
  readonly shapes: ReadonlyMap<ObjectId, Shape>;
  /** Whether a table stands here that nobody but a release of the runtime makes. */
  readonly isInhabited: boolean;
}

/** What proves that an object of each kind, which has a name of ours, is ours; null for kinds without such a claim. */
const proofs: { readonly [K in ObjectKind]: ((object: ObjectOf<K>, given: Circumstances) => boolean) | null } = {
  database: null,
  schema: null,
  // What a release no longer makes stays foreign when tables of ours are made beside it.
  table: (table, given) => {
    if (isUnread(table)) return false;
    const shape = given.shapes.get(idFor(table));
    return (
      shape === 'telling' ||
      shape === 'likely' ||
      (shape === 'possible' && given.isInhabited && isDeclared(table, given))
    );
  },
  column: null,
  key: isOfRelease,
  check: isOfRelease,
  index: isOfRelease,
  foreignKey: isOfRelease,
  view: (object, given) =>
    isOfRelease(object, given) || (given.isInhabited && /\bworkflow_queue\b/.test(object.definition)),
  // A body that somebody has changed is ours to repair, if it is needed. One that is not has to run for ours.
  function: (object, given) =>
    isOfRelease(object, given) ||
    (given.isInhabited && isKnownSignature(object, given) && (isDeclared(object, given) || isRunByOurs(object, given))),
  trigger: (object, { retired }) => {
    const runs = object.function;
    return runs === null || retired.some(({ kind, name }) => kind === 'function' && runs.includes(`.${name}(`));
  },
  grant: null,
  backlog: null,
  rows: null,
  dependent: null,
  influence: null,
  version: null,
};

function isProven(object: CatalogObject, given: Circumstances): boolean {
  const proof = proofs[object.kind] as ((object: CatalogObject, given: Circumstances) => boolean) | null;
  return proof === null || proof(object, given);
}

/**
 * Whether a release has given an object of this very name this very definition, finished or not; or whether it is, but
 * for the name that a release gave it, a declared one. The record of releases knows the system database only.
 */
function isOfRelease(object: CatalogObject, { history, schema, declared }: Circumstances): boolean {
  const whole = finished(object);
  if (isTraced(whole, schema, history)) return true;
  const look = appearance(whole);
  return [...declared.values()].some((ours) => ours.kind === whole.kind && appearance(ours) === look);
}

/** Whether a trigger that a release gives to a table of ours runs the function. */
const isRunByOurs = (object: FunctionObject, { live, declared, retired, shapes }: Circumstances): boolean =>
  [...live.values()].some(
    (o) =>
      o.kind === 'trigger' &&
      o.function === idFor(object) &&
      (declared.has(idFor(o)) || retiredBy(o, retired) !== undefined) &&
      shapes.get(idOf.table(o.schema, o.table)) === 'telling',
  );

/** Whether an object of this kind and name is needed: an overload of a function is. */
const isDeclared = (object: CatalogObject, { declared }: Evidence): boolean =>
  [...declared.values()].some((ours) => claim(ours) === claim(object));

const isKnownSignature = (object: FunctionObject, { declared, history }: Circumstances): boolean =>
  declared.has(idFor(object)) || history.objects[recordedId(object)] !== undefined;
