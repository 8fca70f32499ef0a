import type { Connection, Proof } from '../model/dialect.ts';
import { quoteIdentifier, quoteSqliteText } from '../sql/quote.ts';
import { rowidName } from './rebuild/rebuild.ts';
import { lossOf, mayLose } from './retype.ts';

/** Rows in one query: between two of them an abort is heard. */
const atOnce = 50_000;

export const proof: Proof = {
  isNeeded: mayLose,
  async isKept(connection, change, patience) {
    const { table } = change.to;
    const from = `main.${quoteIdentifier(table)}`;
    const number = await numberOf(connection, table);
    if (number === null) {
      return (await connection.query(`SELECT 1 FROM ${from} WHERE ${lossOf(change)} LIMIT 1`)).length === 0;
    }
    return isKeptIn(connection, patience, (after) => {
      const where = after === null ? '' : `WHERE ${number} > ${after}`;
      const rows = `SELECT ${number} AS number, ${lossOf(change)} AS lost FROM ${from} ${where} ORDER BY 1 LIMIT ${atOnce}`;
      return `SELECT CAST(max(number) AS TEXT) AS last, max(lost) AS lost FROM (${rows})`;
    });
  },
};

/** Of some rows, the last one's number, and whether any loses its value. */
interface Part {
  readonly last: string | null;
  readonly lost: 0 | 1 | null;
}

/** @param part a query of some rows behind that with a number */
async function isKeptIn(
  connection: Connection,
  patience: number,
  part: (after: string | null) => string,
): Promise<boolean> {
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
