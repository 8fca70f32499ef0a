import { versionTable } from '../model/definition.ts';
import type { Catalog } from '../model/catalog.ts';
import { definitionText } from '../model/kinds.ts';
import { hashAt, type History, idIn, newestOf, rangesOf, recordedId, tableOf, tracesOf } from './history.ts';

/** What a live schema is, in terms of the states that the runtime's own releases leave. */
export type Found = { readonly match: 'nothing' } | FoundState;

export interface FoundState {
  /**
   * `exact`: it is that state; `damaged`: it is nearest to it, and its version row says that it is it;
   * `nearest`: it is no state of any release, and that one only comes nearest.
   */
  readonly match: 'exact' | 'damaged' | 'nearest';
  /** The runtime schema version; null for what is older than these numbers. */
  readonly version: number | null;
  readonly label: string;
  /** Whether only a migration that was interrupted leaves it. */
  readonly interrupted: boolean;
  /** What the version rows say, where they say something else. */
  readonly claims: readonly string[];
  /** What that state has and the live schema has not; what stands in a missing table is not listed beside it. */
  readonly missing: readonly string[];
  readonly different: readonly string[];
  /** What only other states have. */
  readonly surplus: readonly string[];
}

export interface Sighting {
  /** As introspected. */
  readonly live: Catalog;
  /** The live catalog with the spellings of the target. */
  readonly settled: Catalog;
  readonly target: Catalog;
  readonly schema: string;
}

/** What of a live schema is compared with a history, by the ids of that. */
export interface Impression {
  /** The objects that are compared. */
  readonly ids: readonly string[];
  /** The hashes that an object of a state may have to be equal to the live one; none where that is missing. */
  readonly accepted: ReadonlyMap<string, readonly (string | undefined)[]>;
  /** What the version rows say. */
  readonly claims: readonly string[];
}

/**
 * Finds the state of a history that a live schema is in, or comes nearest to. Objects that no state has are somebody
 * else's and play no part, nor do tables that are declared and that the runtime does not have (any more).
 */
export function recognise(sighting: Sighting, history: History): Found {
  const ids = Object.keys(history.objects).filter(isShared(sighting.target, history));
  const accepted = acceptedHashes(sighting, ids, history);
  if (accepted.size === 0) return { match: 'nothing' };
  const found = closest({ ids, accepted, claims: claimsOf(sighting.live) }, history);
  const toLive = (recorded: readonly string[]): readonly string[] =>
    withoutParts(recorded).map((id) => idIn(sighting.schema, id));
  return {
    ...found,
    missing: toLive(found.missing),
    different: toLive(found.different),
    surplus: toLive(found.surplus),
  };
}

/** Finds the state, with all differences by the ids of the history. */
export function closest(impression: Impression, history: History): FoundState {
  const { claims } = impression;
  const place = nearest(distances(impression, history), claims, history);
  const { version, label, interrupted = false } = history.states[place]!;
  const differences = compare(place, impression, history);
  const isExact = Object.values(differences).every(({ length }) => length === 0);
  const isClaimed = claims.length === 1 && claims[0] === String(version);
  return {
    match: isExact ? 'exact' : isClaimed ? 'damaged' : 'nearest',
    version,
    label,
    interrupted,
    claims: isClaimed ? [] : claims,
    ...differences,
  };
}

/** Leaves out what stands on tables that are declared and that today's runtime has not. */
function isShared(target: Catalog, history: History): (id: string) => boolean {
  const newest = newestOf(history);
  const outside = new Set<string>();
  for (const object of target.values()) {
    const id = recordedId(object);
    if (object.kind === 'table' && hashAt(history, id, newest) === undefined) outside.add(id);
  }
  return (id) => !outside.has(tableOf(id) ?? id);
}

/**
 * An object is that of a state by its own definition, and that of the newest state, which is the declared one, also
 * where only its spelling is its own.
 */
function acceptedHashes(
  { live, settled, target, schema }: Sighting,
  ids: readonly string[],
  history: History,
): Impression['accepted'] {
  const traces = tracesOf(live, schema);
  const newest = newestOf(history);
  const accepted = new Map<string, readonly (string | undefined)[]>();
  for (const id of ids) {
    const trace = traces.get(id);
    if (trace === undefined) continue;
    const [found, wanted] = [settled.get(trace.id), target.get(trace.id)];
    const isDeclared = found !== undefined && wanted !== undefined && definitionText(found) === definitionText(wanted);
    accepted.set(id, isDeclared ? [trace.hash, hashAt(history, id, newest)] : [trace.hash]);
  }
  return accepted;
}

/** In how many objects each state is another than the live schema. */
function distances({ ids, accepted }: Impression, { states, objects }: History): readonly number[] {
  const distance = states.map(() => accepted.size);
  for (const id of ids) {
    const own = accepted.get(id);
    for (const [hash, places] of Object.entries(objects[id] ?? {})) {
      const step = own === undefined ? 1 : own.includes(hash) ? -1 : 0;
      for (const [first, last] of step === 0 ? [] : rangesOf(places)) {
        for (let place = first; place <= last; place += 1) distance[place] = (distance[place] ?? 0) + step;
      }
    }
  }
  return distance;
}

/**
 * Among states that come equally near, the one that the version row names, else the newest, else the first recorded.
 * The row is written behind a migration, so what says that it is further than an interrupted one has lost something.
 */
function nearest(distance: readonly number[], claims: readonly string[], { states }: History): number {
  const rank = (place: number): readonly number[] => {
    const { version: number, interrupted = false } = states[place]!;
    const version = number ?? 0;
    const isBehind = interrupted && claims.some((claim) => Number(claim) > version);
    return [isBehind ? 1 : 0, distance[place] ?? 0, claims.includes(String(version)) ? 0 : 1, -version, place];
  };
  return [...states.keys()].reduce((best, place) => (isBefore(rank(place), rank(best)) ? place : best), 0);
}

const isBefore = (a: readonly number[], b: readonly number[]): boolean => {
  const i = a.findIndex((value, k) => value !== b[k]);
  return i >= 0 && a[i]! < b[i]!;
};

function compare(
  place: number,
  { ids, accepted }: Impression,
  history: History,
): Pick<FoundState, 'missing' | 'different' | 'surplus'> {
  const [missing, different, surplus]: [string[], string[], string[]] = [[], [], []];
  for (const id of ids) {
    const [hash, own] = [hashAt(history, id, place), accepted.get(id)];
    if (hash === undefined && own !== undefined) surplus.push(id);
    if (hash !== undefined && own === undefined) missing.push(id);
    if (hash !== undefined && own !== undefined && !own.includes(hash)) different.push(id);
  }
  return { missing, different, surplus };
}

/** What goes and comes with its table needs no mention beside it. */
const withoutParts = (ids: readonly string[]): readonly string[] =>
  ids.filter((id) => !ids.includes(tableOf(id) ?? ''));

/** What the rows of the runtime's own version table say. */
const claimsOf = (live: Catalog): readonly string[] =>
  [...live.values()].flatMap((object) =>
    object.kind === 'version' && object.table === versionTable ? object.values : [],
  );
