import { randomUUID } from 'node:crypto';
import type { Connection, LiveState } from '../model/dialect.ts';
import { QueryError, UserError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';
import { summarise } from '../planner/summary.ts';
import type { Database, Opened } from './database.ts';
import { type Inspection, inspectOpened } from './inspect.ts';
import { takeLock } from './lock.ts';
import { onServer, type Runner, runSegment, segmentsOf } from './segments.ts';

export interface ApplyOptions {
  readonly toolVersion: string;
  readonly runtimeVersion: number;
  /** Told whom or what the run waits for. */
  readonly onWait: (what: string) => void;
  /** False for `reset`, which leaves no table to write the record to. */
  readonly record: boolean;
}

export interface Applied {
  /** The plan that was applied in the end: another than the inspected one where somebody changed the schema meanwhile. */
  readonly plan: Plan;
  /** Why the plan could not be recorded; null where it was, or where nothing was to be recorded. */
  readonly unrecorded: string | null;
  /** Complete URL of the database, as connected to. Never print it. */
  readonly url: string;
}

/**
 * Applies the plan of an inspection: under the lock the database is looked at again, and what is true then is what
 * is done; afterwards nothing must be left to do. Killed at any point, a second run finishes the work.
 * @throws UserError when a statement is refused; its transaction left nothing behind.
 */
export async function apply(inspection: Inspection, options: ApplyOptions): Promise<Applied> {
  if (inspection.plan.statements.length === 0) {
    return { plan: inspection.plan, unrecorded: null, url: inspection.opened.connection.url };
  }
  refuseImpossible(inspection);
  const startedAt = Date.now();
  const opened = await openForWriting(inspection, options);
  try {
    if (inspection.database.dialect.exclusion === 'session') {
      await takeLock(inspection.database, opened.connection, options.onWait);
    }
    const plan = await applyCurrent(inspection, opened, options);
    const isRecorded = options.record && plan.statements.length > 0;
    const unrecorded = isRecorded ? await tryRecord(inspection, opened.connection, plan, startedAt, options) : null;
    return { plan, unrecorded, url: opened.connection.url };
  } finally {
    if (opened !== inspection.opened) await opened.connection.close();
  }
}

/**
 * Finds out before the first change of a run what would keep its plan from being applied.
 * @throws UserError where nothing can be written, or where the role may not do what the plan needs.
 */
export function refuseImpossible({ live, database, opened, plan }: Inspection): void {
  if (plan.statements.length === 0) return;
  refuseReadOnly(live, database);
  const lacking = live.lackingRights?.(plan.changes, opened.exists) ?? [];
  if (lacking.length === 0) return;
  throw new UserError([`role ${live.server.user} may not`, ...lacking.map(({ what }) => `  ${what}`)].join('\n'), {
    where: database.where,
    hint: [...lacking.map(({ remedy }) => `${remedy};`), 'or run it as the owner'].join('\n'),
  });
}

function refuseReadOnly(live: LiveState, database: Database): void {
  if (live.server.readOnly === null) return;
  throw new UserError(`nothing can be changed here: ${live.server.readOnly}`, {
    where: database.where,
    hint: 'run it where writing is possible; --dry-run works here too',
  });
}

/** Creates the database where it is missing, and opens it. */
async function openForWriting(inspection: Inspection, options: ApplyOptions): Promise<Opened> {
  const { database, opened, plan } = inspection;
  if (opened.exists && opened.writable) return opened;
  for (const segment of segmentsOf(plan.statements.filter(onServer))) {
    try {
      await runSegment(runnerOf(inspection, opened.connection, options), segment);
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  }
  return database.open({ write: true });
}

/** Two first runs at once: the other one has created the database, which is all that was wanted. */
const isDuplicate = (error: unknown): boolean =>
  error instanceof UserError && error.cause instanceof QueryError && ['42P04', '23505'].includes(error.cause.code);

const runnerOf = (inspection: Inspection, connection: Connection, options: ApplyOptions): Runner => ({
  database: inspection.database,
  connection,
  server: inspection.live.server,
  onWait: options.onWait,
});

/** Somebody changed the schema between the plan and its transaction. */
class Overtaken extends UserError {}

async function applyCurrent(inspection: Inspection, opened: Opened, options: ApplyOptions): Promise<Plan> {
  const { database, goal } = inspection;
  for (let attempt = 1; ; attempt += 1) {
    const current = await inspectOpened(database, opened, goal);
    try {
      await runPlan(current, opened.connection, options);
    } catch (error) {
      if (error instanceof Overtaken && attempt < 5) continue;
      throw error;
    }
    await verify(await inspectOpened(database, opened, goal));
    return current.plan;
  }
}

async function runPlan(current: Inspection, connection: Connection, options: ApplyOptions): Promise<void> {
  const { database, goal, opened, plan } = current;
  let guarded = database.dialect.exclusion === 'session';
  for (const segment of segmentsOf(plan.statements.filter((statement) => !onServer(statement)))) {
    const guard = async (): Promise<void> => {
      const now = await inspectOpened(database, opened, goal);
      if (now.plan.basis === plan.basis) return;
      throw new Overtaken('the schema is being changed by somebody else', {
        where: database.where,
        hint: 'run it again when they are done',
      });
    };
    const needsGuard = segment.transactional && !guarded;
    await runSegment(runnerOf(current, connection, options), segment, needsGuard ? guard : undefined);
    guarded ||= needsGuard;
  }
}

/** The proof that the plan did what it said. */
async function verify({ plan, database }: Inspection): Promise<void> {
  if (plan.changes.length === 0) return;
  throw new UserError(
    `after the plan was applied there is still something to do: ${plan.changes.map((c) => c.id).join(', ')}`,
    {
      where: database.where,
      hint: 'somebody else may be changing the schema: run it again; if the same remains, report it as a bug',
    },
  );
}

async function tryRecord(
  { database }: Inspection,
  connection: Connection,
  plan: Plan,
  startedAt: number,
  { toolVersion, runtimeVersion }: ApplyOptions,
): Promise<string | null> {
  try {
    await database.dialect.record(connection, database.scope, {
      id: randomUUID(),
      kind: 'schema',
      summary: summarise(plan.changes),
      declaredFingerprint: plan.goal,
      liveFingerprint: plan.basis,
      runtimeVersion,
      plan: plan.statements.map((statement) => statement.sql),
      exitCode: null,
      toolVersion,
      startedAt,
      completedAt: Date.now(),
    });
    return null;
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}
