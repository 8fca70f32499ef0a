import { type Facts, relationName, type RelationFacts } from '../model/facts.ts';
import type { Connection, Row } from '../model/dialect.ts';
import { quoteIdentifier, quoteSqliteText } from '../sql/quote.ts';
import type { FileRow } from './catalog-answer.ts';
import { schema } from './names.ts';

/** A table as sizes are asked of it. */
export interface SizedTable {
  readonly name: string;
  /** How facts name it. */
  readonly spelling: string;
  /** Those that hold values. */
  readonly columns: readonly string[];
  readonly hasRowid: boolean;
}

/** So many of the newest rows tell how long a row is. */
const sample = 20;

/** Bytes of a row beside its values: its length, its number, its place in the page. https://www.sqlite.org/fileformat2.html#b_tree_pages */
const frame = 8;

/** Tables in one query: SQLite takes 500 of them. https://www.sqlite.org/limits.html#max_compound_select */
const atOnce = 200;

/**
 * Sizes of tables, without a scan. Whether a table has rows is known. How many there are is what ANALYZE counted, where
 * it has run, or the distance between the lowest and the highest number of a row, whichever is less: exact for rows that
 * were never deleted but at the ends, too many where some are gone in between, too few where many came since ANALYZE.
 * Without numbers of rows and without ANALYZE it is as many as the file could hold. Bytes are those of as many rows like
 * the newest ones, without indexes and free space, and no more than the file has: wrong by as much as the newest rows are
 * unlike the others.
 * https://www.sqlite.org/fileformat2.html#stat1tab
 */
export async function readFacts(connection: Connection, tables: readonly SizedTable[], file: FileRow): Promise<Facts> {
  const facts = new Map<string, RelationFacts>();
  for (let at = 0; at < tables.length; at += atOnce) {
    const some = tables.slice(at, at + atOnce);
    const rows = await connection.query(some.map((table) => question(table, file)).join('\nUNION ALL '));
    some.forEach((table, i) => facts.set(relationName(schema, table.spelling), answer(table, rows[i] ?? {}, file)));
  }
  // No plan looks through them, so that nobody asks how many rows they have.
  for (const name of file.statistics) facts.set(relationName(schema, name), { rows: 1, bytes: 0 });
  if (file.journal === 'wal') facts.set(log, { rows: 1, bytes: 0 });
  return facts;
}

/** The write-ahead log, which stands beside the file under a name that ends so. */
const log = relationName(schema, '-wal');

/** Whether readers go on beside a writer whatever that writes. https://www.sqlite.org/wal.html#concurrency */
export const hasLog = (facts: Facts): boolean => facts.has(log);

/** The tables of ANALYZE, as far as they are there. */
export const statisticsIn = (facts: Facts): readonly string[] =>
  ['sqlite_stat1', 'sqlite_stat4'].filter((name) => facts.has(relationName(schema, name)));

/** `_rowid_` is a column of that name in hardly any table, as `rowid` may be. */
function question({ name, columns, hasRowid }: SizedTable, { statistics }: FileRow): string {
  const from = `FROM main.${quoteIdentifier(name)}`;
  const length = columns.map((column) => `ifnull(octet_length(${quoteIdentifier(column)}), 0)`).join(' + ');
  const distance = `(SELECT max(_rowid_) ${from}) - (SELECT min(_rowid_) ${from}) + 1`;
  const counted = `(SELECT max(CAST(stat AS INTEGER)) FROM main.sqlite_stat1 WHERE tbl = ${quoteSqliteText(name)})`;
  const newest = `SELECT ${length} AS length ${from} ${hasRowid ? 'ORDER BY _rowid_ DESC' : ''} LIMIT ${sample}`;
  return `SELECT ${hasRowid ? distance : 'NULL'} AS distance, ${statistics.includes('sqlite_stat1') ? counted : 'NULL'} AS counted,
  (SELECT avg(length) FROM (${newest})) AS length`;
}

function answer({ columns }: SizedTable, row: Row, { bytes }: FileRow): RelationFacts {
  const { distance, counted, length } = row as Readonly<Record<string, number | null>>;
  if (length == null) return { rows: 0, bytes: 0 };
  const shortest = frame + columns.length;
  const rows = Math.max(1, Math.min(distance ?? Infinity, counted ?? Infinity, Math.ceil(bytes / shortest)));
  return { rows, bytes: Math.min(bytes, Math.round(rows * (shortest + length))) };
}
