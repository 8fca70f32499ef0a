import { isDrifted } from '../planner/drift.ts';
import { databasesOf } from './databases.ts';
import { goalOf, withInspected } from './inspect.ts';
import { type DatabasePlan, databasePlanOf } from './outcome.ts';
import { maskedCommands } from './custom-commands.ts';
import type { MigrateRequest } from './migrate.ts';

export interface PlanOutcome {
  /** The system database first. */
  readonly databases: readonly DatabasePlan[];
  /** Custom commands that would run when all databases are migrated, their secrets masked. */
  readonly commands: readonly string[];
}

/**
 * Finds out what `migrate` would do, and changes nothing.
 * @throws UserError for a database that cannot be reached or read, and for a state that no plan leads out of
 * @throws the signal's reason once that is aborted
 */
export async function plan(request: MigrateRequest): Promise<PlanOutcome> {
  const { ignore = [] } = request;
  return withInspected(await databasesOf(request), goalOf(request, 'declared'), request, async (inspected) => ({
    databases: await Promise.all(
      inspected.map((entry) =>
        databasePlanOf(entry, { isOneOfSeveral: inspected.length > 1, ignore, recognise: true }),
      ),
    ),
    commands: maskedCommands(
      request.commands?.lines ?? [],
      inspected.map(({ inspection }) => inspection.opened.connection.url),
    ),
  }));
}

export interface CheckedDatabase extends DatabasePlan {
  /** Whether it is as declared, and nothing of others on our tables can break the runtime. */
  readonly equal: boolean;
}

export interface CheckOutcome extends PlanOutcome {
  /** Whether all databases are. */
  readonly equal: boolean;
  readonly databases: readonly CheckedDatabase[];
}

/**
 * Compares what is there with what is declared, and changes nothing.
 * @throws as `plan` does; a difference is no error
 */
export async function check(request: MigrateRequest): Promise<CheckOutcome> {
  const planned = await plan(request);
  const databases = planned.databases.map((database) => ({ ...database, equal: !isDrifted(database) }));
  return { ...planned, equal: databases.every(({ equal }) => equal), databases };
}
