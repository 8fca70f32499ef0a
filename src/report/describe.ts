import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import { definitionOf, idFor, idOf, traitsOf } from '../model/kinds.ts';
import type { CatalogObject } from '../model/objects.ts';
import type { Ahead } from '../planner/ahead.ts';

/** One field that a change gives another value. */
export interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

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

/** The table that a reader finds an object under; null for what stands in the schema itself. */
export function tableOf(object: CatalogObject): string | null {
  if (object.kind === 'table' || object.kind === 'view') return object.name;
  return 'table' in object ? object.table : null;
}

/** `index idx_workflow_status_pending`, where its table has been said. */
export function nameOf(object: CatalogObject): string {
  if (object.kind === 'grant') return `grant on ${object.on} to ${object.role}`;
  const name = traitsOf(object).path(object).at(-1) ?? '';
  return `${traitsOf(object).label} ${name}${'signature' in object ? `(${object.signature})` : ''}`;
}

/** `index workflow_status.idx_workflow_status_pending`, where nothing but the schema has been said. */
export function fullNameOf(object: CatalogObject): string {
  if (object.kind === 'grant') return nameOf(object);
  const name = idFor(object).slice(object.kind.length + 1);
  const schema = 'schema' in object ? `${idOf.schema(object.schema).slice('schema:'.length)}.` : '';
  return `${traitsOf(object).label} ${name.startsWith(schema) ? name.slice(schema.length) : name}`;
}

/** A field's value in one line. */
export const valueText = (value: unknown): string => {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(', ');
  return value === true ? 'yes' : value === false ? 'no' : 'none';
};

/** `nulls not distinct` for `nullsNotDistinct`. */
export const fieldName = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** `type: character varying(40) → text`; texts of several lines are only named. */
const differenceText = ({ field, from, to }: Difference): string => {
  const isLong = [from, to].some((value) => typeof value === 'string' && value.includes('\n'));
  return isLong ? fieldName(field) : `${fieldName(field)}: ${valueText(from)} → ${valueText(to)}`;
};

/** What differs, in one line; empty where something is made or goes. */
export const differencesText = (change: Change): string => differences(change).map(differenceText).join(', ');

/** `column owner_xid  type: character varying(40) → text` */
export function changeText(change: Change): string {
  if (change.type === 'rename') return `${nameOf(change.from)} → ${traitsOf(change.to).path(change.to).at(-1)}`;
  const parts = [nameOf(subject(change)), differencesText(change)];
  return parts.filter((text) => text !== '').join('  ');
}
