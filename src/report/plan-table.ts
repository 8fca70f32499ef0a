import { type Change, subject } from '../model/change.ts';
import { actionOf } from '../planner/summary.ts';
import type { Cost, Sized, Wait } from './cost.ts';
import { differences, fieldName, fullNameOf } from './describe.ts';
import { code, table } from './markdown.ts';
import type { ChangeOutline, Outline, Step } from './outline.ts';
import { partsText } from './parts.ts';
import { figures } from './words.ts';

const head = ['segment', 'object', 'locks', 'scans or rewrites', 'size', 'who waits'];

/** All that a plan does, a row for what cannot be told apart; empty where there is no change. */
export function planTable({ segments }: Outline): string {
  const rows = segments.flatMap(({ tables }, i) =>
    tables
      .flatMap(({ steps }) => steps)
      .filter(({ changes }) => changes.length > 0)
      .map((step) => [`${i + 1} of ${segments.length}`, ...cellsOf(step)]),
  );
  return rows.length === 0 ? '' : table(head, rows);
}

/** A break within a cell. */
const lines = (texts: readonly string[]): string => texts.join('<br>');

const cellsOf = ({ changes, cost }: Step): readonly string[] => [
  lines(changes.map(objectText)),
  lines(locksOf(cost).map(([relation, modes]) => `${code(relation)} ${modes.join(', ')}`)),
  lines([
    ...cost.rewrites.map(({ relation }) => `rewrites ${code(relation)}`),
    ...cost.scans.map(({ relation }) => `scans ${code(relation)}`),
    ...cost.writes.map((relation) => `writes rows of ${code(relation)}`),
  ]),
  lines([...cost.rewrites, ...cost.scans].map(sizeOf)),
  waitersText(cost.waits),
];

const sizeOf = ({ facts }: Sized): string => (facts === null ? 'not known' : figures(facts));

const verbs: Readonly<Record<Change['type'], string>> = {
  create: 'create',
  alter: 'change',
  rename: 'rename',
  drop: 'drop',
};

/** `change `column workflow_status.owner_xid` (type)`; the values stand in the SQL. */
function objectText({ change, parts, turn }: ChangeOutline): string {
  const told = [
    ...differences(change).map(({ field }) => fieldName(field)),
    ...(parts.length === 0 ? [] : [partsText(parts)]),
    ...(turn === null ? [] : [`step ${turn.number} of ${turn.of}`]),
  ];
  const before = change.type === 'rename' ? `${code(fullNameOf(change.from))} to ` : '';
  return `${verbs[actionOf(change)]} ${before}${code(fullNameOf(subject(change)))}${told.length === 0 ? '' : ` (${told.join(', ')})`}`;
}

function locksOf({ locks }: Cost): readonly (readonly [string, readonly string[]])[] {
  const modes = new Map<string, string[]>();
  for (const { relation, mode } of locks) {
    const known = modes.get(relation) ?? [];
    if (!known.includes(mode)) modes.set(relation, [...known, mode]);
  }
  return [...modes];
}

const lasting: Readonly<Record<Wait['lasts'], string>> = {
  'the work': 'while it works',
  'the transaction': 'until the transaction ends',
  'a moment': 'for a moment',
};

/** Who waits the longest comes first. */
function waitersText(waits: readonly Wait[]): string {
  if (waits.length === 0) return 'nobody';
  const texts = (['the work', 'the transaction', 'a moment'] as const).flatMap((lasts) => {
    const stops = waits.filter((wait) => wait.lasts === lasts).map((wait) => wait.stops);
    if (stops.length === 0) return [];
    return [`${stops.includes('readers and writers') ? 'readers and writers' : 'writers'} ${lasting[lasts]}`];
  });
  return lines(texts);
}
