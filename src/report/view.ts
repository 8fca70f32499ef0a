import type { DialectName } from '../model/dialect.ts';
import type { Facts } from '../model/facts.ts';
import type { ObjectId } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import type { Plan } from '../model/plan.ts';
import type { Ahead } from '../planner/ahead.ts';
import type { Found } from '../planner/recognise.ts';
import type { Unmanaged } from '../planner/unmanaged.ts';

/** An object of somebody else on our tables. */
export interface UnmanagedView extends Unmanaged {
  /** Its size and use; null where the engine tells none. */
  readonly note: string | null;
}

/** All that a report says of one database. */
export interface DatabaseView {
  /** `System database`, `Application database`, or both in one. */
  readonly title: string;
  readonly dialect: DialectName;
  /** With the password masked. */
  readonly url: string;
  readonly database: string;
  readonly schema: string;
  /** `PostgreSQL 16.4` */
  readonly server: string;
  readonly plan: Plan;
  /** Sizes of tables by `schema.name`, as the engine estimates them. */
  readonly facts: Facts;
  /** Set where a newer release has moved the schema on, and nothing is changed. */
  readonly ahead: Ahead | null;
  /** Which release made what is there; null where it is as declared, or for this tool not to tell. */
  readonly found: Found | null;
  /** Retired tables that stay because they may hold rows. */
  readonly retired: readonly ObjectId[];
  readonly unmanaged: readonly UnmanagedView[];
  /** Tables, views and functions that have a name of DBOS's and are somebody else's. */
  readonly foreign: readonly ObjectId[];
  /** What could not be looked at, and is taken to be as declared. */
  readonly unread: readonly string[];
  /** What would keep the plan from being applied. */
  readonly obstacles: readonly Obstacle[];
  /** What a session sends before it changes anything. */
  readonly session: readonly string[];
  /** What every transaction of the dialect starts with. */
  readonly begin: readonly string[];
  /** The line that makes the dialect's own shell connect to the server; null where it is connected to it already. */
  readonly connectServer: string | null;
  /** The same for the database. */
  readonly connect: string | null;
}

/** A report on one run: its databases in order, then the custom commands, masked. */
export interface RunView {
  readonly databases: readonly DatabaseView[];
  readonly commands: readonly string[];
}
