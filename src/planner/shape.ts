import type { Catalog } from '../model/catalog.ts';
import { idFor } from '../model/kinds.ts';
import type { RetiredDefinition } from '../model/definition.ts';
import type { ObjectId, TableObject } from '../model/objects.ts';
import { type History, rangesOf, recordedId } from './history.ts';
import { retiredBy } from './ownership.ts';

/**
 * How much the columns of a table say about who made it. `telling`: nobody else makes such a table; `likely`: it is as
 * small as others' tables, and has what ours has; `possible`: it may be what is left of ours; `foreign`: it is not ours.
 */
export type Shape = 'telling' | 'likely' | 'possible' | 'foreign';

interface Sources {
  readonly live: Catalog;
  readonly declared: Catalog;
  readonly retired: readonly RetiredDefinition[];
  readonly history: History;
}

/** From so many columns on, a table that has most of them was not made by chance. */
const telling = 4;

/** A table of so few columns can lose all but one of them and still be what it was. */
const tiny = 3;

/** Compares the columns of tables, by name, with those that each has in the definitions and had in any release. */
export function shapesOf(
  tables: readonly TableObject[],
  { live, declared, retired, history }: Sources,
): ReadonlyMap<ObjectId, Shape> {
  const [found, own, keys] = [columnsByTable(live), columnsByTable(declared), keysByTable(declared)];
  return new Map(
    tables.map((table) => {
      const id = idFor(table);
      const name = `${table.schema}.${table.name}`;
      const known = [own.get(name), retiredBy(table, retired)?.columns].flatMap((names) =>
        names === undefined ? [] : [new Set(names)],
      );
      const sets = [...known, ...columnsInReleases(table, history)];
      return [id, shapeOf(found.get(name) ?? new Set(), sets, keys.get(name) ?? [])];
    }),
  );
}

type Names = ReadonlySet<string>;

function shapeOf(found: Names, sets: readonly Names[], key: readonly string[]): Shape {
  const shapes = new Set(sets.map((known) => likeness(found, known, key)));
  return (['telling', 'likely', 'possible'] as const).find((shape) => shapes.has(shape)) ?? 'foreign';
}

/** How much the columns that were found are like those of one known state of the table. */
function likeness(found: Names, known: Names, key: readonly string[]): Shape {
  const count = [...known].filter((name) => found.has(name)).length;
  const share = count / known.size;
  const hasKey = key.filter((name) => known.has(name)).every((name) => found.has(name));
  const isWithoutOthers = [...found].every((name) => known.has(name));
  // Beside one column of ours, one of somebody else says as much as that does.
  if (hasKey && share > 0.5 && (count > 1 || isWithoutOthers)) return known.size >= telling ? 'telling' : 'likely';
  return share > 0.5 || isRemainder(found, known, { share, hasKey, isWithoutOthers }) ? 'possible' : 'foreign';
}

interface Likeness {
  /** Of the known columns, how many are there, from 0 to 1. */
  readonly share: number;
  readonly hasKey: boolean;
  readonly isWithoutOthers: boolean;
}

/** Whether the columns may be what is left of the known ones after some have gone. */
function isRemainder(found: Names, known: Names, { share, hasKey, isWithoutOthers }: Likeness): boolean {
  if (share === 0.5 && hasKey) return true;
  return isWithoutOthers && (found.size === 0 || share === 0.5 || hasKey || known.size <= tiny);
}

function columnsByTable(catalog: Catalog): ReadonlyMap<string, Names> {
  const columns = new Map<string, Set<string>>();
  for (const o of catalog.values()) {
    if (o.kind !== 'column') continue;
    const table = `${o.schema}.${o.table}`;
    columns.set(table, (columns.get(table) ?? new Set()).add(o.name));
  }
  return columns;
}

const keysByTable = (catalog: Catalog): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...catalog.values()].flatMap((o) =>
      o.kind === 'key' && o.primary ? [[`${o.schema}.${o.table}`, o.columns] as const] : [],
    ),
  );

/** The columns that the table had in each state that a release left. */
const columnsInReleases = (table: TableObject, history: History): readonly Names[] => {
  const known = releases.get(history) ?? readReleases(history);
  releases.set(history, known);
  return known.get(recordedId(table).slice('table:'.length)) ?? [];
};

/** A history never changes, and is gone through once. */
const releases = new WeakMap<History, ReadonlyMap<string, readonly Names[]>>();

function readReleases({ objects }: History): ReadonlyMap<string, readonly Names[]> {
  const states = new Map<string, Map<number, Set<string>>>();
  for (const [id, hashes] of Object.entries(objects)) {
    const [, table, column] = /^column:(\w+\.\w+)\.(.+)$/s.exec(id) ?? [];
    if (table === undefined || column === undefined) continue;
    const byState = states.get(table) ?? new Map<number, Set<string>>();
    states.set(table, byState);
    for (const [first, last] of Object.values(hashes).flatMap(rangesOf)) {
      for (let state = first; state <= last; state += 1) {
        byState.set(state, (byState.get(state) ?? new Set()).add(unquoted(column)));
      }
    }
  }
  return new Map([...states].map(([table, byState]) => [table, distinct([...byState.values()])]));
}

const distinct = (sets: readonly Names[]): readonly Names[] => [
  ...new Map(sets.map((set) => [[...set].toSorted().join('\0'), set])).values(),
];

/** A name within an id stands in quotes where it is no plain word. */
const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
