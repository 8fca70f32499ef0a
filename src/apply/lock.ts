import type { Connection } from '../model/dialect.ts';
import { QueryError, UserError } from '../model/errors.ts';
import { type Database, explained } from './database.ts';
import { pauseFor } from './pause.ts';

/** Milliseconds for which a run waits for another one of the same database to end. */
const patience = 10 * 60_000;

/**
 * Takes the session's lock, asking again and again: a session that waits inside the server would be in the way of
 * its holder. The lock ends with the connection.
 * @throws UserError when another run holds it for ten minutes.
 */
export async function takeLock(database: Database, connection: Connection): Promise<void> {
  const deadline = Date.now() + patience;
  for (let pause = 50; !(await tryLock(database, connection)); pause = Math.min(pause * 2, 1_000)) {
    if (pause === 50) database.onWait('another migration of this database');
    if (Date.now() > deadline) {
      throw new UserError('another migration of this database has been running for ten minutes', {
        where: database.where,
        hint: "wait for it to end; if it hangs, find it with SELECT * FROM pg_locks WHERE locktype = 'advisory'",
      });
    }
    await pauseFor(pause, database.signal);
  }
}

/** @throws UserError when the server is gone, which may have happened while another database was migrated. */
async function tryLock(database: Database, connection: Connection): Promise<boolean> {
  try {
    return await database.dialect.tryLock(connection);
  } catch (error) {
    throw error instanceof QueryError ? explained(database, error) : error;
  }
}
