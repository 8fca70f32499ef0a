import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import { traitsOf } from '../model/kinds.ts';
import type { ObjectId } from '../model/objects.ts';

/**
 * Expand, then contract: creates, alters and renames by rising rank, then drops by falling rank, then what says that
 * the schema is complete. What clings to others goes before all that. A change comes forward only for another that
 * cannot run without it: what an object requires is made before it and dropped after it, what holds an object lets go of
 * it before it is loosened, and a name is given up before it is taken.
 * @throws Error when changes wait for each other.
 */
export function order(changes: readonly Change[]): readonly Change[] {
  const preferred = changes.toSorted(byPreference);
  const before = prerequisites(preferred);
  const done = new Set<Change>();
  const waiting = new Set<Change>();
  const visit = (change: Change): void => {
    if (done.has(change)) return;
    if (waiting.has(change))
      throw new Error(`changes wait for each other: ${[...waiting].map((c) => c.id).join(', ')}`);
    waiting.add(change);
    for (const first of before(change)) visit(first);
    waiting.delete(change);
    done.add(change);
  };
  for (const change of preferred) visit(change);
  return [...done];
}

/** From this rank on, an object tells others that the schema is complete. */
const completeFrom = 1000;

function preference(change: Change): readonly [phase: number, rank: number] {
  const { rank, clings } = traitsOf(subject(change));
  if (change.type === 'drop') return [clings === true ? -1 : 1, -rank];
  return [rank < completeFrom ? 0 : 2, rank];
}

function byPreference(a: Change, b: Change): number {
  const [phaseA, rankA] = preference(a);
  const [phaseB, rankB] = preference(b);
  return phaseA - phaseB || rankA - rankB || depth(b) - depth(a) || (a.id < b.id ? -1 : 1);
}

const depth = (change: Change): number => traitsOf(subject(change)).depth?.(subject(change)) ?? 0;

/** What must run before a change, looked up by id and by name so that the whole stays linear. */
function prerequisites(changes: readonly Change[]): (change: Change) => readonly Change[] {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const leaving = new Map<ObjectId, Change[]>();
  const givingUp = new Map<string, Change>();
  const taking = new Map<Change, string[]>();
  const lettingGo = new Map<ObjectId, Change[]>();
  for (const change of changes) {
    for (const id of noLongerRequired(change)) push(leaving, id, change);
    for (const id of noLongerHeld(change)) push(lettingGo, id, change);
    for (const name of givenUp(change)) givingUp.set(name, carrier(change, byId));
    push(taking, carrier(change, byId), ...taken(change));
  }
  return (change) => {
    if (change.type === 'drop') return leaving.get(change.id) ?? [];
    const waitsFor = (other: Change): boolean =>
      isLoosened(other) && lettingGo.get(other.id)?.includes(change) === true;
    const required = traitsOf(change.to)
      .requires(change.to)
      .map((id) => byId.get(id))
      .filter((other) => other !== undefined && other.type !== 'drop' && !waitsFor(other));
    const vacated = (taking.get(change) ?? []).map((name) => givingUp.get(name));
    const released = isLoosened(change) ? (lettingGo.get(change.id) ?? []) : [];
    return [...required, ...vacated, ...released].filter(
      (other): other is Change => other !== undefined && other !== change,
    );
  };
}

/**
 * The change that makes or drops the object together with what it stands in: engines make the parts of a new table
 * with it, and all that stands in a dropped one keeps its name until then.
 */
function carrier(change: Change, byId: ReadonlyMap<ObjectId, Change>): Change {
  const parent = traitsOf(subject(change)).parent(subject(change));
  const above = parent === null ? undefined : byId.get(parent);
  return above?.type === change.type ? carrier(above, byId) : change;
}

function push<K, V>(map: Map<K, V[]>, at: K, ...values: readonly V[]): void {
  const list = map.get(at);
  if (list === undefined) map.set(at, [...values]);
  else list.push(...values);
}

/** What the object does without once the change has run. */
function noLongerRequired(change: Change): readonly ObjectId[] {
  if (change.type === 'create') return [];
  const before = traitsOf(change.from).requires(change.from);
  if (change.type === 'drop') return before;
  const after = new Set(traitsOf(change.to).requires(change.to));
  return before.filter((id) => !after.has(id));
}

/** What the object no longer holds once the change has run. */
function noLongerHeld(change: Change): readonly ObjectId[] {
  if (change.type === 'create') return [];
  const { holds } = traitsOf(change.from);
  const after = new Set(change.type === 'drop' ? [] : holds?.(change.to));
  return holds?.(change.from).filter((id) => !after.has(id)) ?? [];
}

const isLoosened = (change: Change): boolean =>
  change.type === 'alter' && traitsOf(change.to).loosens?.(change.from, change.to) === true;

/** Names that are free once the change has run. */
const givenUp = (change: Change): readonly string[] =>
  change.type === 'drop' || change.type === 'rename' ? traitsOf(change.from).occupies(change.from) : [];

/** Names that the change needs to be free. */
const taken = (change: Change): readonly string[] =>
  change.type === 'create' || change.type === 'rename' ? traitsOf(change.to).occupies(change.to) : [];
