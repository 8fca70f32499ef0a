import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { runtimeVersion, systemDefinitions } from '../../schema/index.ts';
import type { Definitions } from '../../src/model/definition.ts';
import type { CatalogObject, ObjectKind, ObjectOf } from '../../src/model/objects.ts';
import { declare } from '../../src/postgres/declare.ts';

/** The catalog of a fresh system database that the newest runtime made, as PostgreSQL prints it. */
interface Upstream {
  readonly runtimeVersion: number;
  readonly tables: Readonly<Record<string, UpstreamTable>>;
  readonly functions: readonly {
    readonly name: string;
    readonly arguments: string;
    readonly returns: string;
    readonly language: string;
    readonly volatility: string;
    readonly securityDefiner: boolean;
    readonly config: readonly string[];
    readonly bodyMd5Normalized: string;
  }[];
  readonly extensions: readonly unknown[];
  readonly otherRelations: readonly unknown[];
  readonly migrations: readonly number[];
}

interface UpstreamTable {
  readonly columns: readonly {
    readonly order: number;
    readonly name: string;
    readonly type: string;
    readonly nullable: boolean;
    readonly default: string | null;
    readonly identity: string | null;
    readonly generated: string | null;
  }[];
  readonly constraints: readonly { readonly name: string; readonly definition: string }[];
  readonly indexes: readonly { readonly backsConstraint: string | null; readonly definition: string }[];
  readonly triggers: readonly { readonly enabled: string; readonly definition: string }[];
}

const upstream = JSON.parse(
  readFileSync(new URL('../../fixtures/upstream/catalog-postgres.json', import.meta.url), 'utf8'),
) as Upstream;

const pageTables = new Set([
  'workflow_inputs',
  'workflow_outputs',
  'workflow_queue',
  'scheduled_workflows',
  'migrations',
]);
const runtimeDefinitions: Definitions = {
  ...systemDefinitions,
  tables: systemDefinitions.tables.filter((table) => !pageTables.has(table.name)),
};
const objects = [...declare(runtimeDefinitions, { schema: 'dbos', database: 'example', role: null }).values()];

const ofKind = <K extends ObjectKind>(kind: K): readonly ObjectOf<K>[] =>
  objects.filter((object): object is CatalogObject & ObjectOf<K> => object.kind === kind);

/** The statement or clause that PostgreSQL prints for the object: pg_get_constraintdef, pg_get_indexdef and so on. */
const print = {
  key: (o: ObjectOf<'key'>) => `${o.primary ? 'PRIMARY KEY' : 'UNIQUE'} (${o.columns.map(quoted).join(', ')})`,
  foreignKey: (o: ObjectOf<'foreignKey'>) =>
    `FOREIGN KEY (${o.columns.join(', ')}) REFERENCES ${o.referencedSchema}.${o.referencedTable}` +
    `(${o.referencedColumns.join(', ')}) ON UPDATE ${o.onUpdate} ON DELETE ${o.onDelete}`,
  index: (o: ObjectOf<'index'>) =>
    `CREATE ${o.unique ? 'UNIQUE ' : ''}INDEX ${o.name} ON ${o.schema}.${o.table} ` +
    `USING ${o.method} (${o.columns.join(', ')})` +
    (o.include.length === 0 ? '' : ` INCLUDE (${o.include.join(', ')})`) +
    (o.predicate === null ? '' : ` WHERE ${o.predicate}`),
  trigger: (o: ObjectOf<'trigger'>) =>
    `CREATE TRIGGER ${o.name} ${o.definition.replace(/^AFTER INSERT/, `AFTER INSERT ON ${o.schema}.${o.table}`)} ` +
    `EXECUTE FUNCTION ${o.function?.replace(/^function:/, '')}`,
};

/** The one reserved word among the columns. */
const quoted = (column: string): string => (column === 'offset' ? '"offset"' : column);

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
const sorted = (texts: readonly string[]): readonly string[] => texts.toSorted();

describe('the declared system database is the one that the newest runtime makes', () => {
  test('version', () => {
    expect(runtimeVersion).toBe(upstream.runtimeVersion);
    expect(ofKind('version')).toEqual([
      {
        kind: 'version',
        schema: 'dbos',
        table: 'dbos_migrations',
        column: 'version',
        values: upstream.migrations.map(String),
      },
    ]);
  });

  test('tables, and nothing of a kind that is not compared here', () => {
    expect(sorted(ofKind('table').map((table) => table.name))).toEqual(sorted(Object.keys(upstream.tables)));
    const compared = ['table', 'column', 'key', 'foreignKey', 'index', 'trigger', 'function', 'version'];
    expect(new Set(objects.map((object) => object.kind))).toEqual(new Set(['database', 'schema', ...compared]));
    expect([...upstream.extensions, ...upstream.otherRelations]).toEqual([]);
  });

  describe.each(Object.entries(upstream.tables))('%s', (table, expected) => {
    const inTable = <K extends 'column' | 'key' | 'foreignKey' | 'index' | 'trigger'>(kind: K) =>
      ofKind(kind).filter((object) => object.table === table);

    test('columns', () => {
      const declared = inTable('column').map(
        (o) => `${o.name} ${o.type} ${o.nullable} ${o.default} ${o.generated} ${o.identity} ${o.collation}`,
      );
      const made = expected.columns.map(
        (c) => `${c.name} ${c.type} ${c.nullable} ${c.default} ${c.generated} ${c.identity} null`,
      );
      expect(sorted(declared)).toEqual(sorted(made));
    });

    test('columns stand in the same order', () => {
      const definition = runtimeDefinitions.tables.find(({ name }) => name === table);
      expect(Object.keys(definition?.columns ?? {})).toEqual(expected.columns.map((column) => column.name));
    });

    test('keys and foreign keys', () => {
      const declared = [
        ...inTable('key').map((o) => `${o.name}: ${print.key(o)}`),
        ...inTable('foreignKey').map((o) => `${o.name}: ${print.foreignKey(o)}`),
      ];
      expect(sorted(declared)).toEqual(sorted(expected.constraints.map((c) => `${c.name}: ${c.definition}`)));
    });

    test('indexes', () => {
      const own = expected.indexes.filter((index) => index.backsConstraint === null);
      expect(sorted(inTable('index').map(print.index))).toEqual(sorted(own.map((index) => index.definition)));
    });

    test('triggers', () => {
      expect(inTable('trigger').map(print.trigger)).toEqual(expected.triggers.map((trigger) => trigger.definition));
      expect(inTable('trigger').every((trigger) => trigger.enabled === 'origin')).toBe(true);
      expect(expected.triggers.every((trigger) => trigger.enabled === 'O')).toBe(true);
    });
  });

  test("functions, whose bodies are known as equal to the runtime's", () => {
    const declared = ofKind('function').map((o) => ({
      name: o.name,
      arguments: o.arguments,
      returns: o.returns,
      language: o.language,
      volatile: o.volatility === 'volatile',
      definer: o.security === 'definer',
      settings: o.settings,
      bodies: systemDefinitions.functions.find((definition) => definition.name === o.name)?.equivalents,
    }));
    const made = upstream.functions.map((o) => ({
      name: o.name,
      arguments: o.arguments,
      returns: o.returns,
      language: o.language,
      volatile: o.volatility === 'v',
      definer: o.securityDefiner,
      settings: o.config,
      bodies: [o.bodyMd5Normalized],
    }));
    expect(declared.toSorted(byName)).toEqual(made.toSorted(byName));
  });
});
