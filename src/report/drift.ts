import { type Change, subject } from '../model/change.ts';
import { traitsOf } from '../model/kinds.ts';
import { isDrifted } from '../planner/drift.ts';
import { actionOf } from '../planner/summary.ts';
import { aheadText, type Difference, differences, fieldName, fullNameOf, tableOf, valueText } from './describe.ts';
import { unified } from './diff.ts';
import { headingText } from './heading.ts';
import { leftAloneText } from './left-alone.ts';
import { obstaclesText } from './obstacles.ts';
import { indented, type Paint, wrapped } from './page.ts';
import { renamesText } from './likely-renames.ts';
import { partsText, type Whole, wholesOf } from './parts.ts';
import type { DatabaseView, RunView } from './view.ts';

/** What a check says: one line where all is well; else what differs, a line an object, what is left alone, and the sum. */
export async function checkText({ databases }: RunView, paint: Paint): Promise<string> {
  if (!databases.some(isDrifted)) return inSyncText(databases, paint);
  const drifts = databases.map((view) => ({ view, wholes: wholesOf(view.plan.changes).toSorted(byTable) }));
  const texts = await Promise.all(drifts.map(async ({ view, wholes }) => databaseText(view, wholes, paint)));
  const sum = sumText(
    databases,
    drifts.flatMap(({ wholes }) => wholes.map(({ change }) => signOf(change))),
  );
  return `${texts.join('\n')}\n${paint('bold', sum)}\n`;
}

function inSyncText(databases: readonly DatabaseView[], paint: Paint): string {
  const left = databases.map((view) => ({ title: view.title, text: leftAloneText(view, paint) }));
  return [
    `Nothing to do: ${inSyncWords(databases)}.\n`,
    ...left
      .filter(({ text }) => text !== '')
      .map(({ title, text }) => (databases.length === 1 ? text : `${paint('bold', title)}\n${text}`)),
  ].join('');
}

/** No more is said to be as declared than was looked at. */
const inSyncWords = (databases: readonly DatabaseView[]): string =>
  databases.every(({ unread }) => unread.length === 0)
    ? 'the live schema is as declared'
    : 'what was looked at is as declared';

async function databaseText(view: DatabaseView, wholes: readonly Whole[], paint: Paint): Promise<string> {
  const left = leftAloneText(view, paint);
  const behind = left === '' ? '' : `\n${left}`;
  const heading = headingText(view, paint);
  if (view.ahead !== null) return `${heading}${wrapped(aheadText(view.ahead), 2)}\n${behind}`;
  if (wholes.length === 0) return `${heading}  as declared\n${behind}`;
  const lines = await Promise.all(wholes.map(async (whole) => objectText(whole, paint)));
  return `${heading}${obstaclesText(view, paint)}${legend(wholes, paint)}\n${lines.join('')}${renamesText(view, paint)}${behind}`;
}

type Sign = '-' | '~' | '+';

const signs: Readonly<Record<Change['type'], Sign>> = { create: '-', alter: '~', rename: '~', drop: '+' };
const meanings: Readonly<Record<Sign, string>> = { '-': 'missing', '~': 'differs', '+': 'to drop' };
const colours = { '-': 'red', '~': 'yellow', '+': 'green' } as const;

const signOf = (change: Change): Sign => signs[actionOf(change)];

/** The signs that occur. */
function legend(wholes: readonly Whole[], paint: Paint): string {
  const used = new Set(wholes.map(({ change }) => signOf(change)));
  const known = Object.entries(meanings) as readonly (readonly [Sign, string])[];
  const words = known.filter(([sign]) => used.has(sign)).map(([sign, meaning]) => `${sign} ${meaning}`);
  return `  ${paint('dim', words.join('   '))}\n`;
}

/** What stands in a table is found beside it, and what stands in no table before all tables. */
function byTable({ change: a }: Whole, { change: b }: Whole): number {
  const [tableA, tableB] = [tableOf(subject(a)) ?? '', tableOf(subject(b)) ?? ''];
  if (tableA !== tableB) return tableA < tableB ? -1 : 1;
  return traitsOf(subject(a)).rank - traitsOf(subject(b)).rank || (a.id < b.id ? -1 : 1);
}

async function objectText({ change, parts }: Whole, paint: Paint): Promise<string> {
  const sign = signOf(change);
  const contents = parts.length === 0 ? '' : ` (${partsText(parts)})`;
  const line = wrapped(`${sign} ${fullNameOf(subject(change))}${contents}`, 2, 6).replace(
    sign,
    paint(colours[sign], sign),
  );
  const fields = await Promise.all(differencesIn(change).map(async (found) => fieldText(found, paint)));
  return `${[line, ...fields].join('\n')}\n`;
}

const differencesIn = (change: Change): readonly Difference[] =>
  change.type === 'rename'
    ? [
        {
          field: 'name',
          from: traitsOf(change.from).path(change.from).at(-1),
          to: traitsOf(change.to).path(change.to).at(-1),
        },
      ]
    : differences(change);

/** `type: character varying(40), declared text`; texts that do not fit a line as a diff. */
async function fieldText({ field, from, to }: Difference, paint: Paint): Promise<string> {
  // What is lacking is declared by its name: none.
  const declared = field === 'lacking' ? '' : `, declared ${listText(to)}`;
  const line = `${fieldName(field)}: ${field === 'lacking' ? valueText(from) : listText(from)}${declared}`;
  const text = wrapped(line, 6, 8);
  if (typeof from !== 'string' || typeof to !== 'string' || !(line + text).includes('\n')) return text;
  return [
    `      ${fieldName(field)}:`,
    ...(await unified(from, to))
      .trimEnd()
      .split('\n')
      .map((l) => diffLine(l, paint)),
  ].join('\n');
}

/** Two lists beside each other need to be told apart. */
const listText = (value: unknown): string =>
  Array.isArray(value) && value.length > 1 ? `(${valueText(value)})` : valueText(value);

function diffLine(line: string, paint: Paint): string {
  const text = indented(line, 8);
  if (/^(?:---|\+\+\+|@@)/.test(line)) return paint('dim', text);
  return line.startsWith('-') ? paint('red', text) : line.startsWith('+') ? paint('green', text) : text;
}

/** What differs in all databases, and what to do next. */
function sumText(databases: readonly DatabaseView[], found: readonly Sign[]): string {
  const count = (sign: Sign): number => found.filter((one) => one === sign).length;
  const dangerous = databases.flatMap(({ unmanaged }) => unmanaged.filter(({ danger }) => danger !== null)).length;
  const ahead = databases.filter((view) => view.ahead !== null).length;
  const parts = [
    [count('-'), 'missing'],
    [count('~'), count('~') === 1 ? 'differs' : 'differ'],
    [count('+'), 'to drop'],
    [dangerous, 'of yours can break the runtime'],
    [ahead, `${ahead === 1 ? 'database is' : 'databases are'} ahead of this tool`],
  ] as const;
  const sum = parts.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
  return `${sum.join(', ')}: ${nextStep(found.length > 0, dangerous > 0)}`;
}

function nextStep(isDifferent: boolean, isDangerous: boolean): string {
  if (isDifferent) return 'run dbos migrate --plan';
  if (isDangerous) return 'mend what is yours, or name it with --ignore';
  return 'use the release of this tool that belongs to the runtime';
}
