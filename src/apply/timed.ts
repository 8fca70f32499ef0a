import type { Connection } from '../model/dialect.ts';

/** One message to a database, as it was answered. */
export interface AnsweredQuery {
  /** Its statements. */
  readonly sql: readonly string[];
  /** How long the answer took. */
  readonly milliseconds: number;
  /** Why it was refused; null where it was not. */
  readonly error: string | null;
}

/** The connection, with someone told of each message that goes over it and how long its answer took. */
export const timed = (connection: Connection, onQuery: (query: AnsweredQuery) => void): Connection => ({
  ...connection,
  async query(statements, options) {
    const sql = typeof statements === 'string' ? [statements] : statements;
    const start = performance.now();
    const tell = (error: string | null): void => onQuery({ sql, milliseconds: performance.now() - start, error });
    const rows = await connection.query(statements, options).catch((error: unknown) => {
      tell((error as Error).message);
      throw error;
    });
    tell(null);
    return rows;
  },
});
