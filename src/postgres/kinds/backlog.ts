import { isDeepStrictEqual } from 'node:util';
import type { RenderContext } from '../../model/dialect.ts';
import { relationName } from '../../model/facts.ts';
import { idFor } from '../../model/kinds.ts';
import type { Look, Takeover } from '../../model/look.ts';
import type { BacklogObject } from '../../model/objects.ts';
import { dollarQuote, quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { list, mayUseSchema } from '../asking.ts';
import { columnList, type Draft, impossible, type KindModule, lock, qualified, writing } from './draft.ts';
import { isComplete, mayNotRead } from './version.ts';

interface BacklogRow {
  readonly table: string;
  readonly into: string;
  readonly columns: readonly string[];
  /** A table that the question needs and the role may not read. */
  readonly unreadable: string | null;
  /** Null where there is such a table and the question could not be left. */
  readonly xml: string | null;
  readonly reader: string;
}

export const backlog: KindModule<'backlog', BacklogRow> = {
  rows: (look) =>
    look.takeovers.length === 0 ? null : look.takeovers.map((takeover) => query(takeover, look)).join(' UNION ALL '),
  read: ({ xml, unreadable, reader, ...row }, { schema }) => {
    if (xml === null) throw mayNotRead({ schema, table: unreadable ?? row.table, reader });
    return xml.includes('<v>') ? [{ kind: 'backlog', schema, ...row }] : [];
  },
  declare: () => [],
  write: writing({
    create: impossible,
    alter: impossible,
    rename: impossible,
    drop: ({ from }, context) => [isSaidToBeComplete(context) ? copyAtOnce(from) : copyRows(from)],
  }),
  needs: (change) => (change.type === 'drop' ? [{ right: 'use', privilege: 'INSERT', table: change.from.into }] : []),
  mend: null,
};

/**
 * Whether an older table has rows that the newer one lacks. Asked only while the newer one is missing or the version
 * row is not yet the declared one: once the schema is complete, rows may go again, and big tables need no comparing.
 */
function query({ table, into, columns }: Takeover, look: Look): string {
  const [old, key] = [`${qualified(look.schema, table)} o`, quoteIdentifier(columns[0] ?? '')];
  const all = `SELECT 1 AS v FROM ${old} LIMIT 1`;
  const missing = `SELECT 1 AS v FROM ${old} WHERE NOT EXISTS (SELECT FROM ${qualified(look.schema, into)} n WHERE n.${key} = o.${key}) LIMIT 1`;
  const isThere = `EXISTS (SELECT FROM tab WHERE relname = ${quoteLiteral(into)})`;
  const unreadable = `(SELECT t.relname FROM tab t WHERE t.relname IN (${list([table, into])})
      AND NOT (${mayUseSchema} AND has_table_privilege(t.oid, 'SELECT')) ORDER BY 1 LIMIT 1)`;
  return `SELECT ${quoteLiteral(table)} AS "table", ${quoteLiteral(into)} AS "into", ${quoteLiteral(JSON.stringify(columns))}::json AS columns,
    ${unreadable} AS unreadable, current_user AS reader, CASE WHEN ${isThere} AND ${isComplete(look)} THEN ''
      WHEN ${unreadable} IS NOT NULL THEN NULL
      WHEN ${isThere} THEN query_to_xml(${quoteLiteral(missing)}, true, false, '')::text
      ELSE query_to_xml(${quoteLiteral(all)}, true, false, '')::text END AS xml
    FROM tab WHERE relname = ${quoteLiteral(table)}
      AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = tab.oid AND NOT a.attisdropped
        AND a.attname IN (${list(columns)})) = ${columns.length}`;
}

/** Rows in one batch: some megabytes of log, a fraction of a second. */
const batch = 10_000;

/**
 * Copies in batches that are committed one by one, along the older table's key, so that it can be killed and run
 * again. COMMIT in a DO block works outside a transaction only.
 * https://www.postgresql.org/docs/current/plpgsql-transactions.html
 */
function copyRows(o: BacklogObject): Draft {
  const { schema, table, into, columns } = o;
  const names = columns.map(quoteIdentifier).join(', ');
  const key = quoteIdentifier(columns[0] ?? '');
  const body = `
DECLARE
  done text;
  upto text;
BEGIN
  LOOP
    WITH batch AS (
      SELECT ${names} FROM ${qualified(schema, table)} WHERE done IS NULL OR ${key} > done ORDER BY ${key} LIMIT ${batch}
    ), copied AS (
      INSERT INTO ${qualified(schema, into)} (${names}) SELECT ${names} FROM batch ON CONFLICT DO NOTHING
    )
    SELECT max(${key}) INTO upto FROM batch;
    EXIT WHEN upto IS NULL;
    done := upto;
    COMMIT;
  END LOOP;
END
`;
  return { sql: `DO ${dollarQuote(body)}`, ...costOf(o), commits: 'no transaction' };
}

/** All rows in one statement, which copies all of them or, killed, none. */
export const copyAtOnce = (o: BacklogObject): Draft => {
  const names = o.columns.map(quoteIdentifier).join(', ');
  return {
    sql: `INSERT INTO ${qualified(o.schema, o.into)} ${columnList(o.columns)} SELECT ${names} FROM ${qualified(o.schema, o.table)} ON CONFLICT DO NOTHING`,
    ...costOf(o),
  };
};

const costOf = ({ schema, table, into }: BacklogObject): Pick<Draft, 'locks' | 'scans'> => ({
  ...lock(relationName(schema, into), 'ROW EXCLUSIVE'),
  scans: [relationName(schema, table)],
});

/**
 * A schema that calls itself complete is not asked for a backlog once the newer table is there: what was not copied by
 * then never would be.
 */
const isSaidToBeComplete = ({ live, target }: RenderContext): boolean =>
  [...target.values()].every((o) => o.kind !== 'version' || isDeepStrictEqual(live.get(idFor(o)), o));
