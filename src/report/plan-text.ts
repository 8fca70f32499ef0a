import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { ObjectId } from '../model/objects.ts';
import type { Statement } from '../model/plan.ts';
import { actionOf, summarise } from '../planner/summary.ts';
import { aheadText, changeText, leftAloneLines, groupOf, signs } from './describe.ts';
import { foundText } from './found.ts';
import type { DatabaseView, RunView } from './view.ts';

/** Paints a text, or gives it back as it is. */
export type Paint = (colour: 'green' | 'yellow' | 'red' | 'bold' | 'dim', text: string) => string;

const colours = { '+': 'green', '~': 'yellow', '-': 'red' } as const;

/** The plan for a person: each database, its changes by table with their SQL, then the commands, then a total. */
export function planText({ databases, commands }: RunView, paint: Paint): string {
  const changes = databases.flatMap(({ plan }) => plan.changes);
  return [
    ...databases.map((view) => databaseText(view, paint)),
    ...(commands.length === 0 ? [] : [`Then:\n${commands.map((c) => indent(c, '  ')).join('\n')}\n`]),
    paint('bold', `Plan: ${summarise(changes)}.`),
  ].join('\n');
}

function databaseText(view: DatabaseView, paint: Paint): string {
  const place = view.dialect === 'sqlite' ? [view.url, view.server] : [view.url, `schema ${view.schema}`, view.server];
  const found = foundText(view);
  const foundLine = found === null ? '' : `${paint('bold', 'Found'.padEnd(view.title.length))}  ${found}\n`;
  const heading = `${paint('bold', view.title)}  ${place.join(' · ')}\n${foundLine}`;
  const left = leftAloneLines(view)
    .map((line) => `  ${line}\n`)
    .join('');
  if (view.ahead !== null) return `${heading}  ${aheadText(view.ahead)}\n`;
  if (view.plan.statements.length === 0) return `${heading}${left}  nothing to do\n`;
  return `${heading}${left}${runs(view.plan.statements)
    .map((run) => runText(run, view, paint))
    .join('')}`;
}

/** Statements that run the same way, one behind the other. */
function runs(statements: readonly Statement[]): readonly (readonly Statement[])[] {
  const all: Statement[][] = [];
  for (const statement of statements) {
    const last = all.at(-1);
    if (last?.[0]?.transactional === statement.transactional && last[0].on === statement.on) last.push(statement);
    else all.push([statement]);
  }
  return all;
}

function runText(run: readonly Statement[], view: DatabaseView, paint: Paint): string {
  const how = run[0]?.transactional === true ? 'in one transaction' : 'outside a transaction';
  const changes = new Map(view.plan.changes.map((change) => [change.id, change]));
  const groups = new Map<string, string[]>();
  let previous: ObjectId | undefined;
  for (const statement of run) {
    const own = statement.objects.flatMap((id) => changes.get(id) ?? []);
    const first = own[0];
    const group = first === undefined ? '' : groupOf(subject(first));
    const lines = groups.get(group) ?? [];
    if (first !== undefined && first.id !== previous) lines.push(changeLine(own, paint));
    previous = first?.id;
    lines.push(paint('dim', indent(`${statement.sql};`, '        ')));
    groups.set(group, lines);
  }
  const texts = [...groups].map(
    ([group, lines]) => `\n  ${paint('bold', group === '' ? 'schema' : group)}\n${lines.join('\n')}\n`,
  );
  return `\n  ${paint('dim', `${how}:`)}\n${texts.join('')}`;
}

/** A statement that makes many objects is told by its first one and what comes with it. */
function changeLine(changes: readonly Change[], paint: Paint): string {
  const [first, ...rest] = changes;
  if (first === undefined) return '';
  const counts = new Map<string, number>();
  for (const change of rest) counts.set(subject(change).kind, (counts.get(subject(change).kind) ?? 0) + 1);
  const parts = [...counts].map(([kind, n]) => `${n} ${n === 1 ? kind : `${kind}s`}`).join(', ');
  const sign = signs[actionOf(first)];
  return `    ${paint(colours[sign], sign)} ${changeText(first)}${parts === '' ? '' : `  with ${parts}`}`;
}

const indent = (text: string, by: string): string =>
  text
    .split('\n')
    .map((line) => by + line)
    .join('\n');
