import { runtimeVersion } from '../../schema/index.ts';
import { apply } from '../apply/apply.ts';
import { refuseImpossible } from '../apply/refuse.ts';
import type { Plan } from '../model/plan.ts';
import { likelyRenames, renameText } from '../planner/likely-renames.ts';
import { renameColumn } from '../sql/rename-column.ts';
import { type CustomCommands, runCustomCommands } from './custom-commands.ts';
import { databasesOf } from './databases.ts';
import { type Grants, grantsOf } from './grants.ts';
import { goalOf, type Inspected, withInspected } from './inspect.ts';
import { type DatabasePlan, databasePlanOf } from './outcome.ts';
import type { Listeners, Request } from './request.ts';
import { toolVersion } from './version.ts';

/** What became of one database. */
export interface MigratedDatabase extends DatabasePlan {
  /** What was applied: another plan than the one before it where somebody changed the schema meanwhile. */
  readonly applied: Plan;
  /** Milliseconds that it took, from the lock to the last look. */
  readonly elapsed: number;
  /** Null where no role was given, and in a database that is ahead. */
  readonly grants: Grants | null;
  /** Why the run could not be recorded in `migrations`; null where it was, or where nothing was to be recorded. */
  readonly unrecorded: string | null;
}

export interface MigrateOutcome {
  readonly databases: readonly MigratedDatabase[];
}

export interface MigrateListeners extends Listeners {
  /** Called for each database when its plan is applied, before the next one is begun. */
  readonly database?: (database: MigratedDatabase) => void;
  /** Called with each custom command before it runs, its secrets masked. */
  readonly command?: (command: string) => void;
}

export interface MigrateRequest extends Request {
  /** Commands to run when all databases are migrated. */
  readonly commands?: CustomCommands | undefined;
  readonly on?: MigrateListeners | undefined;
}

/**
 * Creates or changes the system tables until they are as declared, grants, and runs the custom commands. All databases
 * are looked at before the first is changed. Ended at any point, the next run finishes the work.
 * @throws UserError for whatever keeps it from being done; what its message does not say was changed was not
 * @throws the signal's reason once that is aborted: the running transaction is rolled back
 */
export async function migrate(request: MigrateRequest): Promise<MigrateOutcome> {
  const { on, ignore = [] } = request;
  const goal = goalOf(request, 'declared');
  const migrated: MigratedDatabase[] = [];
  const urls: string[] = [];
  const entries = await withInspected(await databasesOf(request), goal, request, async (inspected) => {
    for (const { inspection } of inspected) refuseImpossible(inspection);
    for (const entry of inspected) {
      const found = await databasePlanOf(entry, { isOneOfSeveral: inspected.length > 1, ignore, recognise: false });
      warnOfRenames(entry, on);
      const { url, ...done } = await applied(entry, on);
      migrated.push({ ...found, ...done });
      urls.push(url);
      on?.database?.(migrated.at(-1)!);
    }
    return inspected;
  });
  if (request.commands !== undefined) {
    const { application } = request;
    const onCommand = (command: string): void => on?.command?.(command);
    await runCustomCommands(request.commands, entries, urls, { application, onCommand });
  }
  return { databases: migrated };
}

/** A column that is added anew has none of the values that stand under the name it was given by hand. */
function warnOfRenames({ inspection }: Inspected, on: MigrateListeners | undefined): void {
  for (const rename of likelyRenames(inspection.plan)) {
    const statement = renameColumn(inspection.dialect.name, rename.from, rename.to.name);
    on?.warning?.(`${renameText(rename)}\n${statement}`);
  }
}

async function applied({ title, inspection }: Inspected, on: MigrateListeners | undefined) {
  const start = performance.now();
  const { plan, unrecorded, url } = await apply(inspection, {
    record: { toolVersion, runtimeVersion },
    onSegment: (progress) => on?.segment?.({ database: title, ...progress }),
  });
  const elapsed = performance.now() - start;
  const grants = inspection.ahead === null ? grantsOf(inspection, plan.changes) : null;
  return { applied: plan, elapsed, unrecorded, grants, url };
}
