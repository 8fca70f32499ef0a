import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { type Change, subject } from '../../src/model/change.ts';
import { UserError } from '../../src/model/errors.ts';
import type { Facts } from '../../src/model/facts.ts';
import { idFor, idOf, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectKind, ObjectOf } from '../../src/model/objects.ts';
import type { Statement } from '../../src/model/plan.ts';
import { type Outcome, plan } from '../../src/planner/plan.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { applyEdits, editsOf } from '../support/arbitrary-catalog.ts';
import { parsePostgres } from '../support/parse-postgres.ts';
import {
  aBacklog,
  aCheck,
  aColumn,
  aForeignKey,
  aFunction,
  aKey,
  aTrigger,
  anIndex,
  strangeNames,
} from '../support/sample-objects.ts';
import { owned } from './support.ts';
import { tries } from '../support/properties.ts';

const schema = 'dbos';
const place = { schema, table: 't' };
const database: ObjectOf<'database'> = { kind: 'database', name: 'app' };
const table: ObjectOf<'table'> = { kind: 'table', schema, name: 't', persistence: 'permanent', options: [] };
const column = { ...aColumn, ...place, name: 'c', position: 1 };
const key = { ...aKey, ...place, name: 'k', columns: ['a', 'b'] };
const check = { ...aCheck, ...place, name: 'ch', expression: '(c > 0)' };
const index = { ...anIndex, ...place, name: 'i', columns: ['a', 'b DESC'] };
const foreignKey = { ...aForeignKey, ...place, name: 'f', columns: ['c'], referencedSchema: schema };
const view: ObjectOf<'view'> = { kind: 'view', schema, name: 'w', materialized: false, definition: ' SELECT 1;' };
const fn = { ...aFunction, schema, name: 'fn', signature: '', arguments: '', returns: 'trigger', language: 'plpgsql' };
const body = '\nBEGIN\n  RETURN NULL;\nEND\n';
const trigger = { ...aTrigger, ...place, name: 'r', function: idFor({ ...fn }) };
const grant: ObjectOf<'grant'> = { kind: 'grant', schema, role: 'app', on: 'tables', lacking: [] };
const version: ObjectOf<'version'> = { kind: 'version', schema, table: 't', column: 'c', values: ['125'] };
const backlog = { ...aBacklog, schema };
const due = { kind: 'rows', schema, table: 't' } as const;
const dependent: ObjectOf<'dependent'> = {
  kind: 'dependent',
  name: 'view public.v',
  removal: 'DROP VIEW public.v',
  definition: 'CREATE VIEW public.v AS SELECT 1;',
  depth: 1,
  relations: ['public.v'],
};

const create = (to: CatalogObject): Change => ({ type: 'create', id: idFor(to), to });
const drop = (from: CatalogObject): Change => ({ type: 'drop', id: idFor(from), from });
const rename = (from: CatalogObject, name: string): Change => {
  const to = { ...from, name } as CatalogObject;
  return { type: 'rename', id: idFor(to), from, to };
};
/** From an object with other values in some fields. */
const alter = (to: CatalogObject, before: object): Change => ({
  type: 'alter',
  id: idFor(to),
  from: { ...to, ...before } as CatalogObject,
  to,
});

const target = catalogOf([database, { ...fn, body }]);
const unknown: Facts = new Map();
const render = (changes: readonly Change[], live: Catalog = new Map(), facts = unknown): readonly Statement[] =>
  postgres.render(changes, { live, target, facts });
const sqlOf = (changes: readonly Change[], live?: Catalog): readonly string[] =>
  render(changes, live).map(({ sql }) => sql);

const alterColumn = (action: string) => `ALTER TABLE "dbos"."t" ALTER COLUMN "c" ${action}`;
const createFunction = (rest: string) =>
  `CREATE OR REPLACE FUNCTION "dbos"."fn"()\nRETURNS trigger LANGUAGE plpgsql ${rest}\nAS $body$${body}$body$`;
const createTrigger =
  'CREATE OR REPLACE TRIGGER "r" AFTER INSERT ON "dbos"."t" FOR EACH ROW EXECUTE FUNCTION "dbos"."fn"()';

const cases: readonly (readonly [title: string, change: Change, sql: readonly string[]])[] = [
  ['create database', create(database), ['CREATE DATABASE "app"']],
  ['create schema', create({ kind: 'schema', name: schema }), ['CREATE SCHEMA "dbos"']],
  ['drop schema', drop({ kind: 'schema', name: schema }), ['DROP SCHEMA "dbos"']],

  ['create table', create(table), ['CREATE TABLE "dbos"."t" (\n  \n)']],
  ['log table', alter(table, { persistence: 'unlogged' }), ['ALTER TABLE "dbos"."t" SET LOGGED']],
  [
    'switch off row security',
    alter(table, { options: ['FORCE ROW LEVEL SECURITY', 'ROW LEVEL SECURITY'] }),
    ['ALTER TABLE "dbos"."t" NO FORCE ROW LEVEL SECURITY', 'ALTER TABLE "dbos"."t" DISABLE ROW LEVEL SECURITY'],
  ],
  ['drop table', drop(table), ['DROP TABLE "dbos"."t"']],
  ['drop foreign table', drop({ ...table, options: ['FOREIGN'] }), ['DROP FOREIGN TABLE "dbos"."t"']],

  ['create column', create(column), ['ALTER TABLE "dbos"."t" ADD COLUMN "c" text']],
  [
    'create column with all that belongs to it',
    create({ ...column, collation: '"C"', default: "'x'::text", nullable: false }),
    [`ALTER TABLE "dbos"."t" ADD COLUMN "c" text COLLATE "C" DEFAULT 'x'::text NOT NULL`],
  ],
  ['drop column', drop(column), ['ALTER TABLE "dbos"."t" DROP COLUMN "c"']],
  [
    'alter type of column',
    alter(column, { type: 'character varying(40)' }),
    [alterColumn('TYPE text USING "c"::text')],
  ],
  [
    'alter type and default of column',
    alter({ ...column, type: 'bigint', default: '0' }, { type: 'text', default: "'x'::text" }),
    [alterColumn('DROP DEFAULT'), alterColumn('TYPE bigint USING "c"::bigint'), alterColumn('SET DEFAULT 0')],
  ],
  [
    'alter type of column, and take its default away once',
    alter(column, { type: 'character varying(40)', default: "'x'::character varying" }),
    [alterColumn('DROP DEFAULT'), alterColumn('TYPE text USING "c"::text')],
  ],
  [
    'alter collation of column',
    alter(column, { collation: '"C"' }),
    [alterColumn('TYPE text COLLATE pg_catalog."default" USING "c"::text')],
  ],
  [
    'set default of column',
    alter({ ...column, default: 'now()' }, { default: null }),
    [alterColumn('SET DEFAULT now()')],
  ],
  ['replace default of column', alter({ ...column, default: '1' }, { default: '2' }), [alterColumn('SET DEFAULT 1')]],
  ['drop default of column', alter(column, { default: '1' }), [alterColumn('DROP DEFAULT')]],
  ['allow nulls in column', alter(column, { nullable: false }), [alterColumn('DROP NOT NULL')]],
  ['refuse nulls in column', alter({ ...column, nullable: false }, { nullable: true }), [alterColumn('SET NOT NULL')]],
  [
    'refuse nulls in column that has a default, old rows first',
    alter({ ...column, nullable: false, default: '1' }, { nullable: true, default: null }),
    [
      alterColumn('SET DEFAULT 1'),
      'UPDATE ONLY "dbos"."t" SET "c" = DEFAULT WHERE "c" IS NULL',
      alterColumn('SET NOT NULL'),
    ],
  ],
  ['make column ordinary that is an identity', alter(column, { identity: 'always' }), [alterColumn('DROP IDENTITY')]],
  [
    'make column ordinary that is generated and not stored',
    alter({ ...column, default: '1' }, { generated: '(1) VIRTUAL' }),
    ['ALTER TABLE "dbos"."t" DROP COLUMN "c"', 'ALTER TABLE "dbos"."t" ADD COLUMN "c" text DEFAULT 1'],
  ],
  [
    'store column as its type is stored',
    alter(column, { storage: 'EXTERNAL', compression: 'pglz' }),
    [alterColumn('SET STORAGE EXTENDED'), alterColumn('SET COMPRESSION default')],
  ],
  [
    'store column as its type is stored, which is a number',
    alter({ ...column, type: 'numeric(38,0)' }, { storage: 'EXTERNAL' }),
    [alterColumn('SET STORAGE MAIN')],
  ],
  [
    'alter type of column, with which comes how it is stored',
    alter(column, { type: 'character varying(40)', storage: 'EXTERNAL' }),
    [alterColumn('TYPE text USING "c"::text')],
  ],
  [
    'make column ordinary that is generated',
    alter(column, { generated: '(1) STORED' }),
    [alterColumn('DROP EXPRESSION')],
  ],

  ['create key', create(key), ['ALTER TABLE "dbos"."t" ADD CONSTRAINT "k" UNIQUE ("a", "b")']],
  [
    'create primary key',
    create({ ...key, primary: true, columns: ['a'], include: ['b'], deferrable: 'initially deferred' }),
    ['ALTER TABLE "dbos"."t" ADD CONSTRAINT "k" PRIMARY KEY ("a") INCLUDE ("b") DEFERRABLE INITIALLY DEFERRED'],
  ],
  [
    'create key without two nulls',
    create({ ...key, nullsNotDistinct: true }),
    ['ALTER TABLE "dbos"."t" ADD CONSTRAINT "k" UNIQUE NULLS NOT DISTINCT ("a", "b")'],
  ],
  [
    'alter key',
    alter(key, { columns: ['a'] }),
    ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "k", ADD CONSTRAINT "k" UNIQUE ("a", "b")'],
  ],
  [
    'finish key whose index is not',
    alter(key, { invalid: true }),
    ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "k", ADD CONSTRAINT "k" UNIQUE ("a", "b")'],
  ],
  ['rename key', rename(key, 'k2'), ['ALTER TABLE "dbos"."t" RENAME CONSTRAINT "k" TO "k2"']],
  ['drop key', drop(key), ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "k"']],

  ['create check', create(check), ['ALTER TABLE "dbos"."t" ADD CONSTRAINT "ch" CHECK ((c > 0))']],
  [
    'create check that is not validated',
    create({ ...check, validated: false }),
    ['ALTER TABLE "dbos"."t" ADD CONSTRAINT "ch" CHECK ((c > 0)) NOT VALID'],
  ],
  [
    'alter check',
    alter(check, { expression: '(c > 1)' }),
    ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "ch", ADD CONSTRAINT "ch" CHECK ((c > 0))'],
  ],
  ['validate check', alter(check, { validated: false }), ['ALTER TABLE "dbos"."t" VALIDATE CONSTRAINT "ch"']],
  ['rename check', rename(check, 'ch2'), ['ALTER TABLE "dbos"."t" RENAME CONSTRAINT "ch" TO "ch2"']],
  ['drop check', drop(check), ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "ch"']],

  ['create index', create(index), ['CREATE INDEX "i" ON "dbos"."t" USING btree (a, b DESC)']],
  [
    'create index with all that belongs to it',
    create({ ...index, unique: true, include: ['d'], nullsNotDistinct: true, predicate: '(a IS NULL)' }),
    ['CREATE UNIQUE INDEX "i" ON "dbos"."t" USING btree (a, b DESC) INCLUDE (d) NULLS NOT DISTINCT WHERE (a IS NULL)'],
  ],
  [
    'alter index, the successor first',
    alter({ ...index, predicate: '(a IS NULL)' }, { predicate: null }),
    [
      'CREATE INDEX "dbos_new_i" ON "dbos"."t" USING btree (a, b DESC) WHERE (a IS NULL)',
      'DROP INDEX "dbos"."i"',
      'ALTER INDEX "dbos"."dbos_new_i" RENAME TO "i"',
    ],
  ],
  [
    'alter index that is invalid',
    alter(index, { valid: false }),
    ['DROP INDEX "dbos"."i"', 'CREATE INDEX "i" ON "dbos"."t" USING btree (a, b DESC)'],
  ],
  ['rename index', rename(index, 'i2'), ['ALTER INDEX "dbos"."i" RENAME TO "i2"']],
  ['drop index', drop(index), ['DROP INDEX "dbos"."i"']],

  [
    'create foreign key',
    create(foreignKey),
    [
      'ALTER TABLE "dbos"."t" ADD CONSTRAINT "f" FOREIGN KEY ("c") REFERENCES "dbos"."workflow_status" ("workflow_uuid") ON UPDATE CASCADE ON DELETE CASCADE',
    ],
  ],
  [
    'alter foreign key',
    alter(
      { ...foreignKey, match: 'FULL', deferrable: 'initially immediate', onDelete: 'SET NULL' },
      { match: 'SIMPLE' },
    ),
    [
      'ALTER TABLE "dbos"."t" DROP CONSTRAINT "f", ADD CONSTRAINT "f" FOREIGN KEY ("c") REFERENCES "dbos"."workflow_status" ("workflow_uuid") MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY IMMEDIATE',
    ],
  ],
  [
    'enforce foreign key',
    alter(foreignKey, { validated: false, notEnforced: true }),
    [
      'ALTER TABLE "dbos"."t" DROP CONSTRAINT "f", ADD CONSTRAINT "f" FOREIGN KEY ("c") REFERENCES "dbos"."workflow_status" ("workflow_uuid") ON UPDATE CASCADE ON DELETE CASCADE',
    ],
  ],
  [
    'guard foreign key whose triggers are off',
    alter(foreignKey, { unguarded: true }),
    [
      'ALTER TABLE "dbos"."t" DROP CONSTRAINT "f", ADD CONSTRAINT "f" FOREIGN KEY ("c") REFERENCES "dbos"."workflow_status" ("workflow_uuid") ON UPDATE CASCADE ON DELETE CASCADE',
    ],
  ],
  ['validate foreign key', alter(foreignKey, { validated: false }), ['ALTER TABLE "dbos"."t" VALIDATE CONSTRAINT "f"']],
  ['rename foreign key', rename(foreignKey, 'f2'), ['ALTER TABLE "dbos"."t" RENAME CONSTRAINT "f" TO "f2"']],
  ['drop foreign key', drop(foreignKey), ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "f"']],

  ['drop view', drop(view), ['DROP VIEW "dbos"."w"']],
  [
    'enforce foreign key',
    alter(foreignKey, { validated: false, notEnforced: true }),
    [
      'ALTER TABLE "dbos"."t" DROP CONSTRAINT "f", ADD CONSTRAINT "f" FOREIGN KEY ("c") REFERENCES "dbos"."workflow_status" ("workflow_uuid") ON UPDATE CASCADE ON DELETE CASCADE',
    ],
  ],
  ['drop materialized view', drop({ ...view, materialized: true }), ['DROP MATERIALIZED VIEW "dbos"."w"']],

  ['create function', create({ ...fn, body }), [createFunction('VOLATILE SECURITY INVOKER')]],
  [
    'create function with all that belongs to it',
    create({
      ...fn,
      name: 'g',
      signature: 'text',
      arguments: 'a text DEFAULT NULL::text',
      returns: 'text',
      volatility: 'stable',
      security: 'definer',
      strict: true,
      body: '$body$',
      settings: ['search_path=pg_catalog, pg_temp'],
    }),
    [
      'CREATE OR REPLACE FUNCTION "dbos"."g"(a text DEFAULT NULL::text)\nRETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER\nSTRICT\nSET search_path TO pg_catalog, pg_temp\nAS $body1$$body$$body1$',
    ],
  ],
  [
    'alter function in place',
    alter({ ...fn, body }, { settings: ['work_mem=4MB'], security: 'definer' }),
    [createFunction('VOLATILE SECURITY INVOKER')],
  ],
  [
    'alter what a function returns',
    alter({ ...fn, body }, { returns: 'void' }),
    ['DROP FUNCTION "dbos"."fn"()', createFunction('VOLATILE SECURITY INVOKER')],
  ],
  [
    'let no function run in several processes',
    alter({ ...fn, body }, { parallel: 'safe' }),
    [createFunction('VOLATILE SECURITY INVOKER')],
  ],
  [
    'let everybody run a function again',
    alter(fn, { execution: 'granted' }),
    ['GRANT EXECUTE ON FUNCTION "dbos"."fn"() TO PUBLIC'],
  ],
  [
    'alter function that only some may run',
    alter({ ...fn, body }, { execution: 'granted', strict: true }),
    [createFunction('VOLATILE SECURITY INVOKER'), 'GRANT EXECUTE ON FUNCTION "dbos"."fn"() TO PUBLIC'],
  ],
  [
    'drop function',
    drop({ ...fn, signature: 'text, bigint', arguments: 'a text, b bigint' }),
    ['DROP FUNCTION "dbos"."fn"(text, bigint)'],
  ],

  ['create trigger', create(trigger), [createTrigger]],
  [
    'create trigger that is disabled',
    create({ ...trigger, enabled: 'disabled' }),
    [createTrigger, 'ALTER TABLE "dbos"."t" DISABLE TRIGGER "r"'],
  ],
  ['alter trigger', alter(trigger, { definition: 'BEFORE INSERT FOR EACH ROW', enabled: 'replica' }), [createTrigger]],
  ['enable trigger', alter(trigger, { enabled: 'disabled' }), ['ALTER TABLE "dbos"."t" ENABLE TRIGGER "r"']],
  [
    'alter trigger that is a constraint',
    alter(trigger, { definition: 'CONSTRAINT AFTER INSERT DEFERRABLE INITIALLY DEFERRED FOR EACH ROW' }),
    ['DROP TRIGGER "r" ON "dbos"."t"', createTrigger],
  ],
  ['drop trigger', drop(trigger), ['DROP TRIGGER "r" ON "dbos"."t"']],

  ['create grant', create({ ...grant, on: 'database' }), ['GRANT CONNECT ON DATABASE "app" TO "app"']],
  ['alter grant', alter(grant, { lacking: ['t'] }), ['GRANT ALL PRIVILEGES ON ALL TABLES IN SCHEMA "dbos" TO "app"']],

  ['create version', create(version), ['INSERT INTO "dbos"."t" ("c") VALUES (125) ON CONFLICT DO NOTHING']],
  [
    'alter version',
    alter(version, { values: ['7', '8'] }),
    [
      'INSERT INTO "dbos"."t" ("c") VALUES (125) ON CONFLICT DO NOTHING',
      `DELETE FROM ONLY "dbos"."t" WHERE "c"::text NOT IN ('125') AND EXISTS (SELECT FROM ONLY "dbos"."t" WHERE "c"::text IN ('125'))`,
    ],
  ],
  ['drop version', drop(version), ['DELETE FROM ONLY "dbos"."t"']],

  ['drop dependent', drop(dependent), ['DROP VIEW public.v']],
];

describe('one change', () => {
  test.each(cases)('%s', (_, change, sql) => {
    const statements = render([change]);
    expect(statements.map((statement) => statement.sql)).toEqual(sql);
    for (const { objects } of statements) expect(objects).toEqual([change.id]);
  });

  test('is one that the server reads', async () => {
    await parsePostgres(cases.flatMap(([, , sql]) => sql));
  });

  test('of every kind and type is either rendered or impossible', () => {
    const rendered = new Set(cases.map(([, change]) => `${change.type} ${subject(change).kind}`));
    const impossible: readonly Change[] = [
      rename(database, 'x'),
      drop(database),
      alter(database, {}),
      rename(
        {
          kind: 'schema',
          name: schema,
        },
        'x',
      ),
      alter(
        {
          kind: 'schema',
          name: schema,
        },
        {},
      ),
      rename(table, 'x'),
      rename(column, 'x'),
      create(view),
      alter(view, { definition: '' }),
      rename(view, 'x'),
      rename({ ...fn }, 'x'),
      rename(trigger, 'x'),
      rename(grant, 'x'),
      drop(grant),
      rename(version, 'x'),
      create(backlog),
      alter(backlog, { columns: [] }),
      rename(backlog, 'x'),
      create(due),
      alter(due, { schema: 'x' }),
      rename(due, 'x'),
      create(dependent),
      alter(dependent, { depth: 2 }),
      rename(dependent, 'x'),
    ];
    for (const change of impossible) expect(() => render([change])).toThrow(/^no plan can /);
    const all = [...rendered, 'drop backlog', 'drop rows', ...impossible.map((c) => `${c.type} ${subject(c).kind}`)];
    const kinds: readonly ObjectKind[] = [...new Set(all.map((text) => text.split(' ')[1] as ObjectKind))];
    expect(all.toSorted()).toEqual(
      kinds.flatMap((kind) => ['alter', 'create', 'drop', 'rename'].map((type) => `${type} ${kind}`)).toSorted(),
    );
    expect(kinds).toHaveLength(16);
  });
});

const declareIn = (name: string, role: string | null): Catalog =>
  postgres.declare(systemDefinitions, { schema: name, database: 'app_dbos', role });
const declared = declareIn('dbos', 'app');

interface Written extends Outcome {
  readonly statements: readonly Statement[];
}

/** To nothing of ours; grants are no part of it. */
const planReset = (live: Catalog): Written => {
  const rest = catalogOf([...live.values()].filter(({ kind }) => kind === 'database'));
  return planFor(live, rest, owned(live, 'everything of ours'));
};

function planFor(live: Catalog, to: Catalog, ownership = owned(to, 'retired with rows')): Written {
  const outcome = plan({ live, settled: live, target: to, ownership });
  return { ...outcome, statements: postgres.render(outcome.changes, { live, target: to, facts: unknown }) };
}

/** Goes down with its table or its schema, so that it needs no statement. */
const goesWithParent = (change: Change, changes: readonly Change[]): boolean => {
  const parent = traitsOf(subject(change)).parent(subject(change));
  return change.type === 'drop' && changes.some((other) => other.type === 'drop' && other.id === parent);
};

describe('generated changes', () => {
  const plans = fc.oneof(
    editsOf(declared).map((edits) => planFor(applyEdits(declared, edits), declared)),
    editsOf(declareIn('dbos', null)).map((edits) => planReset(applyEdits(declareIn('dbos', null), edits))),
  );

  test('are all rendered, each but for what goes with its table, and nothing twice', () => {
    fc.assert(
      fc.property(plans, ({ changes, statements }) => {
        const rendered = new Set(statements.flatMap(({ objects }) => objects));
        const silent = changes.filter(({ id }) => !rendered.has(id));
        expect(silent.filter((change) => !goesWithParent(change, changes))).toEqual([]);
        expect([...rendered].filter((id) => !changes.some((change) => change.id === id))).toEqual([]);
        expect(new Set(statements.map(({ sql }) => sql)).size).toBe(statements.length);
      }),
      { numRuns: tries(150) },
    );
  });

  test('are rendered as statements that the server reads', async () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(plans, ({ statements }) => {
        for (const { sql } of statements) seen.add(sql);
      }),
      { numRuns: tries(150) },
    );
    await parsePostgres([...seen]);
  });
});

describe('a fresh database', () => {
  const { statements, changes } = planFor(new Map(), declared);

  test('gets one statement a table, with its columns, in their order, and its keys', () => {
    const created = statements.filter(({ sql }) => sql.startsWith('CREATE TABLE'));
    expect(created).toHaveLength(systemDefinitions.tables.length);
    for (const definition of systemDefinitions.tables) {
      const statement = created.find(({ objects }) => objects[0] === idOf.table('dbos', definition.name));
      const parts = changes
        .map(subject)
        .filter((o) => (o.kind === 'column' || o.kind === 'key') && o.table === definition.name)
        .map(idFor);
      expect(new Set(statement?.objects)).toEqual(new Set([idOf.table('dbos', definition.name), ...parts]));
      const columns = [...(statement?.sql ?? '').matchAll(/^ {2}"((?:[^"]|"")+)"/gm)].map((match) => match[1]);
      expect(columns).toEqual(Object.keys(definition.columns));
    }
    expect(statements.filter(({ sql }) => sql.includes('ADD COLUMN') || sql.includes('PRIMARY KEY'))).toEqual(created);
  });

  test('locks nothing and endangers nothing', () => {
    expect(statements.flatMap(({ locks, scans, rewrites }) => [...locks, ...scans, ...rewrites])).toEqual([]);
    expect(statements.flatMap(({ hazards }) => hazards)).toEqual([]);
  });

  test('is created from elsewhere and outside a transaction, and all else within', () => {
    const [first, ...rest] = statements;
    expect(first).toMatchObject({ sql: 'CREATE DATABASE "app_dbos"', on: 'server', commits: 'no transaction' });
    expect(rest.every(({ on, commits }) => on === 'database' && commits === 'with others')).toBe(true);
  });

  test('gets its version last', () => {
    expect(statements.at(-1)?.sql).toBe(
      'INSERT INTO "dbos"."dbos_migrations" ("version") VALUES (125) ON CONFLICT DO NOTHING',
    );
  });
});

describe('locks, scans and rewrites', () => {
  const [t, p] = ['dbos.t', 'dbos.workflow_status'];
  /** Of the first statement: the modes by relation, then what is looked through and what is written anew. */
  const costOf = (change: Change, live?: Catalog) => {
    const [statement] = render([change], live);
    const { locks = [], scans, rewrites } = statement ?? {};
    return [Object.fromEntries(locks.map(({ relation, mode }) => [relation, mode])), scans, rewrites];
  };
  const strongest = { [t]: 'ACCESS EXCLUSIVE' };
  const nothing: Catalog = new Map();
  const indexed = (o: Partial<ObjectOf<'index'>>): Catalog => catalogOf([{ ...index, columns: ['c'], ...o }]);
  const toText = alter(column, { type: 'character varying(40)' });

  test.each<[string, Change, object, readonly string[], readonly string[], Catalog?]>([
    ['a nullable column', create(column), strongest, [], []],
    ['a column with a constant', create({ ...column, default: '1', nullable: false }), strongest, [], []],
    ['a column that needs a value', create({ ...column, nullable: false }), strongest, [t], []],
    [
      'a column with a value of its own in each row',
      create({ ...column, default: '(gen_random_uuid())::text' }),
      strongest,
      [t],
      [t],
    ],
    ['another default', alter({ ...column, default: '1' }, { default: '2' }), strongest, [], []],
    [
      'a longer text',
      alter({ ...column, type: 'character varying(255)' }, { type: 'character varying(40)' }),
      strongest,
      [],
      [],
    ],
    ['a text without limit', toText, strongest, [], []],
    ['a text in an index', toText, strongest, [], [], indexed({})],
    [
      'a text in the condition of an index',
      toText,
      strongest,
      [t],
      [],
      indexed({ columns: ['a'], predicate: '(c > 0)' }),
    ],
    ['a text in an expression', toText, strongest, [t], [], indexed({ columns: ['lower(c)'] })],
    ['a text beside such an index', toText, strongest, [], [], indexed({ columns: ['lower(cc)'] })],
    ['a collation', alter(column, { collation: '"C"' }), strongest, [t], [], indexed({})],
    ['a collation without an index', alter(column, { collation: '"C"' }), strongest, [], []],
    [
      'a text with a foreign key',
      toText,
      { [t]: 'ACCESS EXCLUSIVE', [p]: 'ACCESS EXCLUSIVE' },
      [],
      [],
      catalogOf([foreignKey]),
    ],
    [
      'a number with a foreign key',
      alter({ ...column, type: 'bigint' }, { type: 'integer' }),
      { [t]: 'ACCESS EXCLUSIVE', [p]: 'ACCESS EXCLUSIVE' },
      [t, p],
      [t],
      catalogOf([foreignKey]),
    ],
    ['a shorter text', alter({ ...column, type: 'character varying(40)' }, { type: 'text' }), strongest, [t], [t]],
    ['a text out of an array', alter(column, { type: 'character varying(40)[]' }), strongest, [t], [t]],
    ['a larger number', alter({ ...column, type: 'bigint' }, { type: 'integer' }), strongest, [t], [t]],
    [
      'a number of more digits',
      alter({ ...column, type: 'numeric(38,0)' }, { type: 'numeric(20,0)' }),
      strongest,
      [],
      [],
    ],
    [
      'a number of other digits',
      alter({ ...column, type: 'numeric(38,15)' }, { type: 'numeric(38,0)' }),
      strongest,
      [t],
      [t],
    ],
    ['no nulls any more', alter({ ...column, nullable: false }, { nullable: true }), strongest, [t], []],
    ['a dropped column', drop(column), strongest, [], []],
    ['a dropped table', drop(table), strongest, [], []],
    ['a logged table', alter(table, { persistence: 'unlogged' }), strongest, [t], [t]],
    ['a key', create(key), strongest, [t], []],
    ['a key under another name', rename(key, 'k2'), strongest, [], []],
    ['a check', create(check), strongest, [t], []],
    ['a check that is not validated', create({ ...check, validated: false }), strongest, [], []],
    ['a validated check', alter(check, { validated: false }), { [t]: 'SHARE UPDATE EXCLUSIVE' }, [t], []],
    ['an index', create(index), { [t]: 'SHARE' }, [t], []],
    ['an index under another name', rename(index, 'i2'), {}, [], []],
    ['a dropped index', drop(index), strongest, [], []],
    ['a foreign key', create(foreignKey), { [t]: 'SHARE ROW EXCLUSIVE', [p]: 'SHARE ROW EXCLUSIVE' }, [t, p], []],
    [
      'a foreign key that is not validated',
      create({ ...foreignKey, validated: false }),
      { [t]: 'SHARE ROW EXCLUSIVE', [p]: 'SHARE ROW EXCLUSIVE' },
      [],
      [],
    ],
    [
      'a foreign key onto its own table',
      create({ ...foreignKey, referencedTable: 't' }),
      { [t]: 'SHARE ROW EXCLUSIVE' },
      [t],
      [],
    ],
    [
      'a replaced foreign key',
      alter(foreignKey, { onDelete: 'NO ACTION' }),
      { [t]: 'ACCESS EXCLUSIVE', [p]: 'ACCESS EXCLUSIVE' },
      [t, p],
      [],
    ],
    [
      'a validation',
      alter(foreignKey, { validated: false }),
      { [t]: 'SHARE UPDATE EXCLUSIVE', [p]: 'ROW SHARE' },
      [t, p],
      [],
    ],
    ['a dropped foreign key', drop(foreignKey), { [t]: 'ACCESS EXCLUSIVE', [p]: 'ACCESS EXCLUSIVE' }, [], []],
    ['a trigger', create(trigger), { [t]: 'SHARE ROW EXCLUSIVE' }, [], []],
    ['a function', create({ ...fn, body }), {}, [], []],
    ['a grant', create(grant), {}, [], []],
    ['a version', create(version), { [t]: 'ROW EXCLUSIVE' }, [], []],
    ['a dropped version', drop(version), { [t]: 'ROW EXCLUSIVE' }, [t], []],
    ['a dependent', drop(dependent), { 'public.v': 'ACCESS EXCLUSIVE' }, [], []],
  ])('of %s', (_, change, locks, scans, rewrites, live = nothing) => {
    expect(costOf(change, live)).toEqual([locks, scans, rewrites]);
  });

  test('of a key that a foreign key uses are told of both tables', () => {
    const used = { ...key, table: 'workflow_status', columns: ['workflow_uuid'] };
    const statements = render([alter(used, { include: ['c'] })], catalogOf([foreignKey, used]));
    expect(statements.map(({ locks }) => locks.map(({ relation, mode }) => `${relation} ${mode}`))).toEqual([
      [`${t} ACCESS EXCLUSIVE`, `${p} ACCESS EXCLUSIVE`],
      [`${p} ACCESS EXCLUSIVE`],
      [`${t} SHARE ROW EXCLUSIVE`, `${p} SHARE ROW EXCLUSIVE`],
    ]);
  });

  test('of a foreign key in a new table are those of the table that it references', () => {
    const statements = render([create(table), create(column), create(foreignKey)]);
    expect(statements.map(({ locks, scans, hazards }) => ({ locks, scans, hazards }))).toEqual([
      { locks: [], scans: [], hazards: [] },
      { locks: [{ relation: p, mode: 'SHARE ROW EXCLUSIVE' }], scans: [], hazards: [] },
    ]);
  });

  test('of a foreign key in a table without rows leave the other one alone', () => {
    const facts: Facts = new Map([[t, { rows: 0, bytes: 0 }]]);
    const [made] = render([create(foreignKey)], new Map(), facts);
    expect(made?.scans).toEqual([t]);
  });

  test('come with the rows and bytes of all that is looked through or written anew', () => {
    const facts: Facts = new Map([
      [t, { rows: 7, bytes: 100 }],
      [p, { rows: 30, bytes: 1000 }],
    ]);
    const sizes = (change: Change) => render([change], new Map(), facts).map(({ rows, bytes }) => [rows, bytes]);
    expect(sizes(create(foreignKey))).toEqual([[37, 1100]]);
    expect(sizes(alter(table, { persistence: 'unlogged' }))).toEqual([[7, 100]]);
    expect(sizes(create(column))).toEqual([[0, 0]]);
  });
});

describe('hazards', () => {
  const [t, p] = ['dbos.t', 'dbos.workflow_status'];
  const large = { rows: 1_234_567, bytes: 870_000_000 };
  const filled: Facts = new Map([
    [t, large],
    [p, { rows: 40_000, bytes: 5_000_000 }],
  ]);
  const small: Facts = new Map([
    [t, { rows: 999, bytes: 1_000_000 }],
    [p, { rows: 1, bytes: 8192 }],
  ]);
  const hazardsOf = (changes: readonly Change[], facts: Facts) =>
    render(changes, new Map(), facts).map(({ hazards }) => hazards.map(({ name, why }) => `${name}: ${why}`));
  const namesOf = (changes: readonly Change[], facts: Facts) =>
    render(changes, new Map(), facts).map(({ hazards }) => hazards.map(({ name }) => name));
  const size = `${t} (about 1,200,000 rows, 830 MB)`;

  test.each<[string, Change, readonly string[]]>([
    ['an index', create(index), [`blocks-writes: looks through ${size} while nobody can write to it`]],
    [
      'a check',
      create(check),
      [
        'may-fail: rows that the check ch of dbos.t forbids keep it from being made',
        `blocks-writes: looks through ${size} while nobody can read it or write to it`,
        `blocks-reads: looks through ${size} while nobody can read it or write to it`,
      ],
    ],
    [
      'a value of its own in each row',
      create({ ...column, default: 'gen_random_uuid()' }),
      [`table-rewrite: writes ${size} anew`],
    ],
    [
      'a foreign key',
      create(foreignKey),
      [
        'may-fail: rows that point at no row of dbos.workflow_status keep the foreign key f of dbos.t from being made',
        `blocks-writes: looks through ${size} and ${p} (about 40,000 rows, 4.8 MB) while nobody can write to ${t} and ${p}`,
      ],
    ],
    [
      'a validation, which stops nobody',
      alter(foreignKey, { validated: false }),
      ['may-fail: rows that point at no row of dbos.workflow_status keep the foreign key f of dbos.t from being made'],
    ],
    ['a dropped column', drop(column), ['data-loss: the values of the column c of dbos.t go with it']],
    ['a dropped table', drop(table), ['data-loss: the rows of dbos.t go with it']],
    ['a dependent', drop(dependent), ['data-loss: view public.v, which is not ours, goes too']],
    ['a nullable column', create(column), []],
    ['a constant', create({ ...column, default: '1', nullable: false }), []],
    ['a name', rename(key, 'k2'), []],
  ])('of %s in a large table', (_, change, expected) => {
    expect(hazardsOf([change], filled)).toEqual([expected]);
  });

  test.each<[string, Change, readonly string[]]>([
    ['an index', create(index), []],
    ['a unique index', create({ ...index, unique: true }), ['may-fail']],
    ['a key', create(key), ['may-fail']],
    ['a foreign key', create(foreignKey), ['may-fail']],
    ['a column that needs a value', create({ ...column, nullable: false }), ['may-fail']],
    ['no nulls any more', alter({ ...column, nullable: false }, { nullable: true }), ['may-fail']],
    ['a type that takes less', alter({ ...column, type: 'bigint' }, { type: 'text' }), ['may-fail', 'data-loss']],
    ['a type that takes all', alter({ ...column, type: 'bigint' }, { type: 'integer' }), []],
    ['a logged table', alter(table, { persistence: 'unlogged' }), []],
    ['a dropped column', drop(column), ['data-loss']],
  ])('of %s in a small table', (_, change, expected) => {
    expect(namesOf([change], small)).toEqual([expected]);
  });

  test('are none in a table that is known to be empty', () => {
    const empty: Facts = new Map([t, p].map((relation) => [relation, { rows: 0, bytes: 0 }]));
    const changes = [
      create(key),
      create(check),
      create(foreignKey),
      create({ ...column, nullable: false }),
      drop(table),
    ];
    expect(namesOf(changes, empty)).toEqual(changes.map(() => []));
  });

  test('follow from locks that statements before hold in the same transaction', () => {
    const [setDefault, update, notNull] = render(
      [alter({ ...column, nullable: false, default: '1' }, { nullable: true, default: null })],
      new Map(),
      filled,
    );
    expect(setDefault?.hazards).toEqual([]);
    expect(update?.locks).toEqual([{ relation: t, mode: 'ROW EXCLUSIVE' }]);
    const why = `looks through ${size} while nobody can read it or write to it`;
    const instead = 'the same statement in a transaction of its own';
    expect(update?.hazards).toEqual([
      { name: 'blocks-writes', why, instead },
      { name: 'blocks-reads', why, instead },
    ]);
    expect(notNull?.hazards.map((hazard) => hazard.instead)).toEqual([
      expect.stringContaining('VALIDATE CONSTRAINT'),
      expect.stringContaining('VALIDATE CONSTRAINT'),
    ]);
  });

  test('do not follow from locks on tables without rows, nor from those of a transaction that has ended', () => {
    const lockIt = create({ ...column, table: 'workflow_status' });
    const onlyT: Facts = new Map([[t, large]]);
    const scan = drop({ ...backlog, table: 't', into: 'x' });
    expect(namesOf([lockIt, scan], onlyT)).toEqual([[], []]);
    // It is copied in batches, outside any transaction.
    const notYet = { live: new Map(), target: catalogOf([version]), facts: filled };
    expect(postgres.render([lockIt, scan], notYet).map(({ hazards }) => hazards)).toEqual([[], []]);
    expect(namesOf([lockIt, scan], filled)).toEqual([[], ['blocks-writes', 'blocks-reads']]);
  });

  test('name the safer way', () => {
    const [made] = render([create(index)], new Map(), filled);
    expect(made?.hazards).toMatchObject([{ instead: 'CREATE INDEX CONCURRENTLY' }]);
  });
});

describe('names', () => {
  /** What stands in these fields of the trees, as the server reads it. */
  const namesIn = (trees: unknown, ...fields: readonly string[]): readonly string[] =>
    [...JSON.stringify(trees).matchAll(new RegExp(String.raw`"(?:${fields.join('|')})":("(?:[^"\\]|\\.)*")`, 'g'))].map(
      (match) => JSON.parse(match[1] ?? '') as string,
    );
  const hostile = [...strangeNames, 'select', 'Grüße', '名'.repeat(21), 'x'.repeat(63)];

  test.each(hostile)('a schema named %j is read as it is', async (name) => {
    const fresh = planFor(new Map(), declareIn(name, 'app')).statements;
    const reset = planReset(declareIn(name, null)).statements;
    const schemas = namesIn(await parsePostgres([...fresh, ...reset].map(({ sql }) => sql)), 'schemaname');
    expect(schemas.length).toBeGreaterThan(60);
    expect(new Set(schemas)).toEqual(new Set([name]));
  });

  test.each(hostile)('an object named %j is read as it is', async (name) => {
    const named = { schema: name, table: name, name };
    const column1 = { ...column, ...named };
    const runs = { ...fn, schema: name, name };
    const live = catalogOf([{ ...index, ...named, predicate: '(1 = 1)', columns: ['a'] }]);
    const changes = [
      create({ ...table, schema: name, name }),
      create(column1),
      drop(column1),
      alter({ ...column1, nullable: false, default: '1' }, { nullable: true, default: null }),
      create({
        ...foreignKey,
        ...named,
        columns: [name],
        referencedSchema: name,
        referencedTable: name,
        referencedColumns: [name],
      }),
      rename({ ...key, ...named, columns: [name] }, name),
      alter({ ...index, ...named, columns: ['a'] }, { predicate: '(1 = 1)' }),
      rename({ ...index, ...named }, name),
      create(runs),
      drop(runs),
      create({ ...trigger, ...named, function: idFor(runs), enabled: 'disabled' }),
      drop({ ...trigger, ...named }),
      create({ ...grant, schema: name, role: name }),
      alter({ ...version, ...named, column: name }, { values: [] }),
      drop({ ...aBacklog, ...named, into: name, columns: [name] }),
    ];
    const statements = postgres.render(changes, {
      live,
      target: catalogOf([{ ...database, name }, runs]),
      facts: unknown,
    });
    const trees = await parsePostgres(statements.map(({ sql }) => sql));
    const found = namesIn(
      trees,
      'schemaname',
      'relname',
      'colname',
      'conname',
      'trigname',
      'rolename',
      'newname',
      'idxname',
    );
    const successor = found.filter((text) => text.startsWith('dbos_new_'));
    expect(new Set(found.filter((text) => !successor.includes(text)))).toEqual(new Set([name]));
    expect(successor.length).toBeGreaterThan(0);
  });

  describe('of successors', () => {
    const alterNamed = (name: string) => alter({ ...index, name, predicate: '(a IS NULL)' }, { predicate: null });
    const successorOf = (name: string, others: readonly CatalogObject[] = []): string => {
      const [made, , renamed] = sqlOf([alterNamed(name)], catalogOf([{ ...index, name }, ...others]));
      const found = /^CREATE INDEX "((?:[^"]|"")+)"/.exec(made ?? '')?.[1]?.replaceAll('""', '"') ?? '';
      expect(renamed).toContain(`"${found.replaceAll('"', '""')}" RENAME TO`);
      return found;
    };

    test.each([...hostile, '😀'.repeat(15), 'aé'.repeat(21)])('are whole and short enough: %j', (name) => {
      const successor = successorOf(name);
      expect(Buffer.byteLength(successor)).toBeLessThanOrEqual(63);
      expect(Buffer.from(successor).toString()).toBe(successor);
      expect(`dbos_new_${name}`.startsWith(successor)).toBe(true);
      expect(Buffer.byteLength(successor)).toBeGreaterThanOrEqual(Math.min(60, Buffer.byteLength(`dbos_new_${name}`)));
    });

    test('are not those of other objects', () => {
      expect(successorOf('i', [{ ...index, name: 'dbos_new_i' }])).toBe('dbos_new_i_2');
      expect(
        successorOf('i', [
          { ...index, name: 'dbos_new_i' },
          { ...key, name: 'dbos_new_i_2' },
        ]),
      ).toBe('dbos_new_i_3');
      const long = 'é'.repeat(31);
      const first = successorOf(long);
      const second = successorOf(long, [{ ...index, name: first }]);
      expect(second).not.toBe(first);
      expect(Buffer.byteLength(second)).toBeLessThanOrEqual(63);
    });
  });
});

describe('render', () => {
  test('refuses to pass a change over in silence', () => {
    expect(() => render([alter(column, {})])).toThrow('no statement makes the alter of column:dbos.t.c');
  });

  test('refuses what no definition can ask for', () => {
    expect(() => render([create({ ...column, generated: '(1) STORED' })])).toThrow(
      'no plan can make a generated column',
    );
    expect(() => render([create({ ...column, identity: 'always' })])).toThrow('no plan can make a generated column');
    expect(() => render([create({ ...trigger, function: null })])).toThrow('the trigger r runs no declared function');
  });

  test('tells the operator of a table that cannot become an ordinary one', () => {
    const refusal = (option: string) => () => render([alter(table, { options: [option] })]);
    expect(refusal('PARTITIONED')).toThrow(new UserError('dbos.t is a partitioned table'));
    expect(refusal('PARTITION OF public."a b"')).toThrow(
      expect.objectContaining({
        message: 'dbos.t is a partition of public."a b", and takes only rows within its bounds',
        hint: 'ALTER TABLE public."a b" DETACH PARTITION "dbos"."t";   then run migrate again',
      }),
    );
  });

  test('says nothing of what goes with its table, but of foreign keys and triggers', () => {
    const gone = [drop(trigger), drop(foreignKey), drop(index), drop(check), drop(key), drop(column), drop(version)];
    expect(sqlOf([...gone, drop(backlog), drop(table), drop({ ...table, name: 'workflow_inputs' })])).toEqual([
      'DROP TRIGGER "r" ON "dbos"."t"',
      'ALTER TABLE "dbos"."t" DROP CONSTRAINT "f"',
      'DROP TABLE "dbos"."t"',
      'DROP TABLE "dbos"."workflow_inputs"',
    ]);
  });

  test('logs a table after those that it references', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ ...table, name }));
    const live = catalogOf([
      { ...foreignKey, table: 'a', referencedTable: 'b' },
      { ...foreignKey, table: 'b', referencedTable: 'c' },
      { ...foreignKey, table: 'c', referencedTable: 'c' },
    ]);
    const changes = [a!, b!, c!].map((to) => alter(to, { persistence: 'unlogged' }));
    expect(sqlOf([...changes, create(index)], live)).toEqual([
      'ALTER TABLE "dbos"."c" SET LOGGED',
      'ALTER TABLE "dbos"."b" SET LOGGED',
      'ALTER TABLE "dbos"."a" SET LOGGED',
      'CREATE INDEX "i" ON "dbos"."t" USING btree (a, b DESC)',
    ]);
  });

  test('empties a bookkeeping table that lost its column', () => {
    const context = { live: new Map(), target: catalogOf([version]), facts: unknown };
    const changes = [create({ ...column, type: 'bigint', nullable: false }), create(version)];
    expect(postgres.render(changes, context).map(({ sql }) => sql)).toEqual([
      'DELETE FROM ONLY "dbos"."t"',
      'ALTER TABLE "dbos"."t" ADD COLUMN "c" bigint NOT NULL',
      'INSERT INTO "dbos"."t" ("c") VALUES (125) ON CONFLICT DO NOTHING',
    ]);
  });

  test('empties a bookkeeping table that has one value twice before it gets its key', () => {
    const live = catalogOf([{ ...version, values: ['125', '125'] }]);
    const primary = { ...key, primary: true, columns: ['c'] };
    const sqlWith = (declaredContent: readonly CatalogObject[]) =>
      postgres
        .render([create(primary)], { live, target: catalogOf(declaredContent), facts: unknown })
        .map(({ sql }) => sql);
    const added = 'ALTER TABLE "dbos"."t" ADD CONSTRAINT "k" PRIMARY KEY ("c")';
    expect(sqlWith([version])).toEqual(['DELETE FROM ONLY "dbos"."t"', added]);
    expect(sqlWith([])).toEqual([added]);
  });

  const copied = {
    locks: ['workflow_input', 'workflow_status'].map((name) => ({ relation: `dbos.${name}`, mode: 'ROW EXCLUSIVE' })),
    scans: ['dbos.workflow_inputs', 'dbos.workflow_input', 'dbos.workflow_status'],
    rewrites: [],
  };

  test('copies a backlog in batches that are committed one by one', () => {
    const [statement] = postgres.render([drop(backlog)], {
      live: new Map(),
      target: catalogOf([version]),
      facts: unknown,
    });
    expect(statement).toMatchObject({ commits: 'no transaction', ...copied, hazards: [] });
    expect(statement?.sql).toMatch(
      /^DO \$body\$\n<<work>>\nDECLARE\n.*INSERT INTO "dbos"\."workflow_input" .*UPDATE ONLY "dbos"\."workflow_status" .*COMMIT;.*\$body\$$/s,
    );
  });

  test('copies a backlog in the transaction where nothing would ask for the rest of it', () => {
    const complete = catalogOf([version]);
    const [statement] = postgres.render([drop(backlog)], { live: complete, target: complete, facts: unknown });
    expect(statement).toMatchObject({ commits: 'with others', ...copied, hazards: [] });
    expect(statement?.sql).toMatch(
      /^DO .*INSERT INTO "dbos"\."workflow_input" .* ON CONFLICT DO NOTHING.*UPDATE ONLY "dbos"\."workflow_status" /s,
    );
    expect(statement?.sql).not.toContain('COMMIT');
  });

  test('empties all tables in one statement, without the rows of those that inherit from them', () => {
    const parts = { ...table, name: 'parts', options: ['PARTITIONED'] };
    const changes = [drop(due), drop({ ...due, table: 'parts' })];
    const facts: Facts = new Map([['dbos.parts', { rows: 0, bytes: 0 }]]);
    expect(render(changes, catalogOf([table, parts]), facts)).toMatchObject([
      {
        sql: 'TRUNCATE\n  ONLY "dbos"."t",\n  "dbos"."parts"',
        objects: changes.map(({ id }) => id),
        commits: 'with others',
        locks: ['dbos.t', 'dbos.parts'].map((relation) => ({ relation, mode: 'ACCESS EXCLUSIVE' })),
        hazards: [{ name: 'data-loss', why: 'all rows of dbos.t go' }],
      },
    ]);
  });
});
