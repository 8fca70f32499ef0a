import type { Change } from '../model/change.ts';
import type { Connection, DialectName, Opened } from '../model/dialect.ts';
import { QueryError, UserError } from '../model/errors.ts';
import type { Goal } from '../model/goal.ts';
import { groupBy } from '../model/group-by.ts';
import type { ObjectId } from '../model/objects.ts';
import { isOnServer, type Plan, type Segment, statementsOf } from '../model/plan.ts';
import { type Database, openDatabase, withConnection, withoutSignal } from './database.ts';
import { type Inspection, inspectOpened } from './inspect.ts';
import { takeLock } from './lock.ts';
import { type Author, tryRecord } from './record.ts';
import { refuseImpossible } from './refuse.ts';
import { runSegment } from './segment-runner.ts';
import { leftOver } from './verify.ts';

/** One segment of a plan, as it begins and as it ends. */
export interface SegmentProgress {
  readonly state: 'begins' | 'is done';
  /** Counted from 1. */
  readonly number: number;
  readonly of: number;
  readonly segment: Segment;
  readonly dialect: DialectName;
}

export interface ApplyOptions {
  readonly onSegment?: (progress: SegmentProgress) => void;
  /** Null for a run that leaves no table to write the record to. */
  readonly record: Author | null;
}

export interface Applied {
  /** What was applied in the end: another plan than the inspected one where somebody changed the schema meanwhile. */
  readonly plan: Plan;
  /** Why the plan could not be recorded; null where it was, or where nothing was to be recorded. */
  readonly unrecorded: string | null;
  /** Complete URL of the database, as connected to. Never print it. */
  readonly url: string;
}

/**
 * Applies the plan of an inspection: under the lock the database is looked at again, and what is true then is what
 * is done; afterwards nothing must be left to do. Ended at any point, a second run finishes the work.
 * @throws UserError when a statement is refused; its transaction left nothing behind.
 * @throws the reason of the signal that the database was opened with, once that is aborted
 */
export async function apply(inspection: Inspection, options: ApplyOptions): Promise<Applied> {
  const { database, plan: inspected } = inspection;
  if (inspected.changes.length === 0) {
    return { plan: inspected, unrecorded: null, url: inspection.opened.connection.url };
  }
  refuseImpossible(inspection);
  const run: Run = { startedAt: Date.now(), done: [], ...options };
  const { opened, created } = await openForWriting(inspection, run);
  try {
    if (database.dialect.exclusion === 'session') await takeLock(database, opened.connection);
    const current = await applyCurrent(inspection, opened, run);
    const plan = created === null ? current : together(created, current);
    const isRecorded = current.changes.length > 0;
    const unrecorded = isRecorded ? await record(database, opened.connection, plan, run, true) : null;
    return { plan, unrecorded, url: opened.connection.url };
  } catch (error) {
    await recordWhatIsDone(database, run);
    throw error;
  } finally {
    if (opened !== inspection.opened) await opened.connection.close();
  }
}

/** The options of a run, and how far it has come. */
interface Run extends ApplyOptions {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** What is done in the database itself, in its order. */
  readonly done: Done[];
}

/** A segment with the plan that it is of: there are several where the schema was changed by others meanwhile. */
interface Done {
  readonly plan: Plan;
  readonly segment: Segment;
}

const record = async (
  database: Database,
  connection: Connection,
  plan: Plan,
  { record: author, startedAt }: Run,
  isComplete: boolean,
): Promise<string | null> =>
  author === null ? null : tryRecord(database, connection, plan, { ...author, startedAt, isComplete });

/** A run that is ended half-way leaves a record of what it had done; that it cannot is not worth a second error. */
async function recordWhatIsDone(database: Database, run: Run): Promise<void> {
  const [first, last] = [run.done[0], run.done.at(-1)];
  const isLasting = run.done.some(({ segment }) => madeBy([segment]).size > 0);
  if (run.record === null || first === undefined || last === undefined || !isLasting) return;
  const changes = [...groupBy(run.done, ({ plan }) => plan)].flatMap(([plan, done]) => {
    const made = madeBy(done.map(({ segment }) => segment));
    return plan.changes.filter(({ id }) => made.has(id));
  });
  const part = { ...last.plan, basis: first.plan.basis, segments: run.done.map(({ segment }) => segment), changes };
  const write = (connection: Connection): Promise<string | null> => record(database, connection, part, run, false);
  await withConnection(withoutSignal(database), { write: true }, write).catch(() => {});
}

/** Ids of what segments make. */
const madeBy = (segments: readonly Segment[]): ReadonlySet<ObjectId> =>
  new Set(statementsOf({ segments }).flatMap(({ objects }) => objects));

/** Two plans, one applied after the other, as one. */
const together = (created: Plan, current: Plan): Plan => ({
  ...current,
  basis: created.basis,
  changes: [...created.changes, ...current.changes],
  segments: [...created.segments, ...current.segments],
});

/** Creates the database where it is missing, and opens it. */
async function openForWriting(
  inspection: Inspection,
  run: Run,
): Promise<{ readonly opened: Opened; readonly created: Plan | null }> {
  const { database, opened, plan } = inspection;
  if (opened.exists && opened.writable) return { opened, created: null };
  const segments = plan.segments.filter(isOnServer);
  try {
    await runAll(inspection, opened, segments, run);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    return { opened: await openDatabase(database, { write: true }), created: null };
  }
  const created = opened.exists ? null : { ...plan, segments, changes: madeByOpening(plan) };
  return { opened: await openDatabase(database, { write: true }), created };
}

/** The changes that no statement inside the database makes: they are there once it can be opened. */
function madeByOpening({ changes, segments }: Plan): readonly Change[] {
  const inside = segments.filter((segment) => !isOnServer(segment)).flatMap(({ statements }) => statements);
  const later = new Set(inside.flatMap(({ objects }) => objects));
  return changes.filter(({ id }) => !later.has(id));
}

/** Two first runs at once: the other one has created the database, which is all that was wanted. */
const isDuplicate = (error: unknown): boolean =>
  error instanceof UserError && error.cause instanceof QueryError && ['42P04', '23505'].includes(error.cause.code);

type Guard = (segment: Segment) => (() => Promise<void>) | undefined;

async function runAll(
  inspection: Inspection,
  { connection }: Opened,
  segments: readonly Segment[],
  { onSegment, done }: Run,
  guardOf: Guard = () => undefined,
): Promise<void> {
  for (const [i, segment] of segments.entries()) {
    const place = { number: i + 1, of: segments.length, segment, dialect: inspection.dialect.name };
    onSegment?.({ state: 'begins', ...place });
    await runSegment(inspection, connection, segment, guardOf(segment));
    if (!isOnServer(segment)) done.push({ plan: inspection.plan, segment });
    onSegment?.({ state: 'is done', ...place });
  }
}

/** A plan and what was done after it, as one. */
const followed = (first: Plan | null, next: Plan): Plan => (first === null ? next : together(first, next));

/** Somebody changed the schema between the plan and its transaction. */
class Overtaken extends UserError {}

/** How often what is found after a plan is planned for and done. An event trigger changes what has just been created. */
const rounds = 3;

/** Rows that are there after their table was emptied are new ones: an application may be at work. */
const isOver = ({ aim }: Goal): boolean => aim === 'empty';

/**
 * Applies what is to be done and looks again, until nothing is.
 * @throws UserError that names what remains
 */
async function applyCurrent(inspection: Inspection, opened: Opened, run: Run): Promise<Plan> {
  const { database, goal } = inspection;
  let current = await inspectOpened(database, opened, goal);
  let applied: Plan | null = null;
  for (let round = 1; ; round += 1) {
    applied = followed(applied, await applyUndisturbed(current, run));
    if (isOver(goal)) return applied;
    current = await inspectOpened(database, opened, goal);
    if (current.plan.changes.length === 0) return applied;
    if (round === rounds) throw leftOver(current);
    refuseImpossible(current);
  }
}

/** @returns the plan that was applied: another one where somebody changed the schema before its transaction */
async function applyUndisturbed(inspection: Inspection, run: Run): Promise<Plan> {
  const { database, goal, opened } = inspection;
  let current = inspection;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runPlan(current, run);
      return current.plan;
    } catch (error) {
      if (!(error instanceof Overtaken) || attempt === 5) throw error;
      current = await inspectOpened(database, opened, goal);
    }
  }
}

/** Where the transaction is the lock, the first one finds out whether the plan is still that of the database. */
async function runPlan(current: Inspection, run: Run): Promise<void> {
  const { database, goal, opened, plan } = current;
  let isGuarded = database.dialect.exclusion === 'session';
  const guard = async (): Promise<void> => {
    isGuarded = true;
    const now = await inspectOpened(database, opened, goal);
    if (now.plan.basis === plan.basis) return;
    throw new Overtaken('the schema is being changed by somebody else', {
      where: database.where,
      hint: 'run it again when they are done',
    });
  };
  const segments = plan.segments.filter((segment) => !isOnServer(segment));
  await runAll(current, opened, segments, run, ({ transaction }) => (transaction && !isGuarded ? guard : undefined));
}
