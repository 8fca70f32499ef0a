import type { Change } from '../model/change.ts';
import { traitsOf } from '../model/kinds.ts';

/** What a change is to its reader. */
export const actionOf = (change: Change): Change['type'] =>
  change.type === 'drop' && traitsOf(change.from).role === 'work' ? 'alter' : change.type;

/** How many objects a plan creates, changes, renames and drops. */
export const countChanges = (changes: readonly Change[]): Readonly<Record<Change['type'], number>> => {
  const counts = { create: 0, alter: 0, rename: 0, drop: 0 };
  for (const change of changes) counts[actionOf(change)] += 1;
  return counts;
};

type Words = Readonly<Record<Change['type'], string>>;

const ahead: Words = { create: 'to create', alter: 'to change', rename: 'to rename', drop: 'to drop' };

/** The words for changes that have been made. */
export const done: Words = { create: 'created', alter: 'changed', rename: 'renamed', drop: 'dropped' };

const types = ['create', 'alter', 'rename', 'drop'] as const;

/** `12 to create, 1 to drop`; `nothing to do` for no change. */
export function summarise(changes: readonly Change[], words: Words = ahead): string {
  const counts = countChanges(changes);
  const parts = types.flatMap((type) => (counts[type] === 0 ? [] : [`${counts[type]} ${words[type]}`]));
  return parts.length === 0 ? 'nothing to do' : parts.join(', ');
}
