import type { Connection, Scope } from '../model/dialect.ts';
import { type MigrationRecord, rowOf } from '../model/migration-record.ts';
import { quoteLiteral } from '../sql/quote.ts';
import { qualified } from './draft.ts';

/** Python's migration runner holds this very lock while it changes the schema, so that neither runs into the other. */
const migrationLock = 1_234_567_890;

/**
 * No limit of the role's or the database's may cut off a statement that needs its time, or a session that waits. The
 * limit for transactions came with PostgreSQL 17.
 * https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-TRANSACTION-TIMEOUT
 */
const withoutLimits = `SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
WHERE name IN ('statement_timeout', 'transaction_timeout', 'idle_session_timeout')`;

/**
 * Never waits: a session that waits for an advisory lock holds a snapshot, on which its holder's
 * CREATE INDEX CONCURRENTLY would wait in turn.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
 */
export async function tryLock(connection: Connection): Promise<boolean> {
  const rows = await connection.query(
    [withoutLimits, `SELECT pg_catalog.pg_try_advisory_lock(${migrationLock}) AS locked`],
    { timeout: 60_000 },
  );
  return rows[0]?.['locked'] === true;
}

/** Writes the record, or completes the one with its id. Not worth waiting for whoever holds the table. */
export async function record(connection: Connection, { schema }: Scope, entry: MigrationRecord): Promise<void> {
  const row = rowOf(entry);
  const values = Object.values(row).map((value) => (typeof value === 'string' ? quoteLiteral(value) : String(value)));
  await connection.query([
    `SET LOCAL lock_timeout = '10s'`,
    `INSERT INTO ${qualified(schema, 'migrations')} (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})
ON CONFLICT (migration_id) DO UPDATE SET exit_code = EXCLUDED.exit_code, completed_at = EXCLUDED.completed_at`,
  ]);
}
