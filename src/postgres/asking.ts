import type { Look } from '../model/look.ts';
import { quoteLiteral } from '../sql/quote.ts';

/** All rows of a query as one JSON array. */
export const jsonArray = (query: string): string =>
  `(SELECT coalesce(json_agg(row_to_json(q)), '[]') FROM (${query}) q)`;

/** A comma-separated list of text constants; never empty, so that IN always parses. */
export const list = (names: readonly string[]): string =>
  names.length === 0 ? `''` : names.map(quoteLiteral).join(', ');

/** Whether the name in a column is asked about; null asks about all. */
export const isAmong = (column: string, names: Look['relations']): string =>
  names === null ? 'true' : `${column} IN (${list(names)})`;

/** The names of numbered columns, in the order of their numbers. */
export const columnNames = (numbers: string, relation: string): string =>
  `(SELECT coalesce(json_agg(a.attname ORDER BY k.n), '[]') FROM unnest(${numbers}) WITH ORDINALITY k(attnum, n)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.attnum)`;

/** Without USAGE on its schema no table can be read, whatever is granted on the table. */
export const mayUseSchema = `has_schema_privilege((SELECT oid FROM ns), 'USAGE')`;
