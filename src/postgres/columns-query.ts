import type { ColumnObject } from '../model/objects.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { asText } from './asking.ts';

/** A column as the catalog query gives it. */
export interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly position: number;
  readonly type: string;
  readonly notNull: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly expression: string | null;
  readonly collation: string | null;
  readonly storage: NonNullable<ColumnObject['storage']> | null;
  readonly compression: NonNullable<ColumnObject['compression']> | null;
  readonly domain: string | null;
}

/**
 * A domain may be made of another one, and refuses what any of these refuses; the default is that of the last one.
 * https://www.postgresql.org/docs/current/catalog-pg-type.html
 */
const domainQuery = `WITH RECURSIVE d AS (
    SELECT oid, typbasetype AS base, typtypmod AS mod, typnotnull AS "notNull" FROM pg_type WHERE oid = %1$s
    UNION ALL SELECT b.oid, b.typbasetype, b.typtypmod, b.typnotnull FROM d JOIN pg_type b ON b.oid = d.base AND b.typtype = 'd')
  SELECT json_build_object('base', max(format_type(base, mod)) FILTER (WHERE base NOT IN (SELECT oid FROM d)),
    'notNull', bool_or("notNull"), 'default', (SELECT typdefault FROM pg_type WHERE oid = %1$s),
    'checks', (SELECT coalesce(json_agg(pg_get_expr(conbin, 0) ORDER BY conname), '[]')
      FROM pg_constraint WHERE contypid IN (SELECT oid FROM d) AND contype = 'c')) AS v FROM d`;

/** The text is made for each such column, so that the query is planned where there is one. */
const domain = asText(`t.typtype = 'd'`, `format(${quoteLiteral(domainQuery)}, t.oid)`);

/**
 * From PostgreSQL 18 on a NOT NULL is a constraint, which need not be validated: until it is, there may be rows
 * without a value. https://www.postgresql.org/docs/current/catalog-pg-constraint.html
 */
export const columnsQuery = `SELECT tab.relname AS "table", a.attname AS name, a.attnum AS position,
    format_type(a.atttypid, a.atttypmod) AS type, 
    a.attnotnull AND (a.attrelid, a.attnum) NOT IN (SELECT conrelid, conkey[1] FROM con WHERE contype = 'n') AS "notNull",
    a.attidentity AS identity, a.attgenerated AS generated, pg_get_expr(d.adbin, d.adrelid) AS expression,
    CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
    CASE WHEN a.attstorage <> t.typstorage THEN
      CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END AS storage,
    CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression, ${domain} AS domain
  FROM tab JOIN pg_attribute a ON a.attrelid = tab.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum`;
