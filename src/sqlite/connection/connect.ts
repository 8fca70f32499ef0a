import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type Driver from 'better-sqlite3';
import type { Connection, Row } from '../../model/dialect.ts';
import { QueryError, UserError } from '../../model/errors.ts';
import { fileExists, whyNotReadable, whyNotWritable } from './file-access.ts';

export interface OpenOptions {
  /** Creates the file where it is missing. Without it nothing is changed, and no file made. */
  readonly write: boolean;
  /** Milliseconds to wait for another process that writes; 30 s, as the DBOS runtime waits. */
  readonly timeout?: number;
}

/** A connection, to an empty database in memory where there is no file. */
export interface OpenedFile {
  readonly connection: Connection;
  readonly exists: boolean;
  readonly writable: boolean;
}

/**
 * Opens the database in a file.
 * @throws UserError for a path without directory, a directory, a file that is no database or damaged, one that may
 * not be read or, where that was asked for, not be written, and one that another process keeps locked.
 */
export async function openSqlite(path: string, { write, timeout = 30_000 }: OpenOptions): Promise<OpenedFile> {
  const exists = fileExists(path);
  refuseUnusable(path, exists, write);
  const { default: Database } = await import('better-sqlite3');
  const open: Open = (source, options) => new Database(source, { timeout, ...options });
  try {
    if (write) return { connection: connectionOf(prepared(open(resolve(path))), path), exists: true, writable: true };
    const database = exists ? openToRead(path, open) : open(':memory:');
    database.pragma('query_only = ON');
    return { connection: connectionOf(database, path), exists, writable: false };
  } catch (error) {
    throw failure(error, path, timeout);
  }
}

type Open = (source: string | Buffer, options?: Driver.Options) => Driver.Database;

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
function openToRead(path: string, open: Open): Driver.Database {
  const file = resolve(path);
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
  try {
    return prepared(open(file, { readonly: hasLog, fileMustExist: true }));
  } catch (error) {
    if (hasLog || !cannotMakeLog.has(codeOf(error))) throw error;
    return prepared(open(withoutLog(readFileSync(file))));
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
function prepared(database: Driver.Database): Driver.Database {
  try {
    database.pragma('foreign_keys = ON');
    database.prepare('SELECT count(*) FROM sqlite_master').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const connectionOf = (database: Driver.Database, path: string): Connection => ({
  url: `sqlite:///${path}`,
  query: async (statements) => runAll(database, typeof statements === 'string' ? [statements] : statements),
  close: async () => {
    database.close();
  },
});

function runAll(database: Driver.Database, statements: readonly string[]): readonly Row[] {
  let rows: readonly Row[] = [];
  for (const [i, sql] of statements.entries()) {
    try {
      rows = run(database, sql);
    } catch (error) {
      throw new QueryError((error as Error).message, { code: codeOf(error), statement: i, cause: error });
    }
  }
  return rows;
}

/** The driver prepares one statement at a time; a text of several gives no rows. */
function run(database: Driver.Database, sql: string): readonly Row[] {
  let statement: Driver.Statement<[], Row>;
  try {
    statement = database.prepare(sql);
  } catch (error) {
    if ((error as Error).name !== 'RangeError') throw error;
    database.exec(sql);
    return [];
  }
  if (statement.reader) return statement.all();
  statement.run();
  return [];
}

/** The name of SQLite's result code; misuse is what the driver itself refuses. https://www.sqlite.org/rescode.html */
const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? 'SQLITE_MISUSE';

/** What keeps a file from being opened, by the first word or words of the result code. */
const failures: readonly (readonly [code: string, message: (path: string, seconds: number) => string, hint: string])[] =
  [
    [
      'SQLITE_NOTADB',
      (path) => `${path} is no SQLite database, or an encrypted one`,
      'check the path; a new database goes to a path where no file is',
    ],
    [
      'SQLITE_CORRUPT',
      (path) => `the database ${path} is damaged`,
      'restore a backup, or save what is left with the .recover command of the sqlite3 shell',
    ],
    [
      'SQLITE_BUSY',
      (path, seconds) => `another process has kept ${path} locked for ${seconds} s`,
      'stop the process that writes to it, or try again when it is done',
    ],
    [
      'SQLITE_READONLY',
      (path) => `an interrupted write to ${path} has to be undone first, which needs permission to write`,
      'open it once as its owner: sqlite3 FILE .schema',
    ],
    [
      'SQLITE_CANTOPEN',
      (path) => `${path} or a file beside it cannot be opened`,
      'look at the permissions of the file, of those named alike with -wal and -shm, and of their directory',
    ],
    ['SQLITE_IOERR', (path) => `the system failed to read ${path}`, 'look at the disk and at its file system'],
  ];

function failure(error: unknown, path: string, timeout: number): unknown {
  const found = failures.find(([code]) => codeOf(error).startsWith(code));
  if (found === undefined) return error;
  const [, message, hint] = found;
  return new UserError(message(path, timeout / 1000), { hint, cause: error });
}
