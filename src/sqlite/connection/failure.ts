import { UserError } from '../../model/errors.ts';
import { codeOf } from './driver.ts';

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
    [
      'PROCESS_ENDED',
      (path) => `the process that works on ${path} cannot be started, or was ended`,
      'see whether the system has memory and processes left, then run it again',
    ],
    ['SQLITE_IOERR', (path) => `the system failed to read ${path}`, 'look at the disk and at its file system'],
  ];

/**
 * The driver's error about a file that it cannot open, for the operator; the error itself where it is none of these.
 * @param patience milliseconds for which it was tried
 */
export function failure(error: unknown, path: string, patience: number): unknown {
  const found = failures.find(([code]) => codeOf(error).startsWith(code));
  if (found === undefined) return error;
  const [, message, hint] = found;
  return new UserError(message(path, patience / 1000), { hint, cause: error });
}
