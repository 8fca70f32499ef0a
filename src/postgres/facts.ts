import { type Catalog } from '../model/catalog.ts';
import { type Facts, relationName } from '../model/facts.ts';
import { idFor } from '../model/kinds.ts';
import type { CatalogObject, ObjectId } from '../model/objects.ts';

/** What the server estimates of one table or index. */
export interface FactRow {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  /** Of an index: its table, its size in words, and how often it was used. */
  readonly table: string | null;
  readonly size: string;
  readonly scans: number;
}

/**
 * Rows of a table that nobody has analysed yet, as the planner guesses them: as many as its pages hold, when texts and
 * the like take 32 bytes. https://www.postgresql.org/docs/current/row-estimation-examples.html
 */
const guess = `pages * (SELECT (current_setting('block_size')::int - 24) / (28 + coalesce(sum(CASE WHEN a.attlen > 0 THEN a.attlen ELSE 32 END), 0))
      FROM pg_attribute a WHERE a.attrelid = oid AND a.attnum > 0 AND NOT a.attisdropped)`;

/**
 * Rows and bytes of tables and their indexes, as a part of the catalog query. As the planner does, it takes the density of rows
 * that the last VACUUM or ANALYZE found for that of the table as it is now; none are said to be there only where the
 * table has no page. https://www.postgresql.org/docs/current/catalog-pg-class.html
 */
export const factsQuery = `SELECT name, "table", bytes, pg_size_pretty(main) AS size, pg_stat_get_numscans(oid) AS scans,
    CASE WHEN pages = 0 THEN 0 ELSE greatest(1, round(CASE WHEN relpages > 0 AND reltuples >= 0 THEN pages * reltuples / relpages
      WHEN "table" IS NULL THEN ${guess} ELSE 0 END)) END AS rows
  FROM (
    SELECT oid, relname AS name, NULL AS "table", relpages, reltuples, main, main / current_setting('block_size')::int AS pages,
      CASE WHEN main = 0 THEN 0 ELSE pg_table_size(oid) END AS bytes
    FROM (SELECT *, pg_relation_size(oid) AS main FROM tab) sized
    UNION ALL
    SELECT c.oid, c.relname, sized.relname, c.relpages, c.reltuples, main, main / current_setting('block_size')::int, main
    FROM tab sized JOIN pg_index i ON i.indrelid = sized.oid JOIN pg_class c ON c.oid = i.indexrelid,
      pg_relation_size(c.oid) main
  ) measured`;

export const factsOf = (rows: readonly FactRow[], schema: string): Facts =>
  new Map(rows.map(({ name, rows: count, bytes }) => [relationName(schema, name), { rows: count, bytes }]));

/** What an operator may want to know of an index before it is dropped: `8192 bytes, 12 scans`. */
export function notesOf(rows: readonly FactRow[], catalog: Catalog): ReadonlyMap<ObjectId, string> {
  const byName = new Map(
    rows.flatMap((row) => (row.table === null ? [] : [[`${row.table}.${row.name}`, row] as const])),
  );
  const noteOf = (object: CatalogObject): readonly (readonly [ObjectId, string])[] => {
    const row = object.kind === 'index' ? byName.get(`${object.table}.${object.name}`) : undefined;
    return row === undefined ? [] : [[idFor(object), `${row.size}, ${row.scans} scans`]];
  };
  return new Map([...catalog.values()].flatMap(noteOf));
}
