import { type Argument, type Flag, flagNamed, flags } from '../flags.ts';
import { entriesOf, type Manual } from '../manual.ts';

/** A place on the command line: what may stand behind the words that lead there. */
export interface Place {
  /** Each way that leads there, in words; the beginning of the line has the empty one. */
  readonly paths: readonly (readonly string[])[];
  /** Words that lead on; a command itself has none. */
  readonly words: readonly Word[];
  readonly flags: readonly Flag[];
  readonly argument: Argument | null;
}

/** A word that leads on, and what it does. */
export interface Word {
  readonly word: string;
  readonly about: string;
}

/** What a command does, by the words that lead to it. */
interface Way {
  readonly path: readonly string[];
  readonly about: string;
}

/** All places, the beginning of the line first. */
export function placesOf(manual: Manual): readonly Place[] {
  const ways = waysOf(manual);
  const groups = new Map(ways.map(({ path }) => [path.slice(0, -1).join(' '), path.slice(0, -1)]));
  return [
    ...merged([...groups.values()].map((path) => groupAt(path, ways))),
    ...entriesOf(manual).map(({ paths, flags: own, argument }) => ({
      paths,
      words: [],
      flags: [...own, flags.help],
      argument,
    })),
  ];
}

/** The paths of all commands, and behind `help` those of all that it explains. */
function waysOf({ commands }: Manual): readonly Way[] {
  const ways = commands.flatMap(({ paths = [], usage, about = '' }) =>
    paths.map((path) => ({ path, about: usage?.description ?? about })),
  );
  const given = ways.filter(({ path }) => path.length > 0);
  const explained = given.filter(({ path }) => path[0] !== 'help' && path.every((word) => !isFlag(word)));
  return [...given, ...explained.map(({ path, about }) => ({ path: ['help', ...path], about }))];
}

function groupAt(path: readonly string[], ways: readonly Way[]): Place {
  const next = ways.filter(
    (way) => way.path.length === path.length + 1 && path.every((word, i) => way.path[i] === word),
  );
  const words = next.map((way) => ({ word: way.path[path.length] ?? '', about: way.about }));
  return {
    paths: [path],
    words: words.filter(({ word }) => !isFlag(word)),
    flags: [...new Set(words.flatMap(({ word }) => (isFlag(word) ? (flagNamed(word) ?? []) : [])))],
    argument: null,
  };
}

/** Places with the same behind them are one: `postgres` and `pg`. */
function merged(places: readonly Place[]): readonly Place[] {
  const found = new Map<string, Place>();
  for (const place of places) {
    const key = JSON.stringify({ ...place, paths: [] });
    found.set(key, { ...place, paths: [...(found.get(key)?.paths ?? []), ...place.paths] });
  }
  return [...found.values()];
}

const isFlag = (word: string): boolean => word.startsWith('-');
