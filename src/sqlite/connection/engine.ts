import type { Row } from '../../model/dialect.ts';
import { type OpenFile, perform } from './driver.ts';

/** What runs statements on an open file, one at a time: the driver in this thread, or in a process of its own. */
export interface Engine {
  readonly inTransaction: boolean;
  /**
   * Runs one text and gives its rows; a text of several statements gives none.
   * @throws DriverError
   */
  run(sql: string): Promise<readonly Row[]>;
  /** Rolls back what is open. https://www.sqlite.org/c3ref/close.html */
  close(): Promise<void>;
}

/** Whether a text ends a transaction by keeping what it did. */
export const isCommit = (sql: string): boolean => /^\s*COMMIT\b/i.test(sql);

/** The driver in this thread, which does nothing else until a statement is done. */
export const engineHere = (database: OpenFile): Engine => ({
  get inTransaction() {
    return database.inTransaction;
  },
  run: async (sql) => perform(database, sql),
  close: async () => void database.close(),
});
