import { type Change, subject } from '../model/change.ts';
import type { Segment } from '../model/plan.ts';
import { differencesText, fullNameOf, nameOf } from './describe.ts';
import { outlineOf } from './outline.ts';
import type { Paint } from './page.ts';
import { partsText, type Whole, wholesOf } from './parts.ts';
import { signed } from './signs.ts';
import type { DatabaseView } from './view.ts';
import { timeSpan } from './words.ts';

/** What was changed, a line an object: what came with a table is counted beside it. */
export const doneLines = (changes: readonly Change[], paint: Paint): readonly string[] =>
  wholesOf(changes).map(({ change, parts }) =>
    signed(change, `${fullName(change)}${parts.length === 0 ? '' : ` (${partsText(parts)})`}`, 2, paint),
  );

const fullName = (change: Change): string =>
  change.type === 'rename' ? `${fullNameOf(change.to)} (was ${nameOf(change.from)})` : fullNameOf(subject(change));

/**
 * The same by segments, with each object and how long it took.
 * @param took milliseconds of a segment; null where that is not known
 */
export function verboseLines(
  view: DatabaseView,
  took: (segment: Segment) => number | null,
  paint: Paint,
): readonly string[] {
  const { segments } = view.plan;
  const told = new Set<string>();
  return outlineOf(view).segments.flatMap(({ tables }, i) => {
    const milliseconds = took(segments[i]!);
    const time = milliseconds === null ? '' : `, ${timeSpan(milliseconds)}`;
    const changes = tables.flatMap(({ steps }) => steps.flatMap((step) => step.changes));
    // What only stands around the others changes nothing.
    if (changes.length === 0) return [];
    return [
      `  ${paint('dim', `segment ${i + 1} of ${segments.length}${time}`)}`,
      ...changes.flatMap((change) => wholeLines(change, told, paint)),
    ];
  });
}

/** What a change does is said once, though several segments make it. */
function wholeLines({ change, parts }: Whole, told: Set<string>, paint: Paint): readonly string[] {
  const isTold = told.has(change.id);
  told.add(change.id);
  const difference = isTold || change.type === 'rename' ? '' : differencesText(change);
  const text = [fullName(change), difference].filter((part) => part !== '').join('  ');
  return [signed(change, text, 4, paint), ...parts.map((part) => signed(part, fullNameOf(subject(part)), 6, paint))];
}
