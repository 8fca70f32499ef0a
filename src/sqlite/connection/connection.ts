import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection, Row } from '../../model/dialect.ts';
import { QueryError } from '../../model/errors.ts';
import { codeOf } from './driver.ts';
import { type Engine, isCommit } from './engine.ts';
import { type Patience, untilFree } from './patience.ts';

/**
 * The connection of an open file. Where a signal was given, others get the thread between statements, and the first that
 * is to run after an abort does not run.
 */
export function connectionOf(engine: Engine, path: string, patience: Patience): Connection {
  const { signal } = patience;
  const run = runner(engine, patience);

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

  return { url: `sqlite:///${path}`, query, close: () => engine.close(), backend: null };
}

/**
 * Runs one text at a time, and waits for another process where nothing has been done yet that a second try would do
 * twice: outside a transaction, at the beginning of one, at the first statement of one that has no lock until then, and
 * at COMMIT, which leaves the transaction as it is when it cannot have the lock. What is refused in between may have been
 * rolled back. https://www.sqlite.org/lang_transaction.html
 */
function runner(engine: Engine, patience: Patience): (sql: string) => Promise<readonly Row[]> {
  let hasNoLock = false;

  return async (sql) => {
    const isOutside = !engine.inTransaction;
    const waits = isOutside || hasNoLock || isCommit(sql);
    const rows = await (waits ? untilFree(() => engine.run(sql), patience) : engine.run(sql));
    hasNoLock = isOutside && !/\b(?:IMMEDIATE|EXCLUSIVE)\b/i.test(sql);
    return rows;
  };
}
