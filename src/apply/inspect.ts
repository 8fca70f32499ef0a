import type { Dialect, LiveState, Opened } from '../model/dialect.ts';
import { QueryError, UserError } from '../model/errors.ts';
import type { Goal } from '../model/goal.ts';
import { lookFor, type LookOptions } from '../model/look.ts';
import { type Database, explained, openDatabase } from './database.ts';
import { planFor, type Planned } from './plan-for.ts';

/** What was found in a database, and what is to be done about it. */
export interface Inspection extends Planned {
  readonly database: Database;
  readonly opened: Opened;
  readonly goal: Goal;
  readonly live: LiveState;
  /** How the server is spoken to, which may be another product than its URL says. */
  readonly dialect: Dialect;
}

/** Opens the database for reading and plans. The caller closes `opened.connection`. */
export async function inspect(database: Database, goal: Goal): Promise<Inspection> {
  const opened = await openDatabase(database, { write: false });
  try {
    return await inspectOpened(database, opened, goal);
  } catch (error) {
    await opened.connection.close();
    throw error;
  }
}

/** Plans over a connection that is open already. */
export async function inspectOpened(database: Database, opened: Opened, goal: Goal): Promise<Inspection> {
  const live = await liveState(database, opened, goal);
  const inspection = await inspectLive(database, opened, goal, live);
  if (goal.aim !== 'nothing' || inspection.foreign.length === 0) return inspection;
  // What depends on others' objects under names of ours has nothing to do with a reset.
  return inspectLive(database, opened, goal, await liveState(database, opened, goal, sparedBy(inspection)));
}

/** Plans over what was read. @throws UserError for a state that no plan leads out of */
export async function inspectLive(
  database: Database,
  opened: Opened,
  goal: Goal,
  live: LiveState,
): Promise<Inspection> {
  const dialect = live.dialect ?? database.dialect;
  try {
    const plan = await planFor({ database, connection: opened.connection, dialect, live, goal });
    return { database, opened, goal, live, dialect, ...plan };
  } catch (error) {
    throw error instanceof UserError ? withWhere(error, database.where) : error;
  }
}

const sparedBy = ({ foreign, settled }: Inspection): readonly string[] =>
  foreign.flatMap((id) => {
    const object = settled.named.get(id);
    if (object?.kind === 'function') return [`${object.name}(${object.signature})`];
    return object !== undefined && 'name' in object ? [object.name] : [];
  });

const withWhere = (error: UserError, where: string): UserError =>
  error.where === undefined ? new UserError(error.message, { where, hint: error.hint, cause: error }) : error;

/** Reads what is there. @throws UserError for whatever keeps it from being read, and where another database is meant */
export async function liveState(
  database: Database,
  { connection, exists }: Opened,
  { aim }: Goal,
  spared: readonly string[] = [],
): Promise<LiveState> {
  const { dialect, scope, alternative } = database;
  const live = await introspected(database, connection, {
    surroundings: aim === 'nothing',
    emptying: aim === 'empty',
    spared,
  });
  if (exists) return live;
  if (alternative !== undefined && live.server.hasAlternative) throw insteadOf(database, alternative);
  // What is hidden in the database that answers for it is not hidden in this one.
  return { ...live, catalog: (live.dialect ?? dialect).absent(scope), unread: [] };
}

const insteadOf = ({ scope, where }: Database, alternative: string): UserError =>
  new UserError(
    `there is no database ${scope.database}, but there is ${scope.alternative}, which the official tools use by default`,
    { where, hint: `name the system database: --sys-db-url ${alternative}` },
  );

/** @throws UserError that says where, and what to do, for whatever keeps the catalog from being read */
async function introspected(
  database: Database,
  connection: Opened['connection'],
  options: LookOptions,
): Promise<LiveState> {
  try {
    return await database.dialect.introspect(connection, lookFor(database.scope, options));
  } catch (error) {
    if (error instanceof UserError) throw withWhere(error, database.where);
    if (!(error instanceof QueryError)) throw error;
    throw explained(database, error, { message: `the catalog cannot be read: ${error.message}` });
  }
}
