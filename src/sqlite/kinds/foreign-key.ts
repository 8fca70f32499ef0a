import type { ForeignKeyObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { conventional } from '../names.ts';
import { constraintName } from './constraint-name.ts';

const list = (columns: readonly string[]): string => columns.map(quoteIdentifier).join(', ');

/** A foreign key behind the columns of CREATE TABLE. https://www.sqlite.org/foreignkeys.html */
export const foreignKeyClause = (key: ForeignKeyObject): string =>
  [
    `${constraintName(key.name, conventional.foreignKey(key.table, key.columns))}FOREIGN KEY (${list(key.columns)})`,
    `REFERENCES ${quoteIdentifier(key.referencedTable)}`,
    ...(key.referencedColumns.length === 0 ? [] : [`(${list(key.referencedColumns)})`]),
    ...(key.onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${key.onUpdate}`]),
    ...(key.onDelete === 'NO ACTION' ? [] : [`ON DELETE ${key.onDelete}`]),
    ...(key.deferrable === 'no' ? [] : [`DEFERRABLE ${key.deferrable.toUpperCase()}`]),
  ].join(' ');

/** Counts the rows that refer to none. A join, so that SQLite can make itself an index for it. */
export function orphans(key: ForeignKeyObject): string {
  const pairs = key.columns.map((column, i) => [
    quoteIdentifier(column),
    quoteIdentifier(key.referencedColumns[i] ?? ''),
  ]);
  const on = pairs.map(([child, parent]) => `p.${parent} = c.${child}`).join(' AND ');
  const isSet = pairs.map(([child]) => `c.${child} IS NOT NULL`).join(' AND ');
  return `SELECT count(*) FROM ${quoteIdentifier(key.table)} AS c LEFT JOIN ${quoteIdentifier(key.referencedTable)} AS p ON ${on}
WHERE ${isSet} AND p.${pairs[0]?.[1]} IS NULL`;
}
