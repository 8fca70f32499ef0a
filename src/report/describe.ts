import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import { definitionOf, traitsOf } from '../model/kinds.ts';
import type { Ahead } from '../planner/ahead.ts';
import type { CatalogObject } from '../model/objects.ts';
import { singleLine } from '../sql/quote.ts';
import type { DatabaseView } from './view.ts';

/** One field that a change gives another value. */
export interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * What a plan leaves alone, a line each: retired tables with rows, and objects of others on our tables. Their names may
 * hold what a terminal would take for commands.
 */
export const leftAloneLines = ({ kept, strangers }: Pick<DatabaseView, 'kept' | 'strangers'>): readonly string[] =>
  [
    ...kept.map((id) => `${id} is of an earlier release and may hold rows: left alone (--allow data-loss drops it)`),
    ...strangers.map(({ id, danger, coveredBy, note }) => {
      const facts = [note, coveredBy === null ? null : `redundant, since ${coveredBy} covers it`].filter(
        (f) => f !== null,
      );
      const details = facts.length === 0 ? '' : ` (${facts.join('; ')})`;
      return `${id} is yours${details}: left alone${danger === null ? '' : `, but ${danger}`}`;
    }),
  ].map(singleLine);

/** Why a schema that is ahead of this tool is left alone. */
export const aheadText = ({ live, declared }: Ahead): string =>
  `runtime schema ${live} was made by a newer release than this tool, which knows ${declared}: nothing is changed`;

/** The fields in which an alteration changes its object. */
export function differences(change: Change): readonly Difference[] {
  if (change.type !== 'alter') return [];
  const [before, after] = [new Map(definitionOf(change.from)), new Map(definitionOf(change.to))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .map((field) => ({ field, from: before.get(field) ?? null, to: after.get(field) ?? null }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}

/** What a reader finds an object under: its table, or the schema itself. */
export function groupOf(object: CatalogObject): string {
  if (object.kind === 'table' || object.kind === 'view') return object.name;
  return 'table' in object ? object.table : '';
}

/** `index idx_workflow_status_pending`; a table's group has said its name already. */
export function nameOf(object: CatalogObject): string {
  const name = traitsOf(object).path(object).at(-1) ?? '';
  const signature = 'signature' in object ? `(${object.signature})` : '';
  return object.kind === 'grant'
    ? `grant on ${object.on} to ${object.role}`
    : `${traitsOf(object).label} ${name}${signature}`;
}

/** A field's value in one line. */
export const valueText = (value: unknown): string => {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(', ');
  return value === true ? 'yes' : value === false ? 'no' : 'none';
};

/** `type: character varying(40) → text`; texts of several lines are only named. */
export const differenceText = ({ field, from, to }: Difference): string => {
  const long = [from, to].some((value) => typeof value === 'string' && value.includes('\n'));
  return long ? field : `${field}: ${valueText(from)} → ${valueText(to)}`;
};

/** The sign of a change in the field's plan notation. */
export const signs: Readonly<Record<Change['type'], '+' | '~' | '-'>> = {
  create: '+',
  alter: '~',
  rename: '~',
  drop: '-',
};

/** `~ column owner_xid  type: character varying(40) → text` without its sign. */
export function changeText(change: Change): string {
  const object = subject(change);
  if (change.type === 'rename') {
    return singleLine(`${nameOf(change.from)} → ${traitsOf(object).path(object).at(-1)}`);
  }
  const parts = [nameOf(object), differences(change).map(differenceText).join(', ')];
  return singleLine(parts.filter((text) => text !== '').join('  '));
}
