import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import type { Change } from '../../src/model/change.ts';
import type { Connection, Row } from '../../src/model/dialect.ts';
import { idFor, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ColumnObject, IndexObject, ObjectId, TriggerObject } from '../../src/model/objects.ts';
import { order } from '../../src/planner/order.ts';
import { segmentsOf } from '../../src/planner/segments.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { partsByTable } from '../../src/sqlite/parts.ts';
import { tokenize } from '../../src/sqlite/text/tokens.ts';
import { declared, everything, files, live, runPlan, planOf, run } from './support.ts';
import { tries } from '../support/properties.ts';

const open = files();
const target = declared(everything);

/** What somebody did to one object, or to the table of it. */
type Mutation = (object: CatalogObject) => readonly CatalogObject[];

const gone: Mutation = () => [];
const types = ['INTEGER', 'TEXT', 'REAL', 'NUMERIC', 'BLOB'];

const column = (change: (c: ColumnObject) => Partial<ColumnObject>): Mutation => {
  return (object) => (object.kind === 'column' ? [{ ...object, ...change(object) }] : [object]);
};
const index = (change: (i: IndexObject) => Partial<IndexObject>): Mutation => {
  return (object) => (object.kind === 'index' ? [{ ...object, ...change(object) }] : [object]);
};

/** A table gets something that is none of ours beside it. */
const beside = (make: (table: string) => CatalogObject): Mutation => {
  return (object) => (object.kind === 'table' ? [object, make(object.name)] : [object]);
};

const theirColumn = (table: string, own: Partial<ColumnObject>): ColumnObject => ({
  kind: 'column',
  schema: 'main',
  table,
  name: 'their own',
  type: 'DECIMAL(10,2)',
  nullable: true,
  default: null,
  generated: null,
  identity: null,
  collation: null,
  position: 99,
  ...own,
});

const theirTrigger = (table: string): TriggerObject => ({
  kind: 'trigger',
  schema: 'main',
  table,
  name: `watch_${table}`,
  definition: `CREATE TRIGGER watch_${table} AFTER DELETE ON ${table} BEGIN SELECT '${table}; END'; END`,
  function: null,
  enabled: 'origin',
});

const theirs: readonly Mutation[] = [
  beside((table) => theirColumn(table, {})),
  beside((table) => theirColumn(table, { default: "'it''s'", nullable: false, collation: 'NOCASE', type: 'TEXT' })),
  beside((table) => theirColumn(table, { generated: "('x' || 1) STORED", type: '' })),
  beside(theirTrigger),
  beside((table) => ({
    kind: 'check',
    schema: 'main',
    table,
    name: `their check of ${table}`,
    expression: '1 < 2',
    validated: true,
  })),
];

const mutations: readonly Mutation[] = [
  gone,
  column(() => ({ default: "'x' || 1" })),
  column(() => ({ default: null })),
  column((c) => ({ nullable: !c.nullable && c.default !== null })),
  column(() => ({ collation: 'NOCASE' })),
  ...types.map((type) => column(() => ({ type }))),
  index(() => ({ predicate: null })),
  index((i) => ({ unique: !i.unique })),
  index((i) => ({ columns: i.columns.toReversed(), predicate: '1' })),
  index((i) => ({ columns: i.columns.slice(0, 1).map((c) => `${c.replace(/ DESC$/, '')} COLLATE NOCASE DESC`) })),
  (object) => (object.kind === 'foreignKey' ? [{ ...object, onDelete: 'NO ACTION', onUpdate: 'SET NULL' }] : [object]),
  (object) => (object.kind === 'foreignKey' ? [{ ...object, deferrable: 'initially deferred' }] : [object]),
  (object) => (object.kind === 'key' ? [{ ...object, onConflict: 'IGNORE' }] : [object]),
  (object) => (object.kind === 'key' ? [{ ...object, columns: object.columns.toReversed() }] : [object]),
  (object) => (object.kind === 'table' ? [{ ...object, options: ['WITHOUT ROWID'] }] : [object]),
  (object) => (object.kind === 'version' ? [{ ...object, values: ['7', '8'] }] : [object]),
  ...theirs,
];

const liveCatalogs = fc
  .array(fc.tuple(fc.nat(target.size - 1), fc.constantFrom(...mutations)), { maxLength: 40 })
  .map((chosen) => {
    const ids = [...target.keys()];
    const byId = new Map(chosen.map(([i, mutation]) => [ids[i], mutation] as const));
    return standing([...target].flatMap(([id, object]) => byId.get(id)?.(object) ?? [object]));
  });

/** Only what has all that it needs, as in any real file. */
function standing(objects: readonly CatalogObject[]): Catalog {
  const kept = objects.filter(({ kind }) => kind !== 'database');
  for (;;) {
    const ids = new Set(kept.map(idFor));
    const i = kept.findIndex((object) => !stands(object, kept, ids));
    if (i < 0) return catalogOf(kept);
    kept.splice(i, 1);
  }
}

function stands(object: CatalogObject, all: readonly CatalogObject[], ids: ReadonlySet<ObjectId>): boolean {
  if (object.kind === 'table') {
    const hasKey = all.some((o) => o.kind === 'key' && o.primary && o.table === object.name);
    const columns = all.filter((o) => o.kind === 'column' && o.table === object.name && o.generated === null);
    return columns.length > 0 && (hasKey || object.options.length === 0);
  }
  const needed = [traitsOf(object).parent(object), ...traitsOf(object).requires(object)];
  if (needed.some((id) => id !== null && target.has(id) && !ids.has(id))) return false;
  if (object.kind !== 'index') return true;
  const names = new Set(tokenize(object.predicate ?? '').map(({ value }) => value));
  const own = [...target.values()].filter((o) => o.kind === 'column' && o.table === object.table);
  return own.every((o) => !('name' in o) || !names.has(o.name) || ids.has(idFor(o)));
}

/** Makes the file, with a few rows in each table that could also stand in the declared one. */
async function build(catalog: Catalog, count: number): Promise<Connection> {
  const connection = await open();
  const creates = [...catalog].map(([id, to]): Change => ({ type: 'create', id, to }));
  const context = { live: new Map(), target: catalog, facts: new Map() };
  await run(connection, segmentsOf(sqlite.render(order(creates), context)));
  await connection.query('PRAGMA foreign_keys = OFF');
  const hasParents = canHaveRows(catalog, 'workflow_status');
  for (const name of partsByTable(catalog).keys()) {
    const refers = partsByTable(target).get(name)?.foreignKeys.length !== 0;
    if (!canHaveRows(catalog, name) || (refers && !hasParents)) continue;
    for (let i = 1; i <= count; i++) await connection.query(insert(catalog, name, i));
  }
  await connection.query('PRAGMA foreign_keys = ON');
  return connection;
}

/** Whether a table can have rows that fit the declared one too: all values that it needs, and texts for its key. */
const canHaveRows = (catalog: Catalog, table: string): boolean =>
  !target.has(`version:main.${table}` as ObjectId) &&
  [...target.values()].every((o) => {
    if (o.kind !== 'column' || o.table !== table) return true;
    const found = catalog.get(idFor(o));
    if (found?.kind !== 'column') return o.nullable || o.default !== null;
    return o.nullable || o.type !== 'TEXT' || found.type !== 'INTEGER';
  });

function insert(catalog: Catalog, table: string, i: number): string {
  const columns =
    partsByTable(catalog)
      .get(table)
      ?.columns.filter((c) => c.generated === null) ?? [];
  const values = columns.map((c) => {
    const wanted = target.get(idFor(c));
    if (wanted?.kind === 'column' && !wanted.nullable && wanted.default !== null && c.nullable) return 'NULL';
    return wanted?.kind === 'column' && /TEXT/.test(wanted.type) ? `'w${i}'` : String(i);
  });
  return `INSERT INTO ${table} (${columns.map((c) => `"${c.name}"`).join(', ')}) VALUES (${values.join(', ')})`;
}

/** The rows of each table, as texts, less what a NULL in them may become. */
async function contents(connection: Connection, catalog: Catalog): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const [name, { columns }] of partsByTable(catalog)) {
    if (target.has(`version:main.${name}` as ObjectId)) continue;
    const kept = columns.filter((c) => {
      const wanted = target.get(idFor(c));
      return wanted?.kind !== 'column' || wanted.nullable || !c.nullable;
    });
    const list = kept.map((c) => `CAST("${c.name}" AS TEXT) AS "${c.name}"`).join(', ');
    const rows = await connection.query(`SELECT ${list === '' ? '1' : list} FROM ${name}`);
    found.set(name, rows.map(textOf).toSorted());
  }
  return found;
}

/** Numbers that changed their type stay the numbers that they are. */
const textOf = (row: Row): string => JSON.stringify(row).replaceAll(/(\d)\.0"/g, '$1"');

test('whatever is there becomes what is declared, and keeps its rows', async () => {
  await fc.assert(
    fc.asyncProperty(liveCatalogs, fc.nat(3), async (catalog, count) => {
      const connection = await build(catalog, count);
      try {
        const before = await contents(connection, catalog);
        await runPlan(connection, everything);
        const { changes, unmanaged } = await planOf(connection, everything);
        expect(changes).toEqual([]);
        expect(unmanaged.map(idFor)).toEqual([...catalog.keys()].filter((id) => !target.has(id)).toSorted());
        expect(await contents(connection, catalog)).toEqual(before);
      } finally {
        await connection.close();
      }
    }),
    { numRuns: tries(60) },
  );
});

test('what is made is what is found', async () => {
  await fc.assert(
    fc.asyncProperty(liveCatalogs, async (catalog) => {
      const connection = await build(catalog, 0);
      try {
        const found = await live(connection, everything);
        const keys = new Set(
          [...catalog.values()].flatMap((o) =>
            o.kind === 'key' && o.primary ? o.columns.map((name) => `column:main.${o.table}.${name}`) : [],
          ),
        );
        const places = ([id, o]: readonly [ObjectId, CatalogObject]): unknown => [
          id,
          { ...o, position: null, text: null, ...(keys.has(id) ? { nullable: false } : {}) },
        ];
        const less = ([, { kind }]: readonly [ObjectId, CatalogObject]): boolean =>
          kind !== 'database' && kind !== 'version';
        expect([...found].filter(less).map(places)).toEqual([...catalog].filter(less).map(places));
      } finally {
        await connection.close();
      }
    }),
    { numRuns: tries(60) },
  );
});
