import type { KeyObject, TableObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { conventional } from '../names.ts';
import { constraintName } from './constraint-name.ts';

/** A primary key of one column stands behind the column: only there can it be AUTOINCREMENT. */
export const isInline = (key: KeyObject): boolean =>
  key.primary && key.columns.length === 1 && !/ COLLATE /.test(key.columns[0] ?? '');

/** A primary key behind its column. */
export function inlineKey(key: KeyObject, table: TableObject): string {
  const order = split(key.columns[0] ?? '').suffix;
  return `PRIMARY KEY${order}${conflictClause(key)}${table.options.includes('AUTOINCREMENT') ? ' AUTOINCREMENT' : ''}`;
}

/** A key behind the columns of CREATE TABLE. */
export function keyClause(key: KeyObject): string {
  const columns = key.columns.map((column) => quoteIdentifier(split(column).name) + split(column).suffix);
  const base = key.primary
    ? conventional.primaryKey(key.table)
    : conventional.unique(key.table, key.columns.map(keyColumnName));
  const kind = key.primary ? 'PRIMARY KEY' : 'UNIQUE';
  return `${constraintName(key.name, base)}${kind} (${columns.join(', ')})${conflictClause(key)}`;
}

/** The column's name, without what an inline key may not repeat. */
export const keyColumnName = (column: string): string => split(column).name;

function split(column: string): { readonly name: string; readonly suffix: string } {
  const suffix = / COLLATE \S+(?: DESC)?$| DESC$/.exec(column)?.[0] ?? '';
  return { name: column.slice(0, column.length - suffix.length), suffix };
}

const conflictClause = ({ onConflict }: KeyObject): string =>
  onConflict === undefined ? '' : ` ON CONFLICT ${onConflict}`;
