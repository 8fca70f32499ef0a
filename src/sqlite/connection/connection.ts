import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection, Row } from '../../model/dialect.ts';
import { QueryError } from '../../model/errors.ts';
import { codeOf, type Patience, untilFree } from './patience.ts';

/** The part of the driver's database that is used. */
interface Database {
  readonly inTransaction: boolean;
  prepare(sql: string): Prepared;
  exec(sql: string): unknown;
  close(): unknown;
}

interface Prepared {
  /** True where it gives rows. */
  readonly reader: boolean;
  all(): unknown[];
  run(): unknown;
}

/**
 * The connection of an open file. The driver has the thread until a statement is done; where a signal was given, others
 * get it between statements, and the first that is to run after an abort does not run.
 */
export function connectionOf(database: Database, path: string, patience: Patience): Connection {
  const { signal } = patience;
  const run = runner(database, patience);

  async function query(statements: string | readonly string[]): Promise<readonly Row[]> {
    const texts = typeof statements === 'string' ? [statements] : statements;
    let rows: readonly Row[] = [];
    for (const [i, sql] of texts.entries()) {
      if (signal !== undefined) await nextTurn();
      signal?.throwIfAborted();
      try {
        rows = await run(sql);
      } catch (error) {
        signal?.throwIfAborted();
        throw new QueryError((error as Error).message, { code: codeOf(error), statement: i, cause: error });
      }
    }
    return rows;
  }

  /** Rolls back what is open. https://www.sqlite.org/c3ref/close.html */
  async function close(): Promise<void> {
    database.close();
  }

  return { url: `sqlite:///${path}`, query, close, backend: null };
}

/**
 * Runs one text at a time, and waits for another process where nothing has been done yet that a second try would do
 * twice: outside a transaction, at the beginning of one, at the first statement of one that has no lock until then, and
 * at COMMIT, which leaves the transaction as it is when it cannot have the lock. What is refused in between may have been
 * rolled back. https://www.sqlite.org/lang_transaction.html
 */
function runner(database: Database, patience: Patience): (sql: string) => Promise<readonly Row[]> {
  let hasNoLock = false;

  return async (sql) => {
    const isOutside = !database.inTransaction;
    const waits = isOutside || hasNoLock || /^\s*COMMIT\b/i.test(sql);
    const attempt = <T>(work: () => T): Promise<T> | T => (waits ? untilFree(work, patience) : work());
    const statement = await attempt(() => prepare(database, sql));
    const rows = statement === null ? execute(database, sql) : await attempt(() => rowsOf(statement));
    hasNoLock = isOutside && !/\b(?:IMMEDIATE|EXCLUSIVE)\b/i.test(sql);
    return rows;
  };
}

/** The driver prepares one statement at a time. Null for a text of several. */
function prepare(database: Database, sql: string): Prepared | null {
  try {
    return database.prepare(sql);
  } catch (error) {
    if ((error as Error).name !== 'RangeError') throw error;
    return null;
  }
}

/** Several statements at once, which give no rows. What they have done is not known where one is refused. */
function execute(database: Database, sql: string): readonly Row[] {
  database.exec(sql);
  return [];
}

function rowsOf(statement: Prepared): readonly Row[] {
  if (statement.reader) return statement.all() as Row[];
  statement.run();
  return [];
}
