import type { Catalog } from '../model/catalog.ts';
import type { RetiredDefinition } from '../model/definition.ts';
import type { Connection, Dialect, LiveState, Settled } from '../model/dialect.ts';
import type { Goal } from '../model/goal.ts';
import type { ObjectId } from '../model/objects.ts';
import type { Obstacle } from '../model/obstacle.ts';
import type { Plan } from '../model/plan.ts';
import { type Ahead, findAhead } from '../planner/ahead.ts';
import { foreignIn, inTheWayOf, namesakesIn, refuseForeign, withoutNamesakes } from '../planner/identity.ts';
import { type LikelyRename, renamesToDeclared } from '../planner/likely-renames.ts';
import { retiredBy } from '../planner/ownership.ts';
import { type Outcome, plan } from '../planner/plan.ts';
import { segmentsOf } from '../planner/segments.ts';
import { type Wanted, wantedBy } from '../planner/target.ts';
import type { Database } from './database.ts';
import { prove } from './prove.ts';

/** The way to a goal, and what it was made from. */
export interface Planned {
  /** The live catalog beside the target. */
  readonly settled: Settled;
  readonly target: Catalog;
  /** Set where a newer release has moved the schema on: then the plan is empty, whatever differs. */
  readonly ahead: Ahead | null;
  readonly plan: Plan;
  /** Ids of tables, views and functions that have a name of ours and are somebody else's. */
  readonly foreign: readonly ObjectId[];
  /** Others' objects for which the engine would refuse the plan. A reset takes them away, or has refused already. */
  readonly blockers: readonly Obstacle[];
}

interface Question {
  readonly database: Database;
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly live: LiveState;
  readonly goal: Goal;
}

/**
 * The way from what is there to a goal.
 * @throws UserError where somebody else's object has a name that is needed, and where a change cannot be made
 */
export async function planFor(question: Question): Promise<Planned> {
  const { database, connection, dialect, live, goal } = question;
  const { scope } = database;
  const { retired } = scope.definitions;
  const declared = dialect.declare(scope.definitions, scope);
  const ahead = goal.aim === 'declared' ? findAhead(live.catalog, declared) : null;
  const beside = ahead === null ? declared : live.catalog;
  const settled = await dialect.settle(live.catalog, beside, scope.definitions);

  const wantedWith = (foreign: ReadonlySet<ObjectId>): Wanted =>
    wantedBy(goal, {
      live: settled.catalog,
      declared: beside,
      retired,
      foreign,
      isLasting: scope.schema === dialect.lastingSchema,
      strangers: live.server.strangers,
    });
  const outcomeOf = (wanted: Wanted): Outcome =>
    plan({ live: live.catalog, settled: withoutNamesakes(settled.catalog, wanted.ownership.foreign), ...wanted });

  let wanted = wantedWith(new Set());
  let outcome = outcomeOf(wanted);
  if (goal.aim === 'empty' || needsIdentity(outcome, retired)) {
    const foreign = await foreignObjects(question, settled, declared);
    wanted = wantedWith(foreign);
    outcome = outcomeOf(wanted);
  }
  const { target, ownership } = wanted;
  const lossless = await prove(dialect, connection, outcome.changes, target);
  const context = { live: settled.catalog, target, facts: live.facts, ...(lossless === undefined ? {} : { lossless }) };
  const statements = outcome.changes.length === 0 ? [] : dialect.render(outcome.changes, context);
  const whole = { ...outcome, segments: segmentsOf(statements) };
  const blockers = goal.aim === 'nothing' ? [] : ((await live.blockers?.(whole.changes)) ?? []);
  return { settled, target, ahead, plan: whole, foreign: namesakesIn(settled.named, ownership.foreign), blockers };
}

/** @throws UserError where one of them has a name that is needed */
async function foreignObjects(
  { database, goal }: Question,
  { named, catalog }: Settled,
  declared: Catalog,
): Promise<ReadonlySet<ObjectId>> {
  const { schema, definitions } = database.scope;
  const { retired } = definitions;
  const history = await database.history();
  const foreign = foreignIn({ live: named, declared, retired, history, schema, adopted: goal.adopt });
  if (goal.aim !== 'declared') return foreign;
  const remedies = inTheWayOf(declared, named, foreign).flatMap((id) =>
    renamesBack(database, renamesToDeclared(id, catalog, declared)),
  );
  refuseForeign(named, declared, foreign, remedies);
  return foreign;
}

const renamesBack = ({ renameColumn }: Database, renames: readonly LikelyRename[]): readonly string[] =>
  renameColumn === undefined
    ? []
    : renames.map(
        ({ from, to }) => `${renameColumn(from, to.name)}   where ${to.table}.${to.name} was renamed to ${from.name}`,
      );

/**
 * What is as declared needs no proof: whose it is makes a difference only where something is to be done, or told. Of
 * tables that are to be emptied it is told that there are some.
 */
const needsIdentity = ({ changes, unmanaged }: Outcome, retired: readonly RetiredDefinition[]): boolean =>
  changes.length > 0 || unmanaged.some((object) => retiredBy(object, retired) !== undefined);
