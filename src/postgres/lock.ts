import type { Connection } from '../model/dialect.ts';
import { forSession } from './session.ts';

/** Python's migration runner holds this very lock while it changes the schema, so that neither runs into the other. */
const migrationLock = 1_234_567_890;

/**
 * Tries to take the lock of the session, which gets its settings with it. It never waits: a session that waits for an advisory lock holds a snapshot, on
 * which its holder's CREATE INDEX CONCURRENTLY would wait in turn.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS
 * @returns whether it has it
 */
export async function tryLock(connection: Connection): Promise<boolean> {
  const rows = await connection.query(
    [...forSession, `SELECT pg_catalog.pg_try_advisory_lock(${migrationLock}) AS locked`],
    { timeout: 60_000 },
  );
  return rows[0]?.['locked'] === true;
}
