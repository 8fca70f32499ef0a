import type { Connection } from '../model/dialect.ts';
import type { Place } from '../model/look.ts';
import { type MigrationRecord, rowOf } from '../model/migration-record.ts';
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
