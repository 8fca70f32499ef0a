import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import { relationName } from '../model/facts.ts';
import { type Hazard, type HazardName, hazardNames } from '../model/hazard.ts';
import { traitsOf } from '../model/kinds.ts';
import type { ObjectId } from '../model/objects.ts';
import { type Commit, type Plan, type Segment, type Statement, statementsOf } from '../model/plan.ts';
import { type Circumstances, type Cost, costsIn, type Sized, sizesOf, type Stops, stopsOf } from './cost.ts';
import { costText } from './cost-text.ts';
import { tableOf } from './describe.ts';
import { groupBy } from '../model/group-by.ts';
import { type Whole, wholesOf } from './parts.ts';
import { groupsOf } from './steps.ts';
import type { DatabaseView } from './view.ts';

/** A plan as its reader thinks of it: segments, in them tables, changes, and what makes them. */
export interface Outline {
  readonly hazards: readonly HazardOutline[];
  readonly segments: readonly SegmentOutline[];
}

/** One hazard with all that has it, in the order of the closed list. */
export interface HazardOutline {
  readonly name: HazardName;
  readonly cases: readonly HazardCase[];
}

/** All that has a hazard on the same relations. */
export interface HazardCase {
  /** What the statements look through or write anew, or else lock. */
  readonly relations: readonly Sized[];
  /** Each once. */
  readonly reasons: readonly Pick<Hazard, 'why' | 'instead'>[];
}

export interface SegmentOutline {
  readonly commits: Commit;
  /** Who waits for the database as a whole until it ends, with an engine that has one lock for all; null for nobody. */
  readonly stopsAll: Stops | null;
  readonly tables: readonly TableOutline[];
}

/** What a segment does to one table; `table` is null for what stands in the schema, or makes no change itself. */
export interface TableOutline {
  readonly table: string | null;
  readonly steps: readonly Step[];
}

/** Changes that cannot be told apart by their statements: one statement makes several, or several make one. */
export interface Step {
  /** None where the statements only stand around the others. */
  readonly changes: readonly ChangeOutline[];
  readonly statements: readonly Statement[];
  readonly cost: Cost;
  /** The cost in words; null where there is nothing to say. */
  readonly price: string | null;
  readonly hazards: readonly HazardName[];
}

export interface ChangeOutline extends Whole {
  /** Which of the segments that make it this is; null where one makes all of it. */
  readonly turn: { readonly number: number; readonly of: number } | null;
}

/** Groups the statements of a plan, and works out what they cost and whom they stop. */
export function outlineOf({ plan, facts, dialect, schema }: DatabaseView): Outline {
  const by = { dialect, facts, without: untold(plan.changes), whole: dialect === 'sqlite' ? schema : null };
  const changesAt = changesIn(plan);
  return {
    hazards: hazardsOf(plan, by),
    segments: plan.segments.map((segment, place) =>
      segmentOf(segment, (statements) => changesAt(statements, place), by),
    ),
  };
}

function segmentOf(
  segment: Segment,
  changesOf: (statements: readonly Statement[]) => Step['changes'],
  by: Circumstances,
): SegmentOutline {
  const { statements } = segment;
  const costOf = costsIn(segment, by);
  const steps = groupsOf(statements).map((places): Step => {
    const own = places.map((place) => statements[place]!);
    const cost = costOf(places);
    const changes = changesOf(own);
    return {
      changes,
      statements: own,
      cost,
      price: costText(cost, by.whole) ?? (changes.some((one) => isInOldTable(one, by)) ? 'metadata only' : null),
      hazards: hazardNames.filter((name) => own.some(({ hazards }) => hazards.some((hazard) => hazard.name === name))),
    };
  });
  const stops = statements.flatMap((statement) => stopsOf(statement, by)).filter(([relation]) => relation === by.whole);
  return {
    commits: statements[0]?.commits ?? 'with others',
    stopsAll: strongest(stops.map(([, whom]) => whom)),
    tables: tablesOf(steps),
  };
}

function isInOldTable({ change }: ChangeOutline, { without }: Circumstances): boolean {
  const object = subject(change);
  const table = tableOf(object);
  return table !== null && 'schema' in object && !without.has(relationName(object.schema, table));
}

const strongest = (stops: readonly Stops[]): Stops | null =>
  stops.find((one) => one === 'readers and writers') ?? stops[0] ?? null;

/** Nobody can wait for what a plan creates, and an index is locked with its table. */
const untold = (changes: readonly Change[]): ReadonlySet<string> =>
  new Set(
    changes.flatMap((change) =>
      [subject(change), ...(change.type === 'rename' ? [change.from] : [])].flatMap((object) => {
        const isNew = change.type === 'create' && (object.kind === 'table' || object.kind === 'view');
        return isNew || object.kind === 'index' || object.kind === 'key'
          ? [relationName(object.schema, object.name)]
          : [];
      }),
    ),
  );

/** What a plan's statements change, with what goes silently with it, and with the turn that a segment has in it. */
function changesIn({ changes, segments }: Plan): (statements: readonly Statement[], place: number) => Step['changes'] {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const turns = new Map<ObjectId, number[]>();
  for (const [place, { statements }] of segments.entries()) {
    for (const id of new Set(statements.flatMap(({ objects }) => objects))) {
      turns.set(id, [...(turns.get(id) ?? []), place]);
    }
  }
  const silent = groupBy(
    changes.filter(({ id }) => !turns.has(id)),
    (change) => traitsOf(subject(change)).parent(subject(change)),
  );
  return (statements, place) => {
    const ids = [...new Set(statements.flatMap(({ objects }) => objects))];
    const own = ids.flatMap((id) => [byId.get(id) ?? [], silent.get(id) ?? []].flat());
    return wholesOf(own).map((whole) => {
      const places = turns.get(whole.change.id) ?? [];
      const turn = { number: places.indexOf(place) + 1, of: places.length };
      return { ...whole, turn: turn.of === 1 ? null : turn };
    });
  };
}

/** Steps by the table of their first change, tables in the order of their first step. */
function tablesOf(steps: readonly Step[]): readonly TableOutline[] {
  const tableFor = ({ changes: [first] }: Step): string | null =>
    first === undefined ? null : tableOf(subject(first.change));
  // What makes no change keeps its place among the others.
  const groups = groupBy(steps, (step) => (step.changes.length === 0 ? step : tableFor(step)));
  return [...groups.values()].map((own) => ({ table: tableFor(own[0]!), steps: own }));
}

/** Each hazard once, by the relations that it is about, in the order of the closed list. */
function hazardsOf(plan: Plan, by: Circumstances): readonly HazardOutline[] {
  const found = statementsOf(plan).flatMap(({ hazards, scans, rewrites, locks }) => {
    const worked = [...rewrites, ...scans];
    const relations = sizesOf(worked.length > 0 ? worked : locks.map(({ relation }) => relation), by);
    return hazards.map(({ name, why, instead }) => ({ name, relations, reason: { why, instead } }));
  });
  const byName = groupBy(found, ({ name }) => name);
  return hazardNames.flatMap((name) => {
    const all = byName.get(name);
    if (all === undefined) return [];
    const cases = [...groupBy(all, ({ relations }) => JSON.stringify(relations)).values()].map((own) => ({
      relations: own[0]!.relations,
      reasons: [...new Map(own.map(({ reason }) => [JSON.stringify(reason), reason])).values()],
    }));
    return [{ name, cases }];
  });
}
