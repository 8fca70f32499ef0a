import { apply } from '../apply/apply.ts';
import { refuseImpossible } from '../apply/refuse.ts';
import { RefusedError, UserError } from '../model/errors.ts';
import { idFor } from '../model/kinds.ts';
import type { CatalogObject, DependentObject } from '../model/objects.ts';
import type { Plan } from '../model/plan.ts';
import { type RunDatabase, systemDatabaseOf } from './databases.ts';
import { type Extent, extentOf } from './extent.ts';
import { goalOf, type Inspected, withInspected } from './inspect.ts';
import { type DatabasePlan, databasePlanOf } from './outcome.ts';
import type { Request } from './request.ts';

/** What a reset would take away, or has taken away, from one database. */
export interface ResetPlan extends DatabasePlan {
  /** Objects of others that go with ours, as statements that make them again, in the order in which they can run. */
  readonly definitions: readonly string[];
  /** Whether the database is there. */
  readonly exists: boolean;
  /** Names, with their kind, of what else stands in the schema and keeps it. */
  readonly stays: readonly string[];
  /** Whether a table of ours is there. */
  readonly hasTables: boolean;
  /** How much goes. */
  readonly extent: Extent;
}

export interface ResetDatabase extends ResetPlan {
  /** Null where the caller did not confirm. */
  readonly applied: Plan | null;
}

export interface ResetOutcome {
  readonly databases: readonly ResetDatabase[];
}

export interface ResetRequest extends Request {
  /** Takes away what depends on our tables too: views, foreign keys and the like of others. */
  readonly cascade?: boolean | undefined;
  /** Deletes all rows but those that say what the schema is, and takes nothing away. */
  readonly keepSchema?: boolean | undefined;
  /** Asked when all is known and nothing is changed yet; false leaves everything as it is. */
  readonly confirm?: (databases: readonly ResetPlan[]) => Promise<boolean>;
}

/**
 * Takes away the system tables with all workflow history. The database stays, and the schema while anything of others
 * stands in it. With `keepSchema` the tables stay too, empty, with all that stands on them and all rights; where
 * something of others would act on that, or be left without what it refers to, nothing is done. It is a deed, and no
 * question is asked.
 * @throws RefusedError where others' objects depend on ours and `cascade` is not set, or nothing could make them again
 * @throws UserError for whatever else keeps it from being done: then nothing was changed
 * @throws the signal's reason once that is aborted: nothing was changed
 */
export async function reset(request: ResetRequest): Promise<ResetOutcome> {
  const entry = await systemDatabaseOf(request);
  const database = await withReset(entry, request, async (inspected, found): Promise<ResetDatabase> => {
    refuseImpossible(inspected.inspection);
    if (request.confirm !== undefined && !(await request.confirm([found]))) return { ...found, applied: null };
    const { plan } = await apply(inspected.inspection, {
      record: null,
      onSegment: (progress) => request.on?.segment?.({ database: entry.title, ...progress }),
    });
    return { ...found, applied: plan };
  });
  const { dialect, target } = entry.database;
  const isGone = request.keepSchema !== true && database.applied !== null && database.applied.changes.length > 0;
  if (isGone) await dialect.discardIfEmpty(target);
  return { databases: [database] };
}

/** Finds out what `reset` would do, and changes nothing. @throws as `reset` does */
export async function planReset(request: ResetRequest): Promise<{ readonly databases: readonly ResetPlan[] }> {
  return withReset(await systemDatabaseOf(request), request, async (_, found) => ({ databases: [found] }));
}

function withReset<T>(
  entry: RunDatabase,
  request: ResetRequest,
  work: (inspected: Inspected, found: ResetPlan) => Promise<T>,
): Promise<T> {
  refuseContradiction(request);
  const aim = request.keepSchema === true ? 'empty' : 'nothing';
  return withInspected([entry], goalOf(request, aim), request, async ([inspected]) => {
    if (inspected === undefined) throw new Error('a reset without a database');
    const dependents = dependentsIn(inspected.inspection.plan);
    refuseDependents(inspected, dependents, request.cascade === true);
    const found = await databasePlanOf(inspected, { isOneOfSeveral: false, ignore: [], recognise: false });
    const { live, opened, settled, foreign } = inspected.inspection;
    const isOurs = (object: CatalogObject): boolean => object.kind === 'table' && !foreign.includes(idFor(object));
    const going = new Set(dependents.map(({ name }) => name));
    return work(inspected, {
      ...found,
      exists: opened.exists,
      hasTables: [...settled.named.values()].some(isOurs),
      stays: live.server.strangers.filter((name) => !going.has(name)),
      extent: await extentOf(inspected.inspection),
      definitions: dependents.flatMap(({ definition }) => definition ?? []).toReversed(),
    });
  });
}

/** What stands on the tables stays with them. */
function refuseContradiction({ keepSchema = false, cascade = false }: ResetRequest): void {
  if (!keepSchema || !cascade) return;
  throw new UserError('a reset that keeps the schema drops nothing, and cascade says what else to drop', {
    hint: 'leave out --keep-schema or --cascade',
  });
}

const dependentsIn = ({ changes }: Plan): readonly DependentObject[] =>
  changes.flatMap((change) => (change.type === 'drop' && change.from.kind === 'dependent' ? [change.from] : []));

function refuseDependents({ database }: Inspected, dependents: readonly DependentObject[], cascade: boolean): void {
  const refuse = (those: readonly DependentObject[], hint: string): UserError =>
    new RefusedError(
      `these objects of yours depend on the system tables:\n${those.map(({ name }) => `  ${name}`).join('\n')}`,
      { where: database.where, hint },
    );
  const lasting = dependents.filter(({ definition }) => definition === null);
  if (lasting.length > 0) throw refuse(lasting, 'drop them yourself: nothing could make them again');
  if (dependents.length > 0 && !cascade) {
    throw refuse(
      dependents,
      'drop them yourself, or give --cascade: they are dropped too, and their definitions printed',
    );
  }
}
