import type { Catalog } from '../model/catalog.ts';
import type { Alter, Change } from '../model/change.ts';
import type { Connection } from '../model/dialect.ts';
import { QueryError } from '../model/errors.ts';
import type { ColumnObject, ObjectId } from '../model/objects.ts';
import { quoteIdentifier, quoteSqliteText } from '../sql/quote.ts';
import { rowidName } from './rebuild/rebuild.ts';
import { lossOf, mayLose } from './retype.ts';

/** Milliseconds for which the values of one column are looked through. What is not shown by then counts as not shown. */
const patience = 60_000;

/** Rows in one query: between two of them an abort is heard. */
const atOnce = 50_000;

/**
 * Looks through columns whose type is to change in a way that need not keep every value. Nothing is asked where there is
 * none.
 * @returns ids of the changes that keep every value that is there
 */
export async function prove(
  connection: Connection,
  changes: readonly Change[],
  target: Catalog,
): Promise<ReadonlySet<ObjectId>> {
  const proved = new Set<ObjectId>();
  for (const change of changes) {
    if (isRetyping(change) && mayLose(change, target) && (await isKept(connection, change))) proved.add(change.id);
  }
  return proved;
}

const isRetyping = (change: Change): change is Alter<ColumnObject> =>
  change.type === 'alter' && change.to.kind === 'column';

/** A table that cannot be read is not shown to keep its values. */
async function isKept(connection: Connection, change: Alter<ColumnObject>): Promise<boolean> {
  const { table } = change.to;
  const from = `main.${quoteIdentifier(table)}`;
  try {
    const number = await numberOf(connection, table);
    return number === null
      ? (await connection.query(`SELECT 1 FROM ${from} WHERE ${lossOf(change)} LIMIT 1`)).length === 0
      : await isKeptIn(connection, (after) => {
          const where = after === null ? '' : `WHERE ${number} > ${after}`;
          const rows = `SELECT ${number} AS number, ${lossOf(change)} AS lost FROM ${from} ${where} ORDER BY 1 LIMIT ${atOnce}`;
          return `SELECT CAST(max(number) AS TEXT) AS last, max(lost) AS lost FROM (${rows})`;
        });
  } catch (error) {
    if (error instanceof QueryError) return false;
    throw error;
  }
}

/** Of some rows, the last one's number, and whether any loses its value. */
interface Part {
  readonly last: string | null;
  readonly lost: 0 | 1 | null;
}

/** @param part a query of some rows behind that with a number */
async function isKeptIn(connection: Connection, part: (after: string | null) => string): Promise<boolean> {
  const deadline = Date.now() + patience;
  let after: string | null = null;
  while (Date.now() < deadline) {
    const [row] = (await connection.query(part(after))) as unknown as readonly Part[];
    if (row?.lost === 1) return false;
    if (row?.last == null) return true;
    after = row.last;
  }
  return false;
}

/** The name by which the number of a row can be asked for; null where there is none. */
async function numberOf(connection: Connection, table: string): Promise<string | null> {
  const rows = await connection.query(
    `SELECT x.name, l.wr FROM pragma_table_list(${quoteSqliteText(table)}) AS l, pragma_table_xinfo(${quoteSqliteText(table)}) AS x
WHERE l.schema = 'main'`,
  );
  return rowidName({ hasRowid: rows[0]?.['wr'] === 0, columns: rows.map(({ name }) => String(name)) }) ?? null;
}
