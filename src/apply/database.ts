import type { Connection, Dialect, Opened } from '../model/dialect.ts';
import { type QueryError, UserError } from '../model/errors.ts';
import type { Scope } from '../model/look.ts';
import type { ColumnObject } from '../model/objects.ts';
import type { History } from '../planner/history.ts';
import { type AnsweredQuery, timed } from './timed.ts';
import type { Environment, Target } from '../model/target.ts';

/** One database of a run: how to reach it and what it is asked about. */
export interface Database {
  readonly dialect: Dialect;
  readonly target: Target;
  readonly scope: Scope;
  /** Its URL with the password masked, for messages. */
  readonly where: string;
  /** As in `OpenOptions`. */
  readonly environment: Environment | null;
  readonly signal?: AbortSignal | undefined;
  /** The statement that gives a column another name, for messages. */
  readonly renameColumn?: (column: ColumnObject, newName: string) => string;
  /** Told whom or what the run waits for. */
  readonly onWait: (what: string) => void;
  /** Told what the engine warns of. */
  readonly onWarning?: ((text: string) => void) | undefined;
  /** Told of each message that is sent, once it is answered. */
  readonly onQuery?: ((query: AnsweredQuery) => void) | undefined;
  /** What the releases of the runtime made; read only where something differs. */
  readonly history: () => Promise<History>;
  /**
   * The URL, masked, of the database that is meant where `scope.alternative` is there and this one is not: to create
   * this one would hide from the operator what is in that one.
   */
  readonly alternative?: string;
}

/** Opens it. The caller closes the connection. @throws UserError for whatever keeps it from being opened */
export async function openDatabase(
  { dialect, target, environment, signal, onWait, onWarning, onQuery }: Database,
  { write }: { readonly write: boolean },
): Promise<Opened> {
  const opened = await dialect.open(target, { write, environment, signal, onWait, onWarning });
  return onQuery === undefined ? opened : { ...opened, connection: timed(opened.connection, onQuery) };
}

/** The database as one that an abort does not break off: for what has to be said of the run that was aborted. */
export const withoutSignal = (database: Database): Database => ({ ...database, signal: undefined });

/** Opens it for one piece of work, and closes it whatever becomes of that. */
export async function withConnection<T>(
  database: Database,
  options: { readonly write: boolean },
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { connection } = await openDatabase(database, options);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
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
