import type { Catalog } from '../model/catalog.ts';
import type { Connection, LiveState } from '../model/dialect.ts';
import { QueryError, UserError } from '../model/errors.ts';
import type { Plan, Statement } from '../model/plan.ts';
import type { MayDrop } from '../planner/ownership.ts';
import { type Ahead, findAhead } from '../planner/ahead.ts';
import { plan, type Question } from '../planner/plan.ts';
import { type Database, explained, type Opened } from './database.ts';

/** Where a run should lead, given what was found. */
export type Goal = (live: LiveState) => {
  readonly target: Catalog;
  readonly mayDrop: MayDrop;
  /** Statements to run before all others, for objects that are in no catalog. */
  readonly first: readonly Statement[];
};

/** What was found in a database, and what is to be done about it. */
export interface Inspection {
  readonly database: Database;
  readonly opened: Opened;
  readonly goal: Goal;
  readonly live: LiveState;
  /** The live catalog in the target's spelling. */
  readonly settled: Catalog;
  readonly target: Catalog;
  /** Set where a newer release has moved the schema on: then the plan is empty, whatever differs. */
  readonly ahead: Ahead | null;
  readonly plan: Plan;
}

/** Opens the database for reading and plans. The caller closes `opened.connection`. */
export async function inspect(database: Database, goal: Goal): Promise<Inspection> {
  const opened = await database.open({ write: false });
  try {
    return await inspectOpened(database, opened, goal);
  } catch (error) {
    await opened.connection.close();
    throw error;
  }
}

/** Plans over a connection that is open already. */
export async function inspectOpened(database: Database, opened: Opened, goal: Goal): Promise<Inspection> {
  const live = await liveState(database, opened.connection, opened.exists);
  const { target: wanted, mayDrop, first } = goal(live);
  const ahead = findAhead(live.catalog, wanted);
  const target = ahead === null ? wanted : live.catalog;
  const settled = await database.dialect.settle(live.catalog, target, database.scope.definitions);
  const planned = planWhere(database.where, {
    live: live.catalog,
    settled,
    target,
    mayDrop,
    render: (changes) => database.dialect.render(changes, { live: settled, target, product: live.server.product }),
  });
  const whole = { ...planned, statements: withFirst(first, planned.statements) };
  return { database, opened, goal, live, settled, target, ahead, plan: whole };
}

/** @throws UserError that says where, for whatever cannot be planned */
function planWhere(where: string, question: Question): Plan {
  try {
    return plan(question);
  } catch (error) {
    throw error instanceof UserError ? withWhere(error, where) : error;
  }
}

const withWhere = (error: UserError, where: string): UserError =>
  error.where === undefined ? new UserError(error.message, { where, hint: error.hint, cause: error }) : error;

/** Into the plan's own transaction: what comes first is done only if all the rest is. */
function withFirst(first: readonly Statement[], statements: readonly Statement[]): readonly Statement[] {
  const start = Math.max(
    0,
    statements.findIndex(({ transactional }) => transactional),
  );
  return [...statements.slice(0, start), ...first, ...statements.slice(start)];
}

async function liveState(database: Database, connection: Connection, exists: boolean): Promise<LiveState> {
  const { dialect, scope } = database;
  const live = await introspected(database, connection);
  if (exists) return live;
  database.mayBeMissing?.(live.server);
  return { ...live, catalog: dialect.absent(scope) };
}

/** @throws UserError that says where, and what to do, for whatever keeps the catalog from being read */
async function introspected(database: Database, connection: Connection): Promise<LiveState> {
  try {
    return await database.dialect.introspect(connection, database.scope);
  } catch (error) {
    if (error instanceof UserError) throw withWhere(error, database.where);
    if (!(error instanceof QueryError)) throw error;
    throw explained(database, error, { message: `the catalog cannot be read: ${error.message}` });
  }
}
