import type { CheckState, Finding } from '../model/checkup.ts';
import { groupBy } from '../model/group-by.ts';
import { singleLine } from '../sql/quote.ts';
import { indented, type Paint, wrapped } from './page.ts';

/** All that a report says of a checkup. */
interface CheckupView {
  readonly verdict: CheckState;
  readonly checks: readonly (Finding & { readonly group: string })[];
}

const signs = { pass: 'pass', warn: 'warn', fail: 'fail', unknown: '   -' } as const;
const colours = { pass: 'green', warn: 'yellow', fail: 'red', unknown: 'dim' } as const;

/** Columns before what was seen, and before what is to be done. */
const margins = { seen: 8, todo: 12 } as const;

/** The checks by what they are about, each with its sign, what was seen, and what to do; the sum stands last. */
export function doctorText({ checks }: CheckupView, paint: Paint): string {
  const groups = [...groupBy(checks, ({ group }) => group)].map(
    ([group, found]) =>
      `${paint('bold', group)}\n${together(found)
        .map((one) => checkText(one, paint))
        .join('')}`,
  );
  return `${groups.join('\n')}\n${paint('bold', sumText(checks))}\n`;
}

/** Neighbours that could not be looked at for one reason, as one. */
function together(checks: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = [];
  for (const check of checks) {
    const last = kept.at(-1);
    const isSame = check.state === 'unknown' && last?.state === 'unknown' && last.seen === check.seen;
    if (isSame) kept.splice(-1, 1, { ...check, name: `${last.name}, ${check.name}` });
    else kept.push(check);
  }
  return kept;
}

function checkText({ name, state, seen, todo }: Finding, paint: Paint): string {
  const [first = '', ...rest] = seen.split('\n');
  const lines = [
    beginning(wrapped(`${name}: ${first}`, margins.seen), `  ${signs[state]}`, (sign) => paint(colours[state], sign)),
    ...rest.map((line) => wrapped(line.trim(), margins.seen)),
    ...(todo === null ? [] : [todoText(todo, paint)]),
  ];
  return `${lines.join('\n')}\n`;
}

const todoText = (todo: string, paint: Paint): string =>
  beginning(todo.split('\n').map(todoLine).join('\n'), `${' '.repeat(margins.seen)}do`, (label) =>
    paint('bold', label),
  );

/** A statement is there to be copied, and stays on its line. */
const todoLine = (line: string): string =>
  /^[A-Z]{2,} .*;/.test(line) ? indented(line, margins.todo) : wrapped(line.trim(), margins.todo);

/** Puts a label into the blanks that a text begins with. */
const beginning = (text: string, label: string, painted: (label: string) => string): string =>
  label.replace(/\S.*/, painted) + text.slice(label.length);

const words = { pass: 'pass', warn: 'to look at', fail: 'fail', unknown: 'not looked at' } as const;

/** `1 fail, 2 to look at, 14 pass` */
function sumText(checks: readonly Finding[]): string {
  const count = (state: CheckState): number => checks.filter((check) => check.state === state).length;
  const parts = (['fail', 'warn', 'pass', 'unknown'] as const).flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${state === 'fail' && count(state) === 1 ? 'fails' : words[state]}`],
  );
  return parts.join(', ');
}

/** The same as data. Described in docs/doctor.md. */
export const doctorJson = ({ verdict, checks }: CheckupView): string =>
  `${JSON.stringify(
    {
      version: 1,
      verdict,
      checks: checks.map(({ group, name, state, seen, todo }) => ({ group, name, state, seen, todo })),
    },
    null,
    2,
  )
    .split('\n')
    .map(singleLine)
    .join('\n')}\n`;
