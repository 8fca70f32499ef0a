import type { Catalog } from '../model/catalog.ts';
import type { Change, Drop } from '../model/change.ts';
import type { RetiredDefinition } from '../model/definition.ts';
import { idOf, traitsOf } from '../model/kinds.ts';
import type { CatalogObject, ObjectId } from '../model/objects.ts';
import { isLeftover } from './leftovers.ts';

/** What of the live objects that are not in the target may be taken away. */
export interface Ownership {
  readonly retired: readonly RetiredDefinition[];
  /** The declared objects, which are the target of a migration and what a reset takes away. */
  readonly declared: Catalog;
  /**
   * `retired`: what earlier releases left goes, and work that is due is done. `retired with rows`: so does what of it
   * holds rows. `everything of ours`: so do the declared objects, and what cannot be without them.
   */
  readonly takes: 'retired' | 'retired with rows' | 'everything of ours';
  /** Ids of objects that have a name of ours and are somebody else's. */
  readonly foreign: ReadonlySet<ObjectId>;
}

/** Finds the retired definition that an object is named by, if any. What stands in another table than it names is none. */
export function retiredBy(object: CatalogObject, retired: readonly RetiredDefinition[]): RetiredDefinition | undefined {
  const name = 'name' in object ? object.name : null;
  const table = 'table' in object ? object.table : undefined;
  return retired.find((r) => r.kind === object.kind && r.name === name && r.table === table && standsIn(object, r));
}

const standsIn = (object: CatalogObject, { table }: RetiredDefinition): boolean =>
  table === undefined || !('schema' in object) || traitsOf(object).parent(object) === idOf.table(object.schema, table);

/** Whether a live object that is not in the target may be taken away. */
export function mayDrop(id: ObjectId, object: CatalogObject, ownership: Ownership): boolean {
  const { retired, declared, takes, foreign } = ownership;
  if (foreign.has(id)) return false;
  const { role = 'thing' } = traitsOf(object);
  if (takes === 'everything of ours' && (declared.has(id) || role === 'dependent')) return true;
  if (takes !== 'everything of ours' && role === 'work') return true;
  const found = retiredBy(object, retired);
  if (found !== undefined) return takes !== 'retired' || found.holdsData !== true;
  return isLeftover(object, declared);
}

/**
 * Leaves out the drops of what is not ours, and of what that cannot be without. What stands in a dropped object goes
 * down with it, whoever made it; and what stands beside a declared object, in its place or with its name, makes room.
 */
export function keepOthers(
  changes: readonly Change[],
  ownership: Ownership,
): { readonly changes: readonly Change[]; readonly unmanaged: readonly CatalogObject[] } {
  const drops = new Map(changes.flatMap((change) => (change.type === 'drop' ? [[change.id, change] as const] : [])));
  const needed = new Set<ObjectId>();
  const wanted = wantedPlaces(changes);
  const goes = ({ id, from }: Drop): boolean => {
    if (needed.has(id)) return false;
    const above = drops.get(traitsOf(from).parent(from) ?? id);
    return (
      mayDrop(id, from, ownership) ||
      placesOf(from).some((place) => wanted.has(place)) ||
      (above !== undefined && above.id !== id && goes(above))
    );
  };
  for (let known = -1; known < needed.size;) {
    known = needed.size;
    for (const drop of drops.values()) {
      if (!goes(drop)) for (const id of traitsOf(drop.from).requires(drop.from)) if (drops.has(id)) needed.add(id);
    }
  }
  return {
    changes: changes.filter((change) => change.type !== 'drop' || goes(change)),
    unmanaged: [...drops.values()].filter((drop) => !goes(drop)).map(({ from }) => from),
  };
}

const wantedPlaces = (changes: readonly Change[]): ReadonlySet<string> =>
  new Set(
    changes.flatMap((change) => (change.type === 'create' || change.type === 'rename' ? placesOf(change.to) : [])),
  );

/** What the object occupies within its parent; what has none makes no room for others. */
export function placesOf(object: CatalogObject): readonly string[] {
  const { parent, occupies } = traitsOf(object);
  const within = parent(object);
  return within === null ? [] : occupies(object).map((name) => JSON.stringify([within, name]));
}
