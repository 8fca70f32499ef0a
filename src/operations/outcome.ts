import type { Inspection } from '../apply/inspect.ts';
import { obstaclesOf } from '../apply/obstacles.ts';
import type { Catalog } from '../model/catalog.ts';
import type { DialectName } from '../model/dialect.ts';
import type { Facts } from '../model/facts.ts';
import type { ObjectId } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import type { Plan } from '../model/plan.ts';
import type { Ahead } from '../planner/ahead.ts';
import type { Found } from '../planner/recognise.ts';
import { tellApart, type Unmanaged } from '../planner/unmanaged.ts';
import { foundIn } from './found.ts';
import type { Inspected } from './inspect.ts';

export type { Ahead } from '../planner/ahead.ts';
export type { Found, FoundState } from '../planner/recognise.ts';

/** An object of somebody else on our tables. */
export interface UnmanagedObject extends Unmanaged {
  /** Its size and use; null where the engine tells none. */
  readonly note: string | null;
}

/** What was found in one database, and what is to be done about it. */
export interface DatabasePlan {
  /** `System database`, `Application database`, or `System and application database`. */
  readonly title: string;
  readonly dialect: DialectName;
  /** With the password masked. */
  readonly url: string;
  /** Name of the database, or the path of the file. */
  readonly database: string;
  readonly schema: string;
  /** `PostgreSQL 16.4` */
  readonly server: string;
  readonly plan: Plan;
  /** What was found, spelt as the declared side spells it. */
  readonly live: Catalog;
  /** Sizes of tables and indexes by `schema.name`, as the engine estimates them. */
  readonly facts: Facts;
  /** Set where a newer release has moved the schema on: then nothing is changed. */
  readonly ahead: Ahead | null;
  /** Which release made what is there; null where it is as declared, or for this tool not to tell. */
  readonly found: Found | null;
  /** Retired tables that stay because they may hold rows. */
  readonly retired: readonly ObjectId[];
  readonly unmanaged: readonly UnmanagedObject[];
  /** Tables, views and functions that have a name of DBOS's and are somebody else's: they are left alone. */
  readonly foreign: readonly ObjectId[];
  /** What would keep `migrate` from applying the plan; empty where nothing does. */
  readonly obstacles: readonly Obstacle[];
  /** What could not be looked at, in words: it is taken to be as declared. Empty where all was looked at. */
  readonly unread: readonly string[];
  /** What the reader should know before the plan is trusted; null where there is nothing. */
  readonly caveat: string | null;
  /** The statements that a session sends before it changes anything. */
  readonly session: readonly string[];
  /** The statements that every transaction of the plan starts with. */
  readonly begin: readonly string[];
  /** The line that makes the dialect's own shell connect to the server; null where it is connected to it already. */
  readonly connectServer: string | null;
  /** The same for the database. */
  readonly connect: string | null;
}

interface Circumstances {
  /** Whether the run is about more databases than this one. */
  readonly isOneOfSeveral: boolean;
  readonly ignore: readonly string[];
  /** Whether it is to be found out which release made what is there, which takes a moment. */
  readonly recognise: boolean;
}

/** What an inspection says to others. A shell is told to connect where it cannot be connected yet, or where there are two. */
export async function databasePlanOf(
  { title, way, inspection }: Inspected,
  { isOneOfSeveral, ignore, recognise }: Circumstances,
): Promise<DatabasePlan> {
  const { database, dialect, live, settled, opened, plan, ahead } = inspection;
  return {
    title,
    dialect: dialect.name,
    url: database.where,
    database: database.scope.database,
    schema: database.scope.schema,
    server: `${live.server.product} ${live.server.version}`,
    plan,
    live: settled.catalog,
    facts: live.facts,
    ahead,
    found: recognise ? await foundIn(inspection) : null,
    ...leftAlone(inspection, ignore),
    foreign: inspection.foreign,
    obstacles: obstaclesOf(inspection),
    unread: live.unread ?? [],
    caveat: live.server.caveat ?? null,
    session: dialect.session,
    begin: dialect.begin,
    connectServer: way.toServer,
    connect: isOneOfSeveral || !opened.exists ? way.toDatabase : null,
  };
}

function leftAlone({ plan, live, target, database, dialect }: Inspection, ignore: readonly string[]) {
  const { retired: definitions } = database.scope.definitions;
  const { retired, unmanaged } = tellApart(plan.unmanaged, target, {
    retired: definitions,
    ignore,
    mend: (object) => dialect.mend(object),
  });
  return { retired, unmanaged: unmanaged.map((object) => ({ ...object, note: live.notes.get(object.id) ?? null })) };
}
