import type { Catalog } from './catalog.ts';
import type { Alter, Change } from './change.ts';
import type { Definitions } from './definition.ts';
import type { QueryError } from './errors.ts';
import type { Facts } from './facts.ts';
import type { Look, Place, Scope } from './look.ts';
import type { KeptRecord, MigrationRecord } from './migration-record.ts';
import type { Obstacle } from './obstacle.ts';
import type { CatalogObject, ColumnObject, ObjectId } from './objects.ts';
import type { Statement } from './plan.ts';
import type { Environment, Target } from './target.ts';

export type DialectName = 'postgres' | 'sqlite';

/** A row as the driver gives it, by column name. */
export type Row = Readonly<Record<string, unknown>>;

/** One open connection. Nothing outside a dialect's `connection/` sees the driver behind it. */
export interface Connection {
  /**
   * Sends the statements as one message (one round trip where the dialect has any) and gives the last one's rows.
   * A message is no transaction of its own: say BEGIN and COMMIT.
   * @throws QueryError with the index of the statement that was refused; those behind it did not run.
   * @throws the reason of the signal that the connection was opened with, once that is aborted
   */
  query(statements: string | readonly string[], options?: QueryOptions): Promise<readonly Row[]>;
  close(): Promise<void>;
  /** The process of the server that the connection was told it has; null where engines or servers have none. */
  readonly backend: number | null;
  /** The URL of this very connection, complete with user and password wherever they came from. Never print it. */
  readonly url: string;
}

export interface QueryOptions {
  /** Milliseconds after which a silent server is given up; none for statements that may take hours. */
  readonly timeout?: number;
}

export interface OpenOptions {
  /** Whether the database is going to be changed; an engine that keeps it in a file makes that file. */
  readonly write: boolean;
  /** Where `PG…` variables and the like are looked up. Null: nowhere, nor are the files read that an engine reads unasked. */
  readonly environment: Environment | null;
  /** Aborted, it ends whatever the connection is doing: what runs on the server is cancelled there. */
  readonly signal?: AbortSignal | undefined;
  /** Told what is waited for, where another process keeps the database locked. */
  readonly onWait?: ((what: string) => void) | undefined;
  /** Told what the engine warns of, on engines that do. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** A connection, and what it is one to. */
export interface Opened {
  readonly connection: Connection;
  /** False: the connection is to another database of the server, or to none that lasts. */
  readonly exists: boolean;
  /** False: open again with `write` before anything is changed. */
  readonly writable: boolean;
}

/** Something that a plan needs and the connected role may not do. */
export interface LackingRight {
  /** Behind `may not`. */
  readonly what: string;
  /** The statement that helps, with its semicolon, to be run by somebody who may; or what else helps. */
  readonly remedy: string;
  /** The role that may do it already; null where it has no owner yet. */
  readonly owner: string | null;
}

/** What an introspector found. */
export interface LiveState {
  readonly catalog: Catalog;
  /** Sizes of tables and indexes, as the engine estimates them. */
  readonly facts: Facts;
  /** What the operator may want to know of an object and is no part of its definition: `8192 bytes, 12 scans`. */
  readonly notes: ReadonlyMap<ObjectId, string>;
  readonly server: ServerFacts;
  /**
   * What the reading could not look at, in the operator's words, on engines and for roles that are not shown all. Its
   * `dialect` takes that to be as declared.
   */
  readonly unread?: readonly string[];
  /** What the role lacks for these changes. */
  readonly lackingRights: (changes: readonly Change[], exists: boolean) => readonly LackingRight[];
  /** Objects of others that the engine would refuse these changes for; not there where an engine refuses none. */
  readonly blockers?: (changes: readonly Change[]) => Promise<readonly Obstacle[]>;
  /** Set where the server is another product than its URL says, or was not looked at whole: how that is spoken to. */
  readonly dialect?: Dialect;
}

export interface ServerFacts {
  /** `PostgreSQL`, `SQLite`, or as the server calls itself. */
  readonly product: string;
  /** As the server says it: `16.4`. */
  readonly version: string;
  /** Why nothing can be written here, in the operator's words; null where writing is possible. */
  readonly readOnly: string | null;
  /** Set where a pooler was found between this program and the server. */
  readonly isPooled?: true;
  /** What to do where nothing can be written here and there is more to say than to go elsewhere. */
  readonly wayOut?: string;
  /** What the operator should know before a plan for this server is trusted. */
  readonly caveat?: string;
  /** Whether the scope's role exists; true where none was asked for. */
  readonly roleExists: boolean;
  /** Whether the scope's alternative is there. */
  readonly hasAlternative: boolean;
  /** Who is connected. */
  readonly user: string;
  /** Names, with their kind, of all else that stands in the schema; they keep it from being dropped. */
  readonly strangers: readonly string[];
  /** What runs by itself when something is created or altered, and can change it, with the statement that switches it off. */
  readonly eventTriggers?: readonly { readonly name: string; readonly disable: string }[];
}

/** A live catalog beside a declared one. */
export interface Settled {
  /** The live objects under the names that the declared side has for them, otherwise as they are. */
  readonly named: Catalog;
  /** The same, with texts that only spell the declared ones otherwise replaced by these. */
  readonly catalog: Catalog;
}

/** All that differs between databases. */
export interface Dialect {
  readonly name: DialectName;
  /** The schema that comes with every database, and is never dropped. */
  readonly lastingSchema: string;
  /** Statements that a session sends before it changes anything, so that nobody's settings change what it does. */
  readonly session: readonly string[];
  /** Opens a transaction that writes, with the settings that hold in it. */
  readonly begin: readonly string[];
  /**
   * What keeps a second run out: a lock of the session, taken by `tryLock` before the plan is checked against its
   * basis, or the write transaction itself, inside which it is checked.
   */
  readonly exclusion: 'session' | 'transaction';
  /**
   * The URL with all that the environment adds to it, its password too, without connecting. Never print it.
   * @throws UserError for a value that cannot be meant and a file that cannot be read
   */
  readonly completeUrl: (target: Target, environment: Environment | null) => Promise<string>;
  /**
   * Where the database is, whoever connects and however: equal for two targets that lead to the same one by the same way.
   * @throws UserError for a host or a port that cannot be meant
   */
  readonly placeOf: (target: Target, environment: Environment | null) => string;
  /**
   * Opens the database of a target; where it does not exist and is not to be written, something of the same engine that
   * answers for it, from which it can be created.
   * @throws UserError for whatever keeps it from being opened
   */
  open(target: Target, options: OpenOptions): Promise<Opened>;
  /** Removes the database itself where nothing is left in it, on engines that keep each in a file. */
  discardIfEmpty(target: Target): Promise<void>;
  /** Tries to take the session's lock, without waiting; true where the transaction is the lock. */
  tryLock(connection: Connection): Promise<boolean>;
  /** Writes the record, or completes the one with its id. */
  record(connection: Connection, place: Place, record: MigrationRecord): Promise<void>;
  /**
   * Reads the newest records, the newest first; null where there is no table of ours to read them from.
   * @throws QueryError where the role may not read it
   */
  readRecords(connection: Connection, place: Place, most: number): Promise<readonly KeptRecord[] | null>;
  /** Whether the same statement may succeed a moment later, because only others stood in its way. */
  isTransient(error: QueryError, sql?: string): boolean;
  /** What an operator can do about a refused statement, though it be no more than to read the message. */
  explain(error: QueryError, context: { readonly scope: Scope; readonly user: string; readonly sql: string }): string;
  /**
   * A statement, without its semicolon, after which an object of somebody else no longer endangers the runtime; null
   * where the engine has none.
   */
  mend(object: CatalogObject): string | null;
  /** The declared catalog in the engine's own spelling. */
  declare(definitions: Definitions, place: Place): Catalog;
  /** Reads what is there. It knows no definitions: what depends on them is `settle`'s. */
  introspect(connection: Connection, look: Look): Promise<LiveState>;
  /** What holds in a database that is still to be created. */
  absent(place: Place): Catalog;
  /** Sets the live catalog beside the declared one, so that what then differs is a difference. */
  settle(live: Catalog, declared: Catalog, definitions: Definitions): Promise<Settled>;
  /** Tells of a change of type whether every value that is there survives it. An engine that cannot leaves it out. */
  readonly proof?: Proof;
  /** Statements for ordered changes. @throws UserError where a change cannot be made. */
  render(changes: readonly Change[], context: RenderContext): readonly Statement[];
}

export interface Proof {
  /** Whether the change need not keep every value, and a look at them can tell. */
  isNeeded(change: Alter<ColumnObject>, target: Catalog): boolean;
  /**
   * Looks through the values, for `patience` milliseconds at most: what is not shown by then, or cannot be read, counts as
   * not kept.
   */
  isKept(connection: Connection, change: Alter<ColumnObject>, patience: number): Promise<boolean>;
}

export interface RenderContext {
  readonly live: Catalog;
  readonly target: Catalog;
  readonly facts: Facts;
  /** Ids of changes that have been shown to lose no value. */
  readonly lossless?: ReadonlySet<ObjectId>;
}
