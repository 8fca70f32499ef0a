import type { Catalog } from '../model/catalog.ts';
import type { Change, Drop } from '../model/change.ts';
import type { RetiredDefinition } from '../model/definition.ts';
import { traitsOf } from '../model/kinds.ts';
import type { CatalogObject, ObjectId } from '../model/objects.ts';

/** Whether a live object that is not in the target may be taken away. */
export type MayDrop = (id: ObjectId, object: CatalogObject) => boolean;

/** Finds the retired definition that an object is named by, if any. */
export function retiredBy(object: CatalogObject, retired: readonly RetiredDefinition[]): RetiredDefinition | undefined {
  const name = 'name' in object ? object.name : null;
  const table = 'table' in object ? object.table : undefined;
  return retired.find((r) => r.kind === object.kind && r.name === name && r.table === table);
}

/** For `migrate`: backlogs are worked off, and retired objects go, those that hold rows only where losing them is allowed. */
export const dropRetired =
  (retired: readonly RetiredDefinition[], allowDataLoss: boolean): MayDrop =>
  (_, object) => {
    const found = retiredBy(object, retired);
    return object.kind === 'backlog' || (found !== undefined && (allowDataLoss || found.holdsData !== true));
  };

/** For `reset`: whatever is declared or retired goes. */
export const dropOurs =
  (declared: Catalog, retired: readonly RetiredDefinition[]): MayDrop =>
  (id, object) =>
    declared.has(id) || retiredBy(object, retired) !== undefined;

/**
 * Leaves out the drops of what is not ours, and of what that cannot be without. What stands in a dropped object goes
 * down with it, whoever made it; and what stands beside a declared object, in its place or with its name, makes room.
 */
export function keepOthers(
  changes: readonly Change[],
  mayDrop: MayDrop,
): { readonly changes: readonly Change[]; readonly unmanaged: readonly CatalogObject[] } {
  const drops = new Map(changes.flatMap((change) => (change.type === 'drop' ? [[change.id, change] as const] : [])));
  const needed = new Set<ObjectId>();
  const wanted = wantedPlaces(changes);
  const goes = ({ id, from }: Drop): boolean => {
    if (needed.has(id)) return false;
    const above = drops.get(traitsOf(from).parent(from) ?? id);
    return (
      mayDrop(id, from) ||
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
function placesOf(object: CatalogObject): readonly string[] {
  const { parent, occupies } = traitsOf(object);
  const within = parent(object);
  return within === null ? [] : occupies(object).map((name) => JSON.stringify([within, name]));
}
