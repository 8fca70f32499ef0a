import { type Catalog, catalogOf } from '../model/catalog.ts';
import type { Definitions, TableDefinition } from '../model/definition.ts';
import type { Settled } from '../model/dialect.ts';
import { definitionText } from '../model/kinds.ts';
import type { CatalogObject, CheckObject, ColumnObject, ForeignKeyObject, KeyObject } from '../model/objects.ts';
import { groupBy } from '../model/group-by.ts';
import { moduleOf } from './kinds.ts';
import type { Spelling } from './kinds/draft.ts';
import { foreignKey } from './kinds/foreign-key.ts';
import { key } from './kinds/key.ts';
import { namesOf } from './live-table.ts';
import { claimer, schema } from './names.ts';
import { canonical, clock } from './text/canonical.ts';
import { folded } from './text/tokens.ts';
import { typeByAffinity } from './type.ts';

/**
 * The live catalog in the words of the definitions. What is the same to SQLite becomes the same: names that differ in
 * the case of ASCII letters, names of constraints, types of one affinity, and the clock as newer versions have it. The
 * histories were recorded in this spelling, so there is nothing between the live objects under their declared names and
 * the settled ones. Where a live catalog is its own target, as a newer release's is, it stays as it is.
 */
export function settle(live: Catalog, declared: Catalog, definitions: Definitions): Promise<Settled> {
  const spelling = spellingOf(live, definitions);
  const wanted = wantedOf(definitions);
  const objects = [...live.values()].map((object) => inWordsOf(wanted, moduleOf(object).respell(object, spelling)));
  const named = catalogOf(withDeclaredNames(objects, wanted));
  return Promise.resolve({ named, catalog: declared === live ? live : named });
}

function spellingOf(live: Catalog, { tables, retired }: Definitions): Spelling {
  const names = new Map<string, string>();
  const columns = new Map<string, Map<string, string>>();
  const add = (name: string): void => void names.set(folded(name), name);
  for (const { name, table } of retired) [name, ...(table === undefined ? [] : [table])].forEach(add);
  for (const table of tables) {
    [table.name, ...(table.indexes ?? []).map((index) => index.name)].forEach(add);
    columns.set(folded(table.name), new Map(Object.keys(table.columns).map((name) => [folded(name), name])));
  }
  const spelt = (table: string, name: string): string => columns.get(folded(table))?.get(folded(name)) ?? name;
  const others = new Map(
    [...groupBy(columnsOf(live), ({ table }) => table)]
      .filter(([table, own]) => own.some(({ name }) => spelt(table, name) !== name))
      .map(([table, own]) => [
        table,
        namesOf(
          table,
          own.map(({ name }) => ({ name: spelt(table, name) })),
        ),
      ]),
  );
  return {
    name: (name) => names.get(folded(name)) ?? name,
    column: spelt,
    expression: (table, text) => {
      const own = others.get(table);
      return own === undefined ? text : canonical(text, own);
    },
  };
}

const columnsOf = (catalog: Catalog): readonly ColumnObject[] =>
  [...catalog.values()].filter((object) => object.kind === 'column');

type Constraint = KeyObject | ForeignKeyObject | CheckObject;

/** The declared side of all that SQLite does not tell apart by name or by text. */
interface Wanted {
  readonly tables: ReadonlyMap<string, TableDefinition>;
  readonly constraints: ReadonlyMap<string, readonly Constraint[]>;
}

function wantedOf(definitions: Definitions): Wanted {
  const place = { database: '', schema, role: null };
  const constraints = [...key.declare(definitions, place), ...foreignKey.declare(definitions, place)];
  return {
    tables: new Map(definitions.tables.map((table) => [table.name, table])),
    constraints: groupBy(constraints, groupOf),
  };
}

const groupOf = ({ kind, table }: Constraint): string => `${kind} ${table}`;

/** `subsec` came with SQLite 3.42; an older one makes NULL of it. https://www.sqlite.org/lang_datefunc.html */
const newerClock = "unixepoch('subsec') * 1000";

/** Somebody else's column keeps its type and its default, for the day when the table is rebuilt around it. */
function inWordsOf({ tables }: Wanted, object: CatalogObject): CatalogObject {
  if (object.kind !== 'column') return object;
  const declared = tables.get(object.table)?.columns[object.name];
  if (declared === undefined) return object;
  const isClock = object.default === newerClock && declared.default !== undefined && 'clock' in declared.default;
  return { ...object, type: typeByAffinity(object.type), default: isClock ? clock : object.default };
}

/** A constraint's name means nothing to SQLite: one that does the same as a declared one has its name. */
function withDeclaredNames(objects: readonly CatalogObject[], wanted: Wanted): readonly CatalogObject[] {
  const isConstraint = (object: CatalogObject): object is Constraint =>
    object.kind === 'key' || object.kind === 'foreignKey' || object.kind === 'check';
  const groups = groupBy(objects.filter(isConstraint), groupOf);
  return [
    ...objects.filter((object) => !isConstraint(object)),
    ...[...groups].flatMap(([group, own]) => renamed(own, wanted.constraints.get(group) ?? [])),
  ];
}

/** Each declared name is given once, to what is as declared if anything is, and no other constraint of the table keeps it. */
function renamed(live: readonly Constraint[], declared: readonly Constraint[]): readonly Constraint[] {
  const names = new Map<Constraint, string>();
  for (const wanted of declared) {
    const alike = live.filter((object) => !names.has(object) && doesTheSame(object, wanted));
    const same = alike.find((object) => definitionText(object) === definitionText(wanted)) ?? alike[0];
    if (same !== undefined) names.set(same, wanted.name);
  }
  const claim = claimer();
  for (const name of names.values()) claim(name);
  return live.map((object) => ({ ...object, name: names.get(object) ?? claim(object.name) }));
}

function doesTheSame(a: Constraint, b: Constraint): boolean {
  if (a.kind === 'key' && b.kind === 'key')
    return a.primary || b.primary ? a.primary && b.primary : hasSameColumns(a, b);
  if (a.kind !== 'foreignKey' || b.kind !== 'foreignKey') return false;
  return hasSameColumns(a, b) && a.referencedTable === b.referencedTable;
}

const hasSameColumns = (a: KeyObject | ForeignKeyObject, b: KeyObject | ForeignKeyObject): boolean =>
  a.columns.join() === b.columns.join();
