import type { Catalog } from './catalog.ts';
import type { Change } from './change.ts';
import type { Definitions } from './definition.ts';
import type { QueryError } from './errors.ts';
import type { MigrationRecord } from './migration-record.ts';
import type { ObjectId } from './objects.ts';
import type { Statement } from './plan.ts';

export type DialectName = 'postgres' | 'sqlite';

/** A row as the driver gives it, by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** One open connection. Nothing outside a dialect's `connect.ts` sees the driver behind it. */
export interface Connection {
  /**
   * Sends the statements as one message (one round trip where the dialect has any) and gives the last one's rows.
   * A message is no transaction of its own: say BEGIN and COMMIT.
   * @throws QueryError with the index of the statement that was refused; those behind it did not run.
   */
  query(statements: string | readonly string[], options?: QueryOptions): Promise<readonly Row[]>;
  close(): Promise<void>;
  /** The URL of this very connection, complete with user and password wherever they came from. Never print it. */
  readonly url: string;
}

export interface QueryOptions {
  /** Milliseconds after which a silent server is given up; none for statements that may take hours. */
  readonly timeout?: number;
}

/** What an introspector is asked for. */
export interface Scope {
  /** Name of the database, or the path of the file. */
  readonly database: string;
  readonly schema: string;
  readonly definitions: Definitions;
  /** The role whose grants are part of the catalog, as with `--app-role`. */
  readonly role: string | null;
  /** Asks for `strangers` too, which only `reset` needs and a crowded schema makes slow. */
  readonly surroundings?: boolean;
  /** Another database of the server, which may be what is meant where this one is missing. */
  readonly alternative?: string;
}

/** Something that a plan needs and the connected role may not do. */
export interface LackingRight {
  /** Behind `may not`. */
  readonly what: string;
  /** The statement that helps, to be run by somebody who may. */
  readonly remedy: string;
}

/** What an introspector found. */
export interface LiveState {
  /** What the role lacks for these changes; absent where the engine knows no rights. */
  readonly lackingRights?: (changes: readonly Change[], exists: boolean) => readonly LackingRight[];
  readonly catalog: Catalog;
  /** What the operator may want to know of an object and is no part of its definition: `8192 bytes, 12 scans`. */
  readonly notes?: ReadonlyMap<ObjectId, string>;
  readonly server: ServerFacts;
}

export interface ServerFacts {
  readonly product: 'PostgreSQL' | 'CockroachDB' | 'SQLite';
  /** As the server says it: `16.4`. */
  readonly version: string;
  /** Why nothing can be written here, in the operator's words; null where writing is possible. */
  readonly readOnly: string | null;
  /** What the operator should know before a plan for this server is trusted. */
  readonly caveat?: string;
  /** Whether the scope's role exists; true where none was asked for. */
  readonly roleExists: boolean;
  /** Whether the scope's alternative is there. */
  readonly hasAlternative?: boolean;
  /** Who is connected. */
  readonly user: string;
  /** Names, with their kind, of all else that stands in the schema; they keep it from being dropped. */
  readonly strangers: readonly string[];
}

/** An object of somebody else that would not survive the drop of ours. */
export interface Dependent {
  /** In the engine's words: `view public.report`. */
  readonly name: string;
  /** The statement that takes it away. */
  readonly drop: string;
  /** What makes it again; null where no text can, since it holds rows or is of a kind that nobody here can describe. */
  readonly definition: string | null;
}

/** All that differs between databases. */
export interface Dialect {
  readonly name: DialectName;
  /** The schema that comes with every database, and is never dropped. */
  readonly lastingSchema: string;
  /** Opens a transaction that writes, with the settings that hold in it. */
  readonly begin: readonly string[];
  /**
   * What keeps a second run out: a lock of the session, taken by `tryLock` before the plan is checked against its
   * basis, or the write transaction itself, inside which it is checked.
   */
  readonly exclusion: 'session' | 'transaction';
  /** Tries to take the session's lock, without waiting; true where the transaction is the lock. */
  tryLock(connection: Connection): Promise<boolean>;
  /** Writes the record, or completes the one with its id. */
  record(connection: Connection, scope: Scope, record: MigrationRecord): Promise<void>;
  /** Whether the same statement may succeed a moment later, because only others stood in its way. */
  isTransient(error: QueryError): boolean;
  /** What an operator can do about a refused statement; undefined where nothing more than the message is known. */
  explain(
    error: QueryError,
    context: { readonly scope: Scope; readonly user: string; readonly sql: string },
  ): string | undefined;
  /** The declared catalog in the engine's own spelling. */
  declare(definitions: Definitions, options: DeclareOptions): Catalog;
  introspect(connection: Connection, scope: Scope): Promise<LiveState>;
  /** What holds in a database that is still to be created. */
  absent(scope: Scope): Catalog;
  /** Gives the live catalog with texts that only spell the declared ones otherwise replaced by these. */
  settle(live: Catalog, declared: Catalog, definitions: Definitions): Promise<Catalog>;
  /** Statements for ordered changes. @throws UserError where a change cannot be made. */
  render(changes: readonly Change[], context: RenderContext): readonly Statement[];
  /** Others' objects that depend on the tables and functions of the scope, those to be dropped first coming first. */
  dependents(connection: Connection, scope: Scope): Promise<readonly Dependent[]>;
}

export interface DeclareOptions {
  readonly schema: string;
  readonly database: string;
  readonly role: string | null;
  /** What the server turned out to be; the dialect's own product unless said. */
  readonly product?: ServerFacts['product'];
}

export interface RenderContext {
  readonly live: Catalog;
  readonly target: Catalog;
  /** As in `DeclareOptions`. */
  readonly product?: ServerFacts['product'];
}
