import type { QueryError } from '../model/errors.ts';

/** Advice by result code, the more special ones first. https://www.sqlite.org/rescode.html */
const advice: readonly (readonly [code: string, hint: string])[] = [
  ['SQLITE_BUSY', 'another process is writing to the file: stop it, or run this again when it is done'],
  ['PROCESS_ENDED', 'whoever opens the file next goes back to what was committed: run it again'],
  ['SQLITE_LOCKED', 'another connection of this process uses the table: run this again'],
  [
    'SQLITE_CONSTRAINT_NOTNULL',
    'rows have no value in a column that needs one and has no default: fill or delete them, then run it again',
  ],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'rows that must differ are equal: keep one of each, then run it again'],
  ['SQLITE_CONSTRAINT_ROWID', 'rows that must differ are equal: keep one of each, then run it again'],
  ['SQLITE_CONSTRAINT_UNIQUE', 'rows that must differ are equal: keep one of each, then run it again'],
  [
    'SQLITE_CONSTRAINT_FOREIGNKEY',
    'rows point at others that are gone: delete them, or restore what they point at, then run it again',
  ],
  ['SQLITE_CONSTRAINT_TRIGGER', 'a trigger of yours refuses it: drop the trigger, run this again, and make it again'],
  ['SQLITE_CONSTRAINT', 'rows break the condition named above: correct or delete them, then run it again'],
  ['SQLITE_MISMATCH', 'an integer key holds something else: correct or delete these rows, then run it again'],
  ['SQLITE_READONLY', 'run it as the owner of the file, or make the file and its directory writable'],
  ['SQLITE_FULL', 'the disk is full: free space, twice the size of the file at most, then run it again'],
  ['SQLITE_CORRUPT', 'the file is damaged: restore a backup, or save what is left with .recover in the sqlite3 shell'],
  ['SQLITE_IOERR', 'the system failed to read or write: look at the disk and at its file system'],
  ['SQLITE_CANTOPEN', 'a file beside the database cannot be made: look at the permissions of its directory'],
];

/** A function, a collation or a module that an application gives its own connections. */
const isApplications = /^(?:no such (?:function|collation sequence|module)|unknown function)/;

/** What an operator can do about a refused statement, though it be no more than to read what SQLite says. */
export const explain = ({ code, message }: QueryError): string =>
  isApplications.test(message)
    ? 'only your application has it: drop the trigger, the index or the column that needs it, run this again, and let your application make it again'
    : (advice.find(([prefix]) => code.startsWith(prefix))?.[1] ??
      `mend what SQLite names above (${code}), then run it again`);

/** Another process holds the lock; the connection has waited its own time for it already. */
export const isTransient = ({ code }: QueryError): boolean => code.startsWith('SQLITE_BUSY');
