import type { Connection } from '../model/dialect.ts';
import { QueryError } from '../model/errors.ts';
import type { Place } from '../model/look.ts';
import { type KeptRecord, type MigrationRecord, recordColumns, recordIn, rowOf } from '../model/migration-record.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { qualified } from './kinds/draft.ts';
import { forTransaction } from './session.ts';

/** Writes the record, or completes the one with its id. Not worth waiting for whoever holds the table. */
export async function record(connection: Connection, { schema }: Place, entry: MigrationRecord): Promise<void> {
  const row = rowOf(entry);
  const values = Object.values(row).map((value) => (typeof value === 'string' ? quoteLiteral(value) : String(value)));
  await connection.query([
    ...forTransaction,
    `SET LOCAL lock_timeout = '10s'`,
    `INSERT INTO ${qualified(schema, 'migrations')} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})
ON CONFLICT (migration_id) DO UPDATE SET exit_code = EXCLUDED.exit_code, completed_at = EXCLUDED.completed_at`,
  ]);
}

/** No such schema, table or column. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const absent: ReadonlySet<string> = new Set(['3F000', '42P01', '42703']);

/** As `Dialect.readRecords`. A table of that name without our columns is somebody else's. */
export async function readRecords(
  connection: Connection,
  { schema }: Place,
  most: number,
): Promise<readonly KeptRecord[] | null> {
  try {
    const rows = await connection.query([
      ...forTransaction,
      `SELECT ${recordColumns} FROM ${qualified(schema, 'migrations')} ORDER BY started_at DESC, completed_at DESC LIMIT ${most}`,
    ]);
    return rows.map(recordIn);
  } catch (error) {
    if (error instanceof QueryError && absent.has(error.code)) return null;
    throw error;
  }
}
