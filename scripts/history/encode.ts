import type { History, HistoricState } from '../../src/planner/history.ts';
import type { Runtime } from './release.ts';
import { isEqual, type Snapshot, type State } from './states.ts';

/** Puts the states of all languages into one history; what two languages leave alike is one state with both names. */
export function encode(states: readonly State[], runtimes: readonly Runtime[]): History {
  const merged: { readonly like: State; readonly labels: readonly string[] }[] = [];
  for (const state of states) {
    const at = merged.findIndex(({ like }) => like.version === state.version && isEqual(like.snapshot, state.snapshot));
    const same = merged[at];
    const labels = [labelOf(state, states, runtimes)];
    if (same === undefined) merged.push({ like: state, labels });
    else if (isPartial(same.like) === isPartial(state)) merged[at] = { ...same, labels: [...same.labels, ...labels] };
    else if (isPartial(same.like)) merged[at] = { like: state, labels };
  }
  return {
    states: merged.map(({ like, labels }): HistoricState => ({
      version: like.version,
      label: labels.join('; '),
      ...(isPartial(like) ? { interrupted: true } : {}),
    })),
    objects: objectsOf(merged.map(({ like }) => like.snapshot)),
  };
}

/** Only a migration that was interrupted leaves it. */
const isPartial = ({ releases }: State): boolean => releases.length === 0;

function labelOf(state: State, states: readonly State[], runtimes: readonly Runtime[]): string {
  const { language, releases, begun, isQuiet } = state;
  const all = runtimes.find((runtime) => runtime.language === language)?.releases.map(({ name }) => name) ?? [];
  if (isPartial(state)) return `${language} ${nextRelease(state, states)}`;
  const names = `${language} ${rangesOf(releases, all)}`;
  if (begun.length > 0) return `${names}, begun by ${rangesOf(begun, all)}`;
  return isQuiet ? `${names}, without LISTEN and NOTIFY` : names;
}

/** States of the newest release's own history come first, by rising number. */
function nextRelease({ language, version }: State, states: readonly State[]): string {
  const next = states.find((s) => s.language === language && (s.version ?? 0) > (version ?? 0) && !isPartial(s));
  return next?.releases[0] ?? '';
}

/** `4.9 to 4.11` for releases that stand one behind the other. */
function rangesOf(names: readonly string[], all: readonly string[]): string {
  const places = names.map((name) => all.indexOf(name)).toSorted((a, b) => a - b);
  return runsOf(places)
    .map(([first, last]) => (first === last ? all[first]! : `${all[first]} to ${all[last]}`))
    .join(', ');
}

function objectsOf(snapshots: readonly Snapshot[]): History['objects'] {
  const places = new Map<string, Map<string, number[]>>();
  for (const [place, snapshot] of snapshots.entries()) {
    for (const [id, hash] of snapshot) {
      const byHash = places.get(id) ?? new Map<string, number[]>();
      places.set(id, byHash.set(hash, [...(byHash.get(hash) ?? []), place]));
    }
  }
  return Object.fromEntries(
    [...places]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, byHash]) => [id, Object.fromEntries([...byHash].map(([hash, list]) => [hash, textOf(list)]))]),
  );
}

const textOf = (places: readonly number[]): string =>
  runsOf(places)
    .map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
    .join(' ');

/** Rising numbers as first and last of those that follow one another. */
function runsOf(numbers: readonly number[]): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}
