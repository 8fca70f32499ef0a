import type { Change, Create, Drop } from '../model/change.ts';
import { definitionText, traitsOf } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import { mayDrop, type Ownership, placesOf } from './ownership.ts';

/**
 * Joins the create and the drop of objects that are equal but for their names into one rename: the work that built
 * the object is kept. What is somebody else's keeps its name, however equal it is, unless it stands in the one place of
 * ours, as a table's primary key does. Of several candidates the first by id is taken.
 */
export function withRenames(changes: readonly Change[], ownership: Ownership): readonly Change[] {
  const pairs = withoutRings(pairsOf(changes, ownership));
  const gone = new Set<Change>(pairs.values());
  return changes.flatMap((change) => {
    const drop = change.type === 'create' ? pairs.get(change) : undefined;
    if (change.type === 'create' && drop !== undefined) {
      return [{ type: 'rename', id: change.id, from: drop.from, to: change.to } as const];
    }
    return gone.has(change) ? [] : [change];
  });
}

type Pairs = ReadonlyMap<Create, Drop>;

function pairsOf(changes: readonly Change[], ownership: Ownership): Pairs {
  const candidates = candidatesOf(changes, ownership);
  return new Map(
    changes.flatMap((change) => {
      const drop = change.type === 'create' ? candidates.get(appearance(change.to))?.shift() : undefined;
      return change.type === 'create' && drop !== undefined ? [[change, drop] as const] : [];
    }),
  );
}

/** Objects that can be renamed, by what they look like, the first by id first. */
function candidatesOf(changes: readonly Change[], ownership: Ownership): ReadonlyMap<string, Drop[]> {
  const wanted = new Set(changes.flatMap((change) => (change.type === 'create' ? placesOf(change.to) : [])));
  const isOurs = ({ id, from }: Drop): boolean =>
    mayDrop(id, from, ownership) || placesOf(from).some((place) => wanted.has(place));
  const candidates = new Map<string, Drop[]>();
  for (const change of changes) {
    if (change.type !== 'drop' || !traitsOf(change.from).renames || !isOurs(change)) continue;
    const look = appearance(change.from);
    const alike = [...(candidates.get(look) ?? []), change];
    candidates.set(
      look,
      alike.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    );
  }
  return candidates;
}

/** Two objects that swap their names would wait for each other, so no object is renamed to what another one leaves. */
function withoutRings(pairs: Pairs): Pairs {
  const left = new Map([...pairs.values()].flatMap((drop) => namesOf(drop.from).map((name) => [name, drop] as const)));
  const isLeftByOther = (drop: Drop, name: string): boolean => (left.get(name) ?? drop) !== drop;
  return new Map([...pairs].filter(([{ to }, drop]) => !namesOf(to).some((name) => isLeftByOther(drop, name))));
}

const namesOf = (object: CatalogObject): readonly string[] => traitsOf(object).occupies(object);

/** All of an object but its name. */
/** Two objects are equal but for their names when these texts are equal. */
export const appearance = (object: CatalogObject): string =>
  JSON.stringify([object.kind, traitsOf(object).parent(object), definitionText(object)]);
