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
export const columnNames = (
  numbers: string,
  relation: string,
  spelt: (name: string) => string = (name) => name,
): string =>
  `(SELECT coalesce(json_agg(${spelt('a.attname')} ORDER BY k.n), '[]') FROM unnest(${numbers}) WITH ORDINALITY k(attnum, n)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.attnum)`;

/** Without USAGE on its schema no table can be read, whatever is granted on the table. */
export const mayUseSchema = `has_schema_privilege((SELECT oid FROM ns), 'USAGE')`;

/** The objects that a look is about, for whoever asks for them in a WITH. */
export const regarded = (
  look: Look,
): string => `ns AS (SELECT oid FROM pg_namespace WHERE nspname = ${quoteLiteral(look.schema)}),
rel AS (SELECT c.* FROM pg_class c JOIN ns ON c.relnamespace = ns.oid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${isAmong('c.relname', look.relations)}),
tab AS (SELECT * FROM rel WHERE relkind IN ('r', 'p', 'f')),
fun AS (SELECT p.*, oidvectortypes(p.proargtypes) AS signature FROM pg_proc p JOIN ns ON p.pronamespace = ns.oid
  WHERE p.prokind = 'f' AND ${isAmong('p.proname', look.functions)}),
con AS (SELECT tab.relname AS "table", c.*,
  CASE WHEN c.contype IN ('f', 'c') THEN (to_jsonb(c) ->> 'conenforced')::boolean END IS NOT FALSE AS enforced,
  CASE WHEN c.contype IN ('p', 'u', 'f') THEN ${columnNames('c.conkey', 'c.conrelid')} END AS columns
  FROM tab JOIN pg_constraint c ON c.conrelid = tab.oid WHERE NOT (c.contype = 'n' AND c.convalidated))`;

/** The role of the application, as `app`; nothing where none is asked about. */
export const application = ({ role }: Look): string =>
  `app AS (SELECT oid, rolname, rolsuper FROM pg_roles WHERE rolname = ${quoteLiteral(role ?? '')})`;

/**
 * The rows of a query over `regarded` as a text for `rowsIn`, or NULL where the condition does not hold: the server then
 * does not even plan the query, which takes it longer than to run it where nothing is to be found.
 */
export const rowsWhere = (condition: string, look: Look, query: string): string =>
  asText(condition, quoteLiteral(`WITH ${regarded(look)} SELECT ${jsonArray(query)} AS v`));

/** The same of a query whose text is made by the server. https://www.postgresql.org/docs/current/functions-xml.html */
export const asText = (condition: string, query: string): string =>
  `CASE WHEN ${condition} THEN query_to_xml(${query}, true, false, '')::text END`;

/** The value of the one column `v` of the one row, which is JSON; null where nothing was asked. */
export function valueIn(text: string | null): unknown {
  const value = /<v>(.*)<\/v>/s.exec(text ?? '')?.[1];
  return value === undefined
    ? null
    : JSON.parse(value.replaceAll(/&(?:lt|gt|amp|#x0d);/g, (entity) => entities[entity] ?? ''));
}

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&#x0d;': '\r' };

/** The rows of `rowsWhere`; none where nothing was asked. */
export const rowsIn = (text: string | null): readonly unknown[] => (valueIn(text) ?? []) as readonly unknown[];
