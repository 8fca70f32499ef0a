import { subject } from '../model/change.ts';
import { type HazardName, hazards as allHazards } from '../model/hazard.ts';
import type { Commit } from '../model/plan.ts';
import { summarise } from '../planner/summary.ts';
import { singleLine } from '../sql/quote.ts';
import { sizedText } from './cost-text.ts';
import { aheadText, changeText, nameOf } from './describe.ts';
import { headingText } from './heading.ts';
import { leftAloneText } from './left-alone.ts';
import { renamesText } from './likely-renames.ts';
import { obstaclesText } from './obstacles.ts';
import {
  type ChangeOutline,
  type HazardCase,
  type HazardOutline,
  outlineOf,
  type SegmentOutline,
  type Step,
  type TableOutline,
} from './outline.ts';
import { indented, type Paint, wrapped } from './page.ts';
import { partsText } from './parts.ts';
import { signed } from './signs.ts';
import type { DatabaseView, RunView } from './view.ts';
import { listed } from './words.ts';

/** The plan for a person: each database, its hazards, its changes by table with their SQL, the commands, a total. */
export function planText({ databases, commands }: RunView, paint: Paint): string {
  const changes = databases.flatMap(({ plan }) => plan.changes);
  return [
    ...databases.map((view) => databaseText(view, paint)),
    ...(commands.length === 0 ? [] : [`Then:\n${commands.map((c) => `${indented(c, 2)}\n`).join('')}`]),
    `${paint('bold', `Plan: ${summarise(changes)}.`)}\n`,
  ].join('\n');
}

function databaseText(view: DatabaseView, paint: Paint): string {
  const heading = headingText(view, paint);
  if (view.ahead !== null) return `${heading}${wrapped(aheadText(view.ahead), 2)}\n`;
  const { hazards, segments } = outlineOf(view);
  const left = leftAloneText(view, paint);
  if (segments.length === 0) return `${heading}${left}  nothing to do\n`;
  return [
    heading,
    obstaclesText(view, paint),
    renamesText(view, paint),
    ...hazards.map((hazard) => `\n${hazardText(hazard, paint)}`),
    ...(left === '' ? [] : [`\n${left}`]),
    ...segments.map((segment, i) => {
      const of = segments.length === 1 ? '' : `segment ${i + 1} of ${segments.length}, `;
      return `\n  ${paint('dim', `${of}${wayText(segment)}:`)}\n${tablesText(segment.tables, paint)}`;
    }),
  ].join('');
}

/** What it stops or loses, the tables that it is about, and the safer ways. */
const hazardText = ({ name, cases }: HazardOutline, paint: Paint): string =>
  [
    `  ${paint('red', `! ${name}`)}`,
    wrapped(allHazards[name].meaning, 4),
    ...cases.flatMap((one) => caseLines(name, one)),
  ]
    .map((text) => `${text}\n`)
    .join('');

/** Who waits is told at each change; what is lost or may fail is told here. */
function caseLines(name: HazardName, { relations, reasons }: HazardCase): readonly string[] {
  const about = listed(relations.map(sizedText));
  const bullet = (text: string): string => wrapped(`· ${text}`, 4, 6);
  const safer = (those: HazardCase['reasons']): readonly string[] =>
    [...new Set(those.flatMap(({ instead }) => instead ?? []))].map((way) => wrapped(`instead: ${way}`, 6));
  const isTold = allHazards[name].stops === 'nobody' || allHazards[name].stops === 'older runtimes' || about === '';
  if (!isTold) return [bullet(about), ...safer(reasons)];
  return reasons.flatMap((reason) => [
    bullet(about === '' ? reason.why : `${about}: ${reason.why}`),
    ...safer([reason]),
  ]);
}

const ways: Readonly<Record<Commit, string>> = {
  'with others': 'in one transaction',
  alone: 'in a transaction of its own',
  'no transaction': 'by itself, outside a transaction',
};

const wayText = ({ commits, stopsAll }: SegmentOutline): string =>
  `${ways[commits]}${stopsAll === null ? '' : `; other ${stopsAll} of the file wait`}`;

function tablesText(tables: readonly TableOutline[], paint: Paint): string {
  return tables
    .map(({ table, steps }) => {
      const isAround = steps.every(({ changes }) => changes.length === 0);
      const heading = isAround ? '' : `  ${paint('bold', singleLine(table ?? 'schema'))}\n`;
      return `\n${heading}${steps.map((step) => stepText(step, paint)).join('')}`;
    })
    .join('');
}

function stepText({ changes, statements, price: told, hazards }: Step, paint: Paint): string {
  const warning = hazards.length === 0 ? [] : [`! ${hazards.join(', ')}`];
  const price = [...warning, ...(told === null ? [] : [told])].join(': ');
  return [
    ...changes.map((change) => changeLine(change, paint)),
    ...(price === '' ? [] : [warning.length === 0 ? wrapped(price, 6) : paint('red', wrapped(price, 6))]),
    ...statements.map(({ sql }) => paint('dim', indented(`${sql};`, changes.length === 0 ? 4 : 8))),
  ]
    .map((text) => `${text}\n`)
    .join('');
}

function changeLine({ change, parts, turn }: ChangeOutline, paint: Paint): string {
  const texts = [
    // What it changes has been said at the first step.
    turn === null || turn.number === 1 ? changeText(change) : nameOf(subject(change)),
    ...(parts.length === 0 ? [] : [`with ${partsText(parts)}`]),
    ...(turn === null ? [] : [`(step ${turn.number} of ${turn.of})`]),
  ];
  return signed(change, texts.join('  '), 4, paint);
}
