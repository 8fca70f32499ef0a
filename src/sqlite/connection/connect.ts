import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type Driver from 'better-sqlite3';
import type { Opened, OpenOptions } from '../../model/dialect.ts';
import { UserError } from '../../model/errors.ts';
import { connectionOf } from './connection.ts';
import { failure } from './failure.ts';
import { fileExists, whyNotReadable, whyNotWritable } from './file-access.ts';
import { codeOf, type Patience, untilFree } from './patience.ts';

export interface ConnectOptions extends Pick<OpenOptions, 'signal' | 'onWait'> {
  /** Creates the file where it is missing. Without it nothing is changed, and no file made. */
  readonly write: boolean;
  /** Milliseconds to wait for another process that keeps the file locked; 30 s, as the DBOS runtime waits. */
  readonly patience?: number;
}

/** Milliseconds that SQLite itself waits, and nothing else of this program goes on. */
const driverTimeout = 100;

/**
 * Opens the database in a file, or an empty one in memory where there is no file.
 * @throws UserError for a path without directory, a directory, a file that is no database or damaged, one that may
 * not be read or, where that was asked for, not be written, and one that another process keeps locked
 * @throws the signal's reason once that is aborted
 */
export async function connectSqlite(path: string, options: ConnectOptions): Promise<Opened> {
  const { write, signal, onWait, patience: limit = 30_000 } = options;
  const exists = fileExists(path);
  refuseUnusable(path, exists, write);
  const { default: Database } = await import('better-sqlite3');
  signal?.throwIfAborted();
  const onLong = (): void => onWait?.(`another process to release ${path}, for ${limit / 1000} s at most`);
  const patience: Patience = { limit, signal, onLong };
  const open: Open = (source, how) =>
    prepared(new Database(source, { timeout: Math.min(driverTimeout, limit), ...how }), patience);
  try {
    const database = await (write ? open(resolve(path)) : exists ? openToRead(path, open) : open(':memory:'));
    if (!write) database.pragma('query_only = ON');
    return { connection: connectionOf(database, path, patience), exists: exists || write, writable: write };
  } catch (error) {
    signal?.throwIfAborted();
    throw failure(error, path, limit);
  }
}

type Open = (source: string | Buffer, options?: Driver.Options) => Promise<Driver.Database>;

function refuseUnusable(path: string, exists: boolean, write: boolean): void {
  const unreadable = exists ? whyNotReadable(path) : null;
  if (unreadable !== null) throw new UserError(unreadable, { hint: `as its owner: chmod u+r "${path}"` });
  const unwritable = write ? whyNotWritable(path) : null;
  if (unwritable !== null) {
    throw new UserError(unwritable, {
      hint: 'run it as the owner of the file, or make it writable; --check and --plan only read',
    });
  }
}

/**
 * Opens an existing file without changing it. In WAL mode even a reader makes files beside it, which only a
 * connection that could write takes away again; where they cannot be made, the file is read as a whole.
 * https://www.sqlite.org/wal.html#read_only_databases
 */
async function openToRead(path: string, open: Open): Promise<Driver.Database> {
  const file = resolve(path);
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  try {
    return await open(file, { readonly: hasLog, fileMustExist: true });
  } catch (error) {
    if (hasLog || !cannotMakeLog.has(codeOf(error))) throw error;
    return open(withoutLog(readFileSync(file)));
  }
}

const cannotMakeLog = new Set(['SQLITE_CANTOPEN', 'SQLITE_READONLY_DIRECTORY']);

/**
 * A database in memory cannot keep a write-ahead log, so its header must not say that there is one.
 * https://www.sqlite.org/c3ref/deserialize.html
 */
function withoutLog(content: Buffer): Buffer {
  content.fill(1, 18, 20);
  return content;
}

/** Reads the schema: only then does SQLite look at what it has opened. */
async function prepared(database: Driver.Database, patience: Patience): Promise<Driver.Database> {
  try {
    database.pragma('foreign_keys = ON');
    await untilFree(() => database.prepare('SELECT count(*) FROM sqlite_master').get(), patience);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
