import { type Cost, isLarge, type Sized, type Wait } from './cost.ts';
import { figures, listed } from './words.ts';

/**
 * A cost in words: `scans dbos.streams (about 1.2 M rows, 830 MB); writers wait`. Null where there is nothing to say.
 * @param whole the relation that stands for the database as a whole, which is the segment's matter
 */
export function costText(cost: Cost, whole: string | null): string | null {
  const { rewrites, scans, waits } = cost;
  const worked = [...rewrites, ...scans].map(({ relation }) => relation);
  const others = waits.filter(({ lasts, relation }) => lasts !== 'the work' && relation !== whole);
  if (worked.length === 0) return quickText(cost, others);
  const work = [
    ...(rewrites.length === 0 ? [] : [`rewrites ${listed(rewrites.map(sizedText))}`]),
    ...(scans.length === 0 ? [] : [`scans ${listed(scans.map(sizedText))}`]),
  ].join(', ');
  const told = whole === null ? worked : [...worked, whole];
  const during = waits.filter(({ lasts }) => lasts === 'the work');
  if (![...rewrites, ...scans].some(isLarge)) {
    return `${work}; ${waitersText(waits, told)}${waits.length === 0 ? '' : ` ${howLong(waits)}`}`;
  }
  return [`${work}; ${waitersText(during, told)}`, ...lockTexts(others).map((text) => `then ${text}`)].join('; ');
}

/** What is done in a moment, once it has its locks. */
function quickText({ writes }: Cost, waits: readonly Wait[]): string | null {
  if (waits.length > 0) return lockTexts(waits).join('; ');
  return writes.length === 0 ? null : `writes rows of ${listed(writes)}; nobody waits`;
}

const howLong = (waits: readonly Wait[]): string =>
  waits.some(({ lasts }) => lasts === 'the transaction') ? 'until the transaction ends' : 'for a moment';

function lockTexts(waits: readonly Wait[]): readonly string[] {
  const long = waits.filter(({ lasts }) => lasts === 'the transaction');
  const short = waits.filter(({ lasts }) => lasts === 'a moment');
  return [
    ...(long.length === 0 ? [] : [`locks ${names(long)} ${howLong(long)}; ${waitersText(long, relationsOf(long))}`]),
    ...(short.length === 0 ? [] : [`locks ${names(short)} for a moment`]),
  ];
}

/** `writers wait`; for what they wait is said where it is not `told` already. */
function waitersText(waits: readonly Wait[], told: readonly string[]): string {
  const groups = (['readers and writers', 'writers'] as const)
    .map((stops) => ({ stops, those: waits.filter((wait) => wait.stops === stops) }))
    .filter(({ those }) => those.length > 0);
  if (groups.length === 0) return 'nobody waits';
  if (groups.length === 1 && waits.every(({ relation }) => told.includes(relation))) return `${groups[0]?.stops} wait`;
  return groups.map(({ stops, those }) => `${stops} of ${names(those)} wait`).join(', ');
}

const relationsOf = (waits: readonly Wait[]): readonly string[] => [...new Set(waits.map(({ relation }) => relation))];

const names = (waits: readonly Wait[]): string => listed(relationsOf(waits), 3);

/** `dbos.streams (about 1.2 M rows, 830 MB)` */
export const sizedText = ({ relation, facts }: Sized): string =>
  facts === null ? relation : `${relation} (${figures(facts)})`;
