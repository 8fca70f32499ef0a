import type { Change, Create, Drop } from '../model/change.ts';
import { definitionText, traitsOf } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import type { MayDrop } from './ownership.ts';

/**
 * Joins the create and the drop of objects that are equal but for their names into one rename: the work that built
 * the object is kept. Of several candidates one that would be dropped is taken before one that would stay, then the
 * first by id.
 */
export function withRenames(changes: readonly Change[], mayDrop: MayDrop): readonly Change[] {
  const pairs = withoutRings(pairsOf(changes, mayDrop));
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

function pairsOf(changes: readonly Change[], mayDrop: MayDrop): Pairs {
  const candidates = candidatesOf(changes, mayDrop);
  return new Map(
    changes.flatMap((change) => {
      const drop = change.type === 'create' ? candidates.get(appearance(change.to))?.shift() : undefined;
      return change.type === 'create' && drop !== undefined ? [[change, drop] as const] : [];
    }),
  );
}

/** Objects that can be renamed, by what they look like, the best candidate first. */
function candidatesOf(changes: readonly Change[], mayDrop: MayDrop): ReadonlyMap<string, Drop[]> {
  const stays = ({ id, from }: Drop): number => (mayDrop(id, from) ? 0 : 1);
  const candidates = new Map<string, Drop[]>();
  for (const change of changes) {
    if (change.type !== 'drop' || !traitsOf(change.from).renames) continue;
    const look = appearance(change.from);
    const alike = [...(candidates.get(look) ?? []), change];
    candidates.set(
      look,
      alike.toSorted((a, b) => stays(a) - stays(b) || (a.id < b.id ? -1 : 1)),
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
const appearance = (object: CatalogObject): string =>
  JSON.stringify([object.kind, traitsOf(object).parent(object), definitionText(object)]);
