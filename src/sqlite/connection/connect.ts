import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Opened, OpenOptions } from '../../model/dialect.ts';
import { UserError } from '../../model/errors.ts';
import { connectionOf } from './connection.ts';
import { codeOf, openDriver } from './driver.ts';
import { type Engine, engineHere } from './engine.ts';
import { canRunApart, engineApart } from './engine-apart.ts';
import { failure } from './failure.ts';
import { fileExists, whyNotReadable, whyNotWritable } from './file-access.ts';
import { type Patience, untilFree } from './patience.ts';

export interface ConnectOptions extends Pick<OpenOptions, 'signal' | 'onWait'> {
  /** Creates the file where it is missing. Without it nothing is changed, and no file made. */
  readonly write: boolean;
  /** Milliseconds to wait for another process that keeps the file locked; 30 s, as the DBOS runtime waits. */
  readonly patience?: number;
}

/** Milliseconds that SQLite itself waits, and nothing else of this program goes on. */
const driverTimeout = 100;

/**
 * Opens the database in a file, or an empty one in memory where there is no file. Statements that change it run in a
 * process of their own where there is a signal that can end them: what only looks is soon done, and pays for none.
 * @throws UserError for a path without directory, a directory, a file that is no database or damaged, one that may
 * not be read or, where that was asked for, not be written, and one that another process keeps locked
 * @throws the signal's reason once that is aborted
 */
export async function connectSqlite(path: string, options: ConnectOptions): Promise<Opened> {
  const { write, signal, onWait, patience: limit = 30_000 } = options;
  const exists = fileExists(path);
  refuseUnusable(path, exists, write);
  signal?.throwIfAborted();
  const onLong = (): void => onWait?.(`another process to release ${path}, for ${limit / 1000} s at most`);
  const patience: Patience = { limit, signal, onLong };
  const timeout = Math.min(driverTimeout, limit);
  const open: Open = async (source, how) =>
    prepared(engineHere(await openDriver(source, { timeout, ...how })), patience);
  const openToWrite = (file: string): Promise<Engine> =>
    signal !== undefined && canRunApart() ? prepared(engineApart(file, timeout, signal), patience) : open(file);
  try {
    const engine = await (write ? openToWrite(resolve(path)) : exists ? openToRead(path, open) : open(':memory:'));
    if (!write) await engine.run('PRAGMA query_only = ON');
    return { connection: connectionOf(engine, path, patience), exists: exists || write, writable: write };
  } catch (error) {
    signal?.throwIfAborted();
    throw failure(error, path, limit);
  }
}

type Open = (
  source: string | Buffer,
  options?: { readonly readonly?: boolean; readonly fileMustExist?: boolean },
) => Promise<Engine>;

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
async function openToRead(path: string, open: Open): Promise<Engine> {
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
async function prepared(engine: Engine, patience: Patience): Promise<Engine> {
  try {
    await engine.run('PRAGMA foreign_keys = ON');
    await untilFree(() => engine.run('SELECT count(*) FROM sqlite_master'), patience);
    return engine;
  } catch (error) {
    await engine.close();
    throw error;
  }
}
