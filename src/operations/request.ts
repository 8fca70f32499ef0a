import type { SegmentProgress } from '../apply/apply.ts';
import type { AnsweredQuery } from '../apply/timed.ts';
import type { HazardName } from '../model/hazard.ts';
import type { Environment } from '../model/target.ts';

/** The catalogs that a PostgreSQL server can be read by. */
export const catalogNames = ['pg_catalog', 'information_schema'] as const;

export type CatalogName = (typeof catalogNames)[number];

/** What a run is waiting for, once that takes longer than a moment. */
export interface Wait {
  /** The database that waits, as in `DatabasePlan.title`; null before it is known which. */
  readonly database: string | null;
  /** `a lock: ALTER TABLE …`, `another migration of this database`. */
  readonly what: string;
}

/** One segment of a plan, as it begins and as it ends. */
export interface SegmentEvent extends SegmentProgress {
  readonly database: string;
}

/** One message to a database, as it was answered. */
export interface QueryEvent extends AnsweredQuery {
  /** The database that was asked, as in `DatabasePlan.title`. */
  readonly database: string;
}

/** Functions that a run calls while it goes on. What they throw ends the run. */
export interface Listeners {
  readonly wait?: (wait: Wait) => void;
  readonly segment?: (event: SegmentEvent) => void;
  /** Called behind each message that is sent to a database, once a connection stands. */
  readonly query?: (event: QueryEvent) => void;
  /**
   * Something that the caller should know and that keeps nothing from running, as what the server warns of; each text
   * once. Its detail, and what to do, stand on lines of their own.
   */
  readonly warning?: (text: string) => void;
}

/** What every operation is asked for. Nothing is read that is not given here: no file, no variable of the environment. */
export interface Request {
  /** URL of the system database: `postgresql://…`, `sqlite:///…`. */
  readonly system: string;
  /** URL of the application database, where there is one; may be that of the system database. */
  readonly application?: string | undefined;
  /** Schema of the tables, on PostgreSQL; `dbos` unless it is given. */
  readonly schema?: string | undefined;
  /** The role that gets all that an application needs, on PostgreSQL. */
  readonly role?: string | undefined;
  /** Patterns of ids of objects that reports leave out, in which `*` stands for any text. */
  readonly ignore?: readonly string[] | undefined;
  /** Hazards that are consented to. */
  readonly allow?: readonly HazardName[] | undefined;
  /** Ids of objects that are DBOS's by the caller's word, where their shape does not prove it: `table:public.queues`. */
  readonly adopt?: readonly string[] | undefined;
  /** False for an application that polls: without the trigger that sends NOTIFY, and its function. */
  readonly listenNotify?: boolean | undefined;
  /**
   * Which catalog of a PostgreSQL server is read; `pg_catalog` unless it is given. By `information_schema`, as all other
   * products are read, less is seen, and nothing is written.
   */
  readonly introspect?: CatalogName | undefined;
  /** Where `PG…` variables and `HOME` are looked up. Without it none is, and no password file either. */
  readonly environment?: Environment | undefined;
  /** Absolute: paths of SQLite files count from it; otherwise from the process's own working directory. */
  readonly workingDirectory?: string | undefined;
  /** Set where nobody named the system database: its URL was made from the application's. */
  readonly derived?: boolean | undefined;
  /**
   * Aborted, it ends the run: the statement that is running is cancelled on the server, its transaction rolled back,
   * and the operation rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
  readonly on?: Listeners | undefined;
}
