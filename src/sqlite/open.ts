import { realpathSync, rmSync } from 'node:fs';
import type { Opened, OpenOptions } from '../model/dialect.ts';
import type { Target } from '../model/target.ts';
import { connectSqlite } from './connection/connect.ts';

/**
 * Opens the database in a target's file; where there is no file and none is to be made, an empty one in memory.
 * @throws UserError for a path without directory, a directory, a file that is no database or damaged, one that may
 * not be read or, where that was asked for, not be written, and one that another process keeps locked
 * @throws the signal's reason once that is aborted
 */
export async function open(target: Target, options: OpenOptions): Promise<Opened> {
  return connectSqlite(pathOf(target), options);
}

/** The URL of the file, which nothing is to be added to. */
export const completeUrl = (target: Target): Promise<string> => Promise.resolve(`sqlite:///${pathOf(target)}`);

/** The file; nothing else says where it is. */
export const placeOf = (target: Target): string => pathOf(target);

/** Files that SQLite may keep beside a database. https://www.sqlite.org/tempfiles.html */
const besides = ['', '-wal', '-shm', '-journal'];

/**
 * Removes the file of a database where not even one table is left in it. The exclusive transaction keeps others from
 * putting something in between the look and the removal. A symbolic link stays: the next database is to be made where it
 * leads, too.
 * @throws UserError as `open` does
 * @throws QueryError where another process keeps the file locked
 */
export async function discardIfEmpty(target: Target): Promise<void> {
  const path = pathOf(target);
  const { connection } = await connectSqlite(path, { write: true });
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

function pathOf(target: Target): string {
  if (target.dialect !== 'sqlite') throw new Error('not the URL of an SQLite file');
  return target.path;
}
