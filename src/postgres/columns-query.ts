import type { Look } from '../model/look.ts';
import type { ColumnObject } from '../model/objects.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { application, asText } from './asking.ts';

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
  readonly sequence: string | null;
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

/** Numbers that a column of each type takes. */
const greatest = `CASE %2$s WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647 END`;

/**
 * The sequence that fills a column, as long as that does not go round. Nobody but who may use it is told how far it is.
 * An identity needs no right on it. https://www.postgresql.org/docs/current/functions-sequence.html
 */
const sequenceQuery = `SELECT json_build_object(
    'left', CASE WHEN NOT s.seqcycle AND s.seqincrement > 0 THEN (least(s.seqmax, ${greatest})
      - CASE WHEN has_sequence_privilege(s.seqrelid, 'USAGE, SELECT') THEN coalesce(pg_sequence_last_value(s.seqrelid), s.seqstart) ELSE s.seqstart END)
      / s.seqincrement END,
    'lacking', (SELECT json_agg(r.rolname ORDER BY r.rolname) FROM (SELECT rolname FROM app UNION SELECT current_user) r
      WHERE d.deptype = 'n' AND NOT has_sequence_privilege(r.rolname, s.seqrelid, 'USAGE, UPDATE'))) AS v
  FROM pg_depend d JOIN pg_sequence s ON s.seqrelid = CASE WHEN d.deptype = 'n' THEN d.refobjid ELSE d.objid END
  WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = %1$s AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
    OR d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = %3$s AND d.refobjsubid = %4$s AND d.deptype = 'i'
  LIMIT 1`;

const sequence = (look: Look): string =>
  asText(
    `a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE '%nextval(%'`,
    `format(${quoteLiteral(`WITH ${application(look)} ${sequenceQuery}`)}, coalesce(d.oid, 0), a.atttypid, a.attrelid, a.attnum)`,
  );

/**
 * From PostgreSQL 18 on a NOT NULL is a constraint, which need not be validated: until it is, there may be rows
 * without a value. https://www.postgresql.org/docs/current/catalog-pg-constraint.html
 */
export const columnsQuery = (
  look: Look,
): string => `SELECT tab.relname AS "table", a.attname AS name, a.attnum AS position,
    format_type(a.atttypid, a.atttypmod) AS type, 
    a.attnotnull AND (a.attrelid, a.attnum) NOT IN (SELECT conrelid, conkey[1] FROM con WHERE contype = 'n') AS "notNull",
    a.attidentity AS identity, a.attgenerated AS generated, pg_get_expr(d.adbin, d.adrelid) AS expression,
    CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END AS collation,
    CASE WHEN a.attstorage <> t.typstorage THEN
      CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END AS storage,
    CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression, ${domain} AS domain,
    ${sequence(look)} AS sequence
  FROM tab JOIN pg_attribute a ON a.attrelid = tab.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum`;
