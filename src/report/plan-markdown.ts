import { type HazardName, hazards as allHazards } from '../model/hazard.ts';
import type { ObjectId } from '../model/objects.ts';
import { singleLine } from '../sql/quote.ts';
import type { Sized } from './cost.ts';
import { aheadText } from './describe.ts';
import { foundParts } from './found.ts';
import { renamesOf } from './likely-renames.ts';
import { code, codeBlock, folded, sentence } from './markdown.ts';
import { type HazardCase, type HazardOutline, outlineOf } from './outline.ts';
import { planSql } from './plan-sql.ts';
import { planTable } from './plan-table.ts';
import { consentFlag, headlineOf, verdictOf } from './verdict.ts';
import type { DatabaseView, RunView, UnmanagedView } from './view.ts';
import { counted, figures, listed } from './words.ts';

/** Characters that GitHub takes in a comment. */
const limit = 65_536;

/** How many of one sort are named: a database can hold any number of objects in the way. */
const most = 20;

/** What is left out of a report that is too long, the first one first. */
const expendable = ['sql', 'strangers', 'table'] as const;

type Part = (typeof expendable)[number];

/**
 * A report for a comment on a pull request: each database with a hidden marker by which the comment is found again, its
 * verdict, what was found, hazards, costs, SQL. Whatever comes from a database is a code span.
 */
export function planMarkdown(run: RunView): string {
  for (let count = 0; count < expendable.length; count += 1) {
    const text = runText(run, new Set(expendable.slice(0, count)));
    if (text.length <= limit) return text;
  }
  return runText(run, new Set(expendable));
}

function runText({ databases, commands }: RunView, without: ReadonlySet<Part>): string {
  const blocks = [
    ...databases.flatMap((view) => databaseBlocks(view, without)),
    ...(commands.length === 0 || without.has('sql')
      ? []
      : [folded('Commands that run then', codeBlock(commands.join('\n')))]),
    ...(without.size === 0
      ? []
      : [
          `_Left out, since a comment has ${limit} characters: ${listed([...without].map((part) => names[part]))}. ${elsewhere}_`,
        ]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const names: Readonly<Record<Part, string>> = { sql: 'the SQL', strangers: 'what is left alone', table: 'the table' };
const elsewhere = '`dbos migrate --plan` shows all.';

function databaseBlocks(view: DatabaseView, without: ReadonlySet<Part>): readonly string[] {
  const outline = outlineOf(view);
  const headline = headlineOf(view, outline).replace(consentFlag, code(consentFlag));
  const isPending = view.plan.segments.length > 0 && view.ahead === null;
  const parts = [
    `${markerOf(view)}\n### ${view.title}: ${headline}`,
    placeText(view),
    ...(view.ahead === null ? [] : [sentence(aheadText(view.ahead))]),
    obstaclesText(view),
    outline.hazards.map(hazardText).join('\n'),
    without.has('table') || !isPending ? '' : planTable(outline),
    without.has('sql') || !isPending
      ? ''
      : folded('SQL', codeBlock(planSql({ databases: [view], commands: [] }), 'sql')),
    without.has('strangers') ? '' : strangersText(view),
    unreadText(view),
    isPending ? applyText(view) : '',
  ];
  return parts.filter((text) => text !== '');
}

/** It names the database as the run does, so that a later report of it takes the place of this one. */
const markerOf = ({ url, schema }: DatabaseView): string =>
  `<!-- dbos: ${encodeURI(singleLine(url))} ${encodeURI(singleLine(schema))} -->`;

function placeText(view: DatabaseView): string {
  const { dialect, url, schema, server, ahead } = view;
  const found = foundParts(view);
  const place = [code(url), ...(dialect === 'sqlite' ? [] : [`schema ${code(schema)}`]), sentence(server)];
  const from = found.length === 0 ? '' : `${sentence(found.join(', '))} → `;
  return [
    ...(ahead === null && view.plan.changes.length > 0 ? [`- **Found** ${from}${goalText(view)}`] : []),
    `- **Server** ${place.join(', ')}`,
  ].join('\n');
}

/** Where the plan leads to. */
function goalText({ plan }: DatabaseView): string {
  const versions = plan.changes.flatMap((change) =>
    change.type !== 'drop' && change.to.kind === 'version' ? change.to.values : [],
  );
  return versions.length === 1 ? `runtime schema ${sentence(versions[0] ?? '')}` : 'as declared';
}

/** What would keep the plan from being applied, and columns that somebody has most likely renamed. */
function obstaclesText(view: DatabaseView): string {
  const items = [
    ...view.obstacles.map(
      ({ what, remedy }) => `- **In the way** ${sentence(what)}: ${remedy.split('\n').map(sentence).join(' ')}`,
    ),
    ...renamesOf(view).map(({ text, sql }) => `- **Renamed?** ${sentence(text)} ${code(sql)}`),
  ];
  return capped(items).join('\n');
}

const capped = (items: readonly string[]): readonly string[] =>
  items.length <= most ? items : [...items.slice(0, most), `- and ${items.length - most} more`];

const hazardText = ({ name, cases }: HazardOutline): string =>
  [
    `- **${name}** ${allHazards[name].meaning}${name === 'data-loss' ? ` It needs ${code(consentFlag)}.` : ''}`,
    ...capped(cases.flatMap((one) => caseTexts(name, one))).map((item) => `  ${item}`),
  ].join('\n');

/** Who waits stands in the table; what is lost or may fail is told here. */
function caseTexts(name: HazardName, { relations, reasons }: HazardCase): readonly string[] {
  const about = listed(relations.map(sizedText));
  const { stops } = allHazards[name];
  const safer = (those: HazardCase['reasons']): string =>
    [...new Set(those.flatMap(({ instead }) => instead ?? []))].map((way) => `; instead: ${sentence(way)}`).join('');
  const isTold = stops === 'nobody' || stops === 'older runtimes' || about === '';
  if (!isTold) return [`- ${about}${safer(reasons)}`];
  return reasons.map((reason) => `- ${about === '' ? '' : `${about}: `}${sentence(reason.why)}${safer([reason])}`);
}

const sizedText = ({ relation, facts }: Sized): string =>
  facts === null ? code(relation) : `${code(relation)} (${figures(facts)})`;

/** What the plan leaves alone; open where something of it can break the runtime. */
function strangersText({ unmanaged, retired, foreign }: DatabaseView): string {
  const dangerous = unmanaged.filter(({ danger }) => danger !== null);
  const harmless = unmanaged.filter(({ danger }) => danger === null);
  const items = [
    ...dangerous.map(dangerousText),
    ...harmless.map((one) => `- ${code(one.id)} is yours${factsText(one)}`),
    ...retired.map((id) => `- ${code(id)} is of an earlier release and may hold rows: ${code(consentFlag)} drops it`),
    ...foreign.map((id: ObjectId) => `- ${code(id)} has a name of DBOS's and is not of DBOS`),
  ];
  if (items.length === 0) return '';
  return folded(`${counted(items.length, 'object')} left alone`, items.join('\n'), dangerous.length > 0);
}

const dangerousText = (one: UnmanagedView): string =>
  [
    `- **${code(one.id)} is yours${factsText(one)} and can break the runtime:** ${sentence(one.danger ?? '')}`,
    ...(one.mend === null ? [] : [`  ${code(`${one.mend};`)}`]),
  ].join('\n');

function factsText({ note, coveredBy }: UnmanagedView): string {
  const facts = [
    ...(note === null ? [] : [sentence(note)]),
    ...(coveredBy === null ? [] : [`redundant, since ${code(coveredBy)} covers it`]),
  ];
  return facts.length === 0 ? '' : ` (${facts.join('; ')})`;
}

/** What is taken to be as declared, since nobody has looked. */
const unreadText = ({ unread }: DatabaseView): string =>
  unread.length === 0
    ? ''
    : folded(
        'Not looked at, and taken to be as declared',
        capped(unread.map((what) => `- ${sentence(what)}`)).join('\n'),
      );

/** The states that it leads from and to, and the command. */
function applyText(view: DatabaseView): string {
  const command = verdictOf(view) === 'needs-consent' ? `dbos migrate ${consentFlag}` : 'dbos migrate';
  return [
    `- **Fingerprints** ${code(view.plan.basis)} → ${code(view.plan.goal)}`,
    `- **Apply it** with ${code(command)} and the settings of this report`,
  ].join('\n');
}
