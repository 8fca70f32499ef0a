import type { ObjectId } from '../model/objects.ts';
import type { Statement } from '../model/plan.ts';

interface Group {
  readonly places: number[];
}

/**
 * Puts statements together that make one change, or several that one of them makes: by their places, from 0, in the
 * order of the first of each group. Those that make no change stand with the neighbours that make none either.
 */
export function groupsOf(statements: readonly Pick<Statement, 'objects'>[]): readonly (readonly number[])[] {
  const groups = new Set<Group>();
  const makers = new Map<ObjectId, Group>();
  let around: Group | undefined;
  const join = (group: Group, places: readonly number[]): void => {
    group.places.push(...places);
    for (const place of places) for (const id of statements[place]?.objects ?? []) makers.set(id, group);
  };
  for (const [place, { objects }] of statements.entries()) {
    const known = new Set(objects.flatMap((id) => makers.get(id) ?? []));
    const [group = (objects.length === 0 ? around : undefined) ?? { places: [] }, ...others] = known;
    for (const other of others) {
      groups.delete(other);
      join(group, other.places);
    }
    join(group, [place]);
    groups.add(group);
    around = objects.length === 0 ? group : undefined;
  }
  return [...groups].map(({ places }) => places.toSorted((a, b) => a - b)).toSorted(([a = 0], [b = 0]) => a - b);
}
