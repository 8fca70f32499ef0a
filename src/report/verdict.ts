import { statementsOf } from '../model/plan.ts';
import { type Outline, outlineOf } from './outline.ts';
import type { DatabaseView } from './view.ts';
import { counted } from './words.ts';

/** What a plan comes to, from the best to the worst. */
const verdicts = ['nothing-to-do', 'dangerous', 'ahead', 'changes', 'needs-consent', 'blocked'] as const;

export type Verdict = (typeof verdicts)[number];

/** The flag that lets a plan run that would lose rows, columns or values. */
export const consentFlag = '--allow data-loss';

/**
 * What is to be said of one database first: `blocked` where the plan could not be applied, `needs-consent` where it
 * would lose something, `ahead` where a newer release was there, `dangerous` where only others' objects are amiss.
 */
export function verdictOf({ plan, ahead, obstacles, unmanaged }: DatabaseView): Verdict {
  if (ahead !== null) return 'ahead';
  if (plan.changes.length === 0) return unmanaged.some(({ danger }) => danger !== null) ? 'dangerous' : 'nothing-to-do';
  if (obstacles.length > 0) return 'blocked';
  const hazards = statementsOf(plan).flatMap((statement) => statement.hazards);
  return hazards.some(({ name }) => name === 'data-loss') ? 'needs-consent' : 'changes';
}

/** The worst verdict of several databases. */
export const worstOf = (views: readonly DatabaseView[]): Verdict =>
  verdicts[Math.max(0, ...views.map((view) => verdicts.indexOf(verdictOf(view))))] ?? 'nothing-to-do';

/** The verdict in one line, without any name from a database: `12 changes, nobody waits for longer than a moment`. */
export function headlineOf(view: DatabaseView, outline: Outline = outlineOf(view)): string {
  const dangerous = view.unmanaged.filter(({ danger }) => danger !== null).length;
  const told = dangerous === 0 ? '' : `${counted(dangerous, 'object')} of yours can break the runtime`;
  const verdict = verdictOf(view);
  if (verdict === 'dangerous') return told;
  if (verdict === 'ahead') return 'made by a newer release than this tool: nothing is changed';
  if (verdict === 'nothing-to-do')
    return view.unread.length === 0 ? 'nothing to do' : 'nothing to do in what was looked at';
  return [
    counted(view.plan.changes.length, 'change'),
    waitersOf(outline),
    ...(verdict === 'blocked' ? ['cannot be applied yet'] : []),
    ...(verdict === 'needs-consent' ? [`needs ${consentFlag}`] : []),
    ...(told === '' ? [] : [told]),
  ].join(', ');
}

/** Who waits for longer than a moment. */
function waitersOf({ segments }: Outline): string {
  const steps = segments.flatMap(({ tables }) => tables.flatMap((one) => one.steps));
  const waits = steps.flatMap(({ cost }) => cost.waits).filter(({ lasts }) => lasts !== 'a moment');
  const stops = waits.map((wait) => wait.stops);
  if (stops.length === 0) return 'nobody waits for longer than a moment';
  return `${stops.includes('readers and writers') ? 'readers and writers' : 'writers'} wait`;
}
