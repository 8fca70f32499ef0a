import type { Connection, Scope } from '../model/dialect.ts';
import { type MigrationRecord, rowOf } from '../model/migration-record.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { qualified } from './draft.ts';

/** Python's migration runner holds this very lock while it changes the schema, so that neither runs into the other. */
const migrationLock = 1_234_567_890;

/**
 * Never waits: a session that waits for an advisory lock holds a snapshot, on which its holder's
 * CREATE INDEX CONCURRENTLY would wait in turn.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
 */
export async function tryLock(connection: Connection): Promise<boolean> {
  // Outside transactions too, no timeout of the role's may cut a statement off that needs its time.
  const rows = await connection.query([
    'SET statement_timeout = 0',
    `SELECT pg_catalog.pg_try_advisory_lock(${migrationLock}) AS locked`,
  ]);
  return rows[0]?.['locked'] === true;
}

/** Writes the record, or completes the one with its id. */
export async function record(connection: Connection, { schema }: Scope, entry: MigrationRecord): Promise<void> {
  const row = rowOf(entry);
  const values = Object.values(row).map((value) => (typeof value === 'string' ? quoteLiteral(value) : String(value)));
  await connection.query(
    `INSERT INTO ${qualified(schema, 'migrations')} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})
ON CONFLICT (migration_id) DO UPDATE SET exit_code = EXCLUDED.exit_code, completed_at = EXCLUDED.completed_at`,
  );
}
