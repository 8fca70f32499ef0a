import { realpathSync, rmSync } from 'node:fs';
import { openSqlite } from './connect.ts';

/** Files that SQLite may keep beside a database. https://www.sqlite.org/tempfiles.html */
const besides = ['', '-wal', '-shm', '-journal'];

/**
 * Removes the file of a database where not even one table is left in it. The exclusive transaction keeps others from
 * putting something in between the look and the removal. A symbolic link stays: the next database is to be made where it
 * leads, too.
 */
export async function discardIfEmpty(path: string): Promise<void> {
  const { connection } = await openSqlite(path, { write: true });
  try {
    await connection.query('BEGIN EXCLUSIVE');
    const left = await connection.query('SELECT 1 FROM sqlite_master LIMIT 1');
    if (left.length > 0) return;
    const file = realpathSync(path);
    for (const suffix of besides) rmSync(file + suffix, { force: true });
  } finally {
    await connection.close();
  }
}
