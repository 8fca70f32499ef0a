import { type Change, subject } from '../model/change.ts';
import { traitsOf } from '../model/kinds.ts';
import { counted } from './words.ts';

/** A change with those that come with it: the columns of a table that is created, and all that goes with one that is dropped. */
export interface Whole {
  readonly change: Change;
  readonly parts: readonly Change[];
}

/** Puts what stands in a created or dropped object under the change of that. */
export function wholesOf(changes: readonly Change[]): readonly Whole[] {
  const wholes = new Map<string, { readonly change: Change; readonly parts: Change[] }>();
  for (const change of changes) wholes.set(keyOf(change, change.id), { change, parts: [] });
  for (const change of changes) {
    const above = wholeAbove(change, wholes);
    if (above === undefined) continue;
    above.parts.push(change);
    wholes.delete(keyOf(change, change.id));
  }
  return [...wholes.values()];
}

const keyOf = ({ type }: Change, id: string | null): string => `${type} ${id}`;

function wholeAbove<W>(change: Change, wholes: ReadonlyMap<string, W>): W | undefined {
  if (change.type !== 'create' && change.type !== 'drop') return undefined;
  return wholes.get(keyOf(change, traitsOf(subject(change)).parent(subject(change))));
}

/** `39 columns, 1 key`, by rising rank. */
export function partsText(parts: readonly Change[]): string {
  const counts = new Map<string, number>();
  const rank = (part: Change): number => traitsOf(subject(part)).rank;
  for (const part of parts.toSorted((a, b) => rank(a) - rank(b))) {
    const { label } = traitsOf(subject(part));
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].map(([label, count]) => counted(count, label)).join(', ');
}
