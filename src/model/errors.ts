/** What a `UserError` knows beside its message. */
export interface ErrorDetails {
  /** Where it happened: a masked URL, a file with line and column, a statement. */
  readonly where?: string | undefined;
  /** What the reader can do about it: one sentence or one command. */
  readonly hint?: string | undefined;
  /** The error of a driver or a parser that led here; printed with `--debug` only. */
  readonly cause?: unknown;
}

/**
 * An error that the reader can act on: what happened, where, and what to do.
 * The command line prints it without a stack trace and exits with 1.
 */
export class UserError extends Error {
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'UserError';
    this.where = details.where;
    this.hint = details.hint;
  }
}

/** A step that needs a consent which was not given. The command line exits with 3. */
export class RefusedError extends UserError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details);
    this.name = 'RefusedError';
  }
}

/** What a database said when it refused a statement; thrown by `Connection.query` on every dialect. */
export class QueryError extends Error {
  /** SQLSTATE on PostgreSQL, the result code's name (`SQLITE_BUSY`) on SQLite. */
  readonly code: string;
  /** Index, from 0, of the refused statement within the message that was sent. */
  readonly statement: number;
  /** The server's DETAIL and HINT lines, where it sent any. */
  readonly detail: string | undefined;

  constructor(
    message: string,
    facts: { code: string; statement: number; detail?: string | undefined; cause?: unknown },
  ) {
    super(message, { cause: facts.cause });
    this.name = 'QueryError';
    this.code = facts.code;
    this.statement = facts.statement;
    this.detail = facts.detail;
  }
}
