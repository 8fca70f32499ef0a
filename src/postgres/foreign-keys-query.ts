import type { Look } from '../model/look.ts';
import type { ForeignKeyObject } from '../model/objects.ts';
import { columnNames, list, rowsWhere } from './asking.ts';
import { consequences, freedBy } from './consequences-query.ts';
import { deferrable, type ValidityRow } from './constraint.ts';
import { printable } from './encoding.ts';

/** All of a key but what says how it came here, with what its validity is told by. */
export type ForeignKeyRow = ValidityRow &
  Omit<ForeignKeyObject, 'kind' | 'schema' | 'validated' | 'notEnforced' | 'unguarded' | 'incoming' | 'setsOff'>;

/** Of our own tables. */
export interface OwnKeyRow extends ForeignKeyRow {
  readonly unguarded: boolean;
}

/** Of a table of somebody else, with what it is to our rows. */
export interface IncomingKeyRow extends ForeignKeyRow {
  readonly schema: string;
  readonly incoming: 'follows' | 'holds';
  readonly setsOff: string | null;
}

/** https://www.postgresql.org/docs/current/catalog-pg-constraint.html */
const action = (code: string): string =>
  `CASE ${code} WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END`;

const fields = `convalidated AS validated, ${deferrable} AS deferrable,
    n.nspname AS "referencedSchema", f.relname AS "referencedTable", ${columnNames('confkey', 'confrelid')} AS "referencedColumns",
    ${action('confupdtype')} AS "onUpdate", ${action('confdeltype')} AS "onDelete",
    CASE confmatchtype WHEN 'f' THEN 'FULL' WHEN 'p' THEN 'PARTIAL' ELSE 'SIMPLE' END AS match`;

/**
 * Triggers of the server's own enforce it, on both tables. Whoever ends a restore that had switched all triggers off
 * leaves them off. https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER
 */
const own = `SELECT con."table", conname AS name, enforced, columns, ${fields},
    EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = con.oid AND t.tgenabled IN ('D', 'R')) AS unguarded
  FROM con JOIN pg_class f ON f.oid = confrelid JOIN pg_namespace n ON n.oid = f.relnamespace WHERE contype = 'f'`;

/**
 * Triggers on our tables that stand for keys of others; an index finds them. Retired tables may go, and keys with them,
 * unless they are to be emptied.
 */
const standing = ({ reserved, emptied }: Look): string =>
  `FROM tab JOIN pg_trigger g ON g.tgrelid = tab.oid AND g.tgconstrrelid <> 0
      WHERE tab.relname IN (${list([...reserved, ...emptied])}) AND g.tgconstrrelid NOT IN (SELECT oid FROM tab)`;

/**
 * A delete takes their rows along, or frees them where the columns take NULL and get nothing else.
 * https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
 */
const incoming = (
  look: Look,
): string => `SELECT ${printable('m.nspname')} AS schema, ${printable('t.relname')} AS "table",
    ${printable('conname')} AS name, true AS enforced, ${columnNames('con.conkey', 'con.conrelid', printable)} AS columns, ${fields},
    CASE WHEN confdeltype = 'c' THEN 'follows'
      WHEN confdeltype IN ('n', 'd') AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = con.conrelid
        AND a.attnum = ANY (${freedBy('con')}) AND (a.attnotnull OR confdeltype = 'd' AND a.atthasdef)) THEN 'follows'
      ELSE 'holds' END AS incoming,
    CASE WHEN confdeltype IN ('c', 'n', 'd') THEN ${consequences('con')} END AS "setsOff"
  FROM (SELECT DISTINCT g.tgconstraint ${standing(look)}) g
  JOIN pg_constraint con ON con.oid = g.tgconstraint AND con.contype = 'f' AND con.conparentid = 0 AND con.confrelid IN (SELECT oid FROM tab)
  JOIN pg_class t ON t.oid = con.conrelid JOIN pg_namespace m ON m.oid = t.relnamespace
  JOIN pg_class f ON f.oid = con.confrelid JOIN pg_namespace n ON n.oid = f.relnamespace`;

/**
 * Foreign keys of our tables, each in `own`, and in `incoming` all that others have to our tables. A reset finds the
 * latter as dependents.
 */
export const foreignKeysQuery = (look: Look): string =>
  [
    `SELECT row_to_json(k) AS own, NULL AS incoming FROM (${own}) k`,
    ...(look.surroundings
      ? []
      : [`SELECT NULL, ${rowsWhere(`EXISTS (SELECT ${standing(look)})`, look, incoming(look))}`]),
  ].join('\nUNION ALL ');
