import { quoteIdentifier } from '../../sql/quote.ts';
import { printable } from '../encoding.ts';
import { tableOf } from '../kinds/draft.ts';
import type { Source } from './source.ts';

interface PublicationRow {
  readonly table: string;
  readonly name: string;
  readonly updates: boolean;
  readonly deletes: boolean;
  readonly isFull: boolean;
  /** The columns of the index that identifies a row; null where none does. */
  readonly identity: readonly string[] | null;
  /** Those of the primary key; null where there is none that could identify a row. */
  readonly key: readonly string[] | null;
  /** The columns that are published; null where these are all. */
  readonly listed: readonly string[] | null;
  /** The columns that rows are chosen by; null where there is no such condition. */
  readonly chosenBy: readonly string[] | null;
  /** Generated columns, which a publication of all columns leaves out. */
  readonly unpublished: readonly string[] | null;
}

const names = (condition: string): string =>
  `(SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
      WHERE a.attrelid = p.oid AND a.attnum > 0 AND NOT a.attisdropped AND ${condition})`;

const keyColumns = (condition: string): string =>
  names(`a.attnum = ANY ((SELECT i.indkey FROM pg_index i
        WHERE i.indrelid = p.oid AND i.indisvalid AND i.indimmediate AND ${condition} LIMIT 1)::int2[])`);

const isPrimary = `i.indisprimary`;

/** Whether a publication has the schema of a relation, which is so from PostgreSQL 15 on. https://www.postgresql.org/docs/current/catalog-pg-publication-namespace.html */
export const isOfSchema = (relation: string): string => `EXISTS (SELECT FROM pg_depend n
      JOIN pg_depend o ON o.classid = n.classid AND o.objid = n.objid
        AND o.refclassid = 'pg_publication'::regclass AND o.refobjid = pub.oid
      WHERE n.refclassid = 'pg_namespace'::regclass AND n.refobjid = ${relation}.relnamespace
        AND n.classid = to_regclass('pg_catalog.pg_publication_namespace'))`;

/**
 * Publications that have a table of ours with its updates or deletes. The columns of a condition are told by the text of
 * its tree; stored generated columns are published from PostgreSQL 18 on, where that is asked for, and only since then
 * missed. A table whose primary key is gone, and is to be made again, is left out.
 * https://www.postgresql.org/docs/current/logical-replication-publication.html#LOGICAL-REPLICATION-PUBLICATION-REPLICA-IDENTITY
 */
const query = `SELECT p.relname AS "table", ${printable('p.pubname')} AS name, p.pubupdate AS updates, p.pubdelete AS deletes,
    p.relreplident = 'f' AS "isFull", ${keyColumns(isPrimary)} AS key,
    ${keyColumns(`CASE p.relreplident WHEN 'd' THEN ${isPrimary} WHEN 'i' THEN i.indisreplident ELSE false END`)} AS identity,
    CASE WHEN jsonb_typeof(p.item -> 'prattrs') = 'array'
      THEN ${names(`p.item -> 'prattrs' @> to_jsonb(a.attnum)`)} END AS listed,
    ${names(`p.item ->> 'prqual' ~ format(':varattno %s ', a.attnum)`)} AS "chosenBy",
    CASE WHEN current_setting('server_version_num')::int >= 180000
      THEN ${names(`a.attgenerated <> '' AND NOT (a.attgenerated = 's' AND p.generated = 's')`)} END AS unpublished
  FROM (SELECT tab.oid, tab.relname, tab.relreplident, pub.pubname, pub.pubupdate, pub.pubdelete, to_jsonb(r) AS item,
      to_jsonb(pub) ->> 'pubgencols' AS generated
    FROM pg_publication pub CROSS JOIN tab LEFT JOIN pg_publication_rel r ON r.prpubid = pub.oid AND r.prrelid = tab.oid
    WHERE (pub.pubupdate OR pub.pubdelete) AND tab.relpersistence = 'p'
      AND (pub.puballtables OR r.oid IS NOT NULL OR ${isOfSchema('tab')})) p
  WHERE NOT (p.relreplident = 'd' AND NOT EXISTS (SELECT FROM pg_index i
    WHERE i.indrelid = p.oid AND i.indisvalid AND i.indimmediate AND i.indisprimary))`;

/** What could identify a row: all of it, columns of an index, or nothing. */
type Identity = 'full' | readonly string[] | null;

export const publication: Source<PublicationRow> = {
  mayBeThere: () => 'EXISTS (SELECT FROM pg_publication)',
  rows: () => query,
  read: (row, { schema }) => {
    const fault = faultOf(row, row.isFull ? 'full' : row.identity);
    if (fault === null) return [];
    const { table, name } = row;
    return [
      {
        relation: table,
        name,
        danger: `every ${statementsOf(row)} of the runtime in ${table} fails: the publication ${name} publishes it, and ${fault}`,
        removal: removal(row, tableOf({ schema, table })),
      },
    ];
  },
};

const statementsOf = ({ updates, deletes }: PublicationRow): string =>
  [...(updates ? ['update'] : []), ...(deletes ? ['delete'] : [])].join(' and ');

/** Why the server would refuse an update or a delete; null where it does not. */
function faultOf({ listed, chosenBy, unpublished }: PublicationRow, identity: Identity): string | null {
  if (identity === null) return 'nothing identifies the row';
  if (identity === 'full') {
    if (listed !== null) return `leaves out columns of the row that identify it, having (${listed.join(', ')}) only`;
    return unpublished === null ? null : `leaves out (${unpublished.join(', ')}), which identifies the row too`;
  }
  const missing = identity.filter((column) => listed?.includes(column) === false);
  if (missing.length > 0) return `leaves out (${missing.join(', ')}), which identifies the row`;
  const strange = (chosenBy ?? []).filter((column) => !identity.includes(column));
  return strange.length === 0 ? null : `rows are chosen by (${strange.join(', ')}), which does not identify them`;
}

function removal(row: PublicationRow, table: string): string {
  const identify = `ALTER TABLE ${table} REPLICA IDENTITY`;
  if (faultOf(row, row.key) === null) return `${identify} DEFAULT`;
  if (faultOf(row, 'full') === null) return `${identify} FULL`;
  return `ALTER PUBLICATION ${quoteIdentifier(row.name)} DROP TABLE ${table}`;
}
