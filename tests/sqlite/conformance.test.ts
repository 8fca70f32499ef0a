import { describe, expect, test } from '@jest/globals';
import { systemDefinitions } from '../../schema/index.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { Definitions } from '../../src/model/definition.ts';
import type { CatalogObject, ObjectKind, ObjectOf } from '../../src/model/objects.ts';
import { canonical, canonicalDefault, nameText } from '../../src/sqlite/text/canonical.ts';
import { typeByAffinity } from '../../src/sqlite/type.ts';
import { declared, everything, files, live, runPlan, planOf, sqlOf } from './support.ts';
import { upstream, upstreamSql } from './upstream.ts';

/** Declared, but made by no runtime on SQLite. */
const pageTables = new Set([
  'workflow_inputs',
  'workflow_outputs',
  'workflow_queue',
  'scheduled_workflows',
  'migrations',
  'event_dispatch_kv',
]);
const runtimeDefinitions: Definitions = {
  ...systemDefinitions,
  tables: systemDefinitions.tables.filter((table) => !pageTables.has(table.name)),
};
const open = files();

const ofKind = <K extends ObjectKind>(catalog: Catalog, kind: K): readonly ObjectOf<K>[] =>
  [...catalog.values()].filter((object): object is CatalogObject & ObjectOf<K> => object.kind === kind);

const byName = (a: { name: string | null }, b: { name: string | null }): number =>
  String(a.name) < String(b.name) ? -1 : 1;

describe('the declared system database is the one that the newest runtime makes', () => {
  const catalog = declared(runtimeDefinitions);

  test('tables, and nothing of a kind that is not compared here', () => {
    expect(ofKind(catalog, 'table').map(({ name, options }) => [name, options])).toEqual(
      Object.keys(upstream.tables)
        .toSorted()
        .map((name) => [name, []]),
    );
    expect(Object.values(upstream.tables).some((table) => table.strict || table.withoutRowid)).toBe(false);
    expect(upstream.other).toEqual([]);
    const compared = ['database', 'table', 'column', 'key', 'foreignKey', 'index', 'version'];
    expect(new Set([...catalog.values()].map(({ kind }) => kind))).toEqual(new Set(compared));
    expect(ofKind(catalog, 'version').map(({ table, values }) => [table, values])).toEqual([
      ['dbos_migrations', upstream.migrations.map(String)],
    ]);
  });

  describe.each(Object.entries(upstream.tables))('%s', (table, made) => {
    const inTable = <K extends 'column' | 'key' | 'foreignKey' | 'index'>(kind: K) =>
      ofKind(catalog, kind).filter((object) => object.table === table);

    test('columns', () => {
      expect(inTable('column').map((c) => [c.name, c.type, c.nullable, c.default])).toEqual(
        made.columns
          .toSorted(byName)
          .map((c) => [c.name, typeByAffinity(c.type), !c.notNull && c.primaryKey === 0, canonicalDefault(c.default)]),
      );
    });

    test('keys', () => {
      const primary = made.columns.filter((c) => c.primaryKey > 0).toSorted((a, b) => a.primaryKey - b.primaryKey);
      const uniques = made.indexes.filter(({ origin }) => origin === 'unique');
      const print = (isPrimary: boolean, columns: readonly string[]): string => `${isPrimary} ${columns.join()}`;
      expect(new Set(inTable('key').map((key) => print(key.primary, key.columns)))).toEqual(
        new Set([
          print(
            true,
            primary.map(({ name }) => name),
          ),
          ...uniques.map(({ columns }) =>
            print(
              false,
              columns.map(([name]) => name),
            ),
          ),
        ]),
      );
    });

    test('foreign keys', () => {
      expect(
        inTable('foreignKey').map((key) => ({
          columns: key.columns,
          references: key.referencedTable,
          refColumns: key.referencedColumns,
          onUpdate: key.onUpdate,
          onDelete: key.onDelete,
        })),
      ).toEqual(made.foreignKeys);
    });

    test('indexes', () => {
      const names = { table, column: (name: string) => made.columns.find((column) => column.name === name)?.name };
      expect(inTable('index').map((i) => [i.name, i.unique, i.columns, i.predicate])).toEqual(
        made.indexes
          .filter(({ origin }) => origin === 'index')
          .toSorted(byName)
          .map((i) => [
            i.name,
            i.unique,
            i.columns.map(([name, order]) => nameText(name) + (order === 'DESC' ? ' DESC' : '')),
            i.predicate === null ? null : canonical(i.predicate, names),
          ]),
      );
    });
  });
});

describe("a file of the runtime's own", () => {
  test.each(["strftime('%s','now') * 1000", "unixepoch('subsec') * 1000"])(
    'with clocks %s has no drift',
    async (clock) => {
      const connection = await open(upstreamSql(clock));
      const { changes, unmanaged } = await planOf(connection, runtimeDefinitions);
      await connection.close();
      expect(changes).toEqual([]);
      expect(unmanaged).toEqual([]);
    },
  );

  test('lacks some tables and nothing else, so that none is rebuilt', async () => {
    const connection = await open(upstreamSql());
    const plan = await planOf(connection, everything);
    const { changes } = plan;
    expect(new Set(changes.map(({ type }) => type))).toEqual(new Set(['create']));
    const missing = everything.tables.map(({ name }) => name).filter((name) => !(name in upstream.tables));
    const firstWords = sqlOf(plan).map((sql) => sql.split(' (', 1)[0]);
    expect(firstWords).toEqual([
      ...missing.toSorted().map((name) => `CREATE TABLE "${name}"`),
      'CREATE INDEX "transaction_outputs_created_at_index" ON "transaction_outputs"',
      'INSERT INTO "dbos_datasource_migrations"',
      'DELETE FROM "dbos_datasource_migrations" WHERE "version" NOT IN',
      'INSERT INTO "dbos_transaction_completion_migrations"',
      'DELETE FROM "dbos_transaction_completion_migrations" WHERE "version" NOT IN',
    ]);
    await connection.close();
  });
});

test('a file of our own has exactly the declared catalog', async () => {
  const connection = await open();
  await runPlan(connection, everything);
  const found = [...(await live(connection, everything)).values()].map((object) => {
    if (object.kind !== 'index') return object;
    // The words that made it are kept beside what it is.
    const { text, ...definition } = object;
    expect(text).toMatch(/^CREATE /);
    return definition;
  });
  expect(found).toEqual([...declared(everything).values()]);
  await connection.close();
});
