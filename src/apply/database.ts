import type { Connection, Dialect, Scope, ServerFacts } from '../model/dialect.ts';
import { type QueryError, UserError } from '../model/errors.ts';

/** One database of a run: how to reach it and what it is asked about. */
export interface Database {
  readonly dialect: Dialect;
  readonly scope: Scope;
  /** Its URL with the password masked, for messages. */
  readonly where: string;
  /**
   * Opens the database; where it does not exist and is not to be written, something of the same engine that answers
   * for it, from which it can be created.
   */
  open(options: { readonly write: boolean }): Promise<Opened>;
  /** Asked before the database is taken to be missing. @throws UserError that has the operator decide */
  readonly mayBeMissing?: (server: ServerFacts) => void;
  /** Removes the database itself where nothing is left in it, for engines that keep each in a file. */
  readonly discardIfEmpty?: () => Promise<void>;
}

export interface Opened {
  readonly connection: Connection;
  /** False: the connection is to another database of the server, or to none that lasts. */
  readonly exists: boolean;
  /** False: open again with `write` before anything is changed. */
  readonly writable: boolean;
}

interface Circumstances {
  readonly message?: string;
  /** Who is connected; empty where that is not known yet. */
  readonly user?: string;
}

/** What the engine refused, for the operator: where it was, and what can be done about it. */
export const explained = (
  { dialect, scope, where }: Database,
  error: QueryError,
  { message = error.message, user = '' }: Circumstances = {},
): UserError => new UserError(message, { where, hint: dialect.explain(error, { scope, user, sql: '' }), cause: error });
