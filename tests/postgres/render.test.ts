import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { type Change, subject } from '../../src/model/change.ts';
import { UserError } from '../../src/model/errors.ts';
import { idFor, idOf, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectKind, ObjectOf } from '../../src/model/objects.ts';
import type { Plan, Statement } from '../../src/model/plan.ts';
import { dropOurs, dropRetired } from '../../src/planner/ownership.ts';
import { plan } from '../../src/planner/plan.ts';
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
const render = (changes: readonly Change[], live: Catalog = new Map()): readonly Statement[] =>
  postgres.render(changes, { live, target });
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
      'UPDATE "dbos"."t" SET "c" = DEFAULT WHERE "c" IS NULL',
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
      `DELETE FROM "dbos"."t" WHERE "c"::text NOT IN ('125')`,
      'INSERT INTO "dbos"."t" ("c") VALUES (125) ON CONFLICT DO NOTHING',
    ],
  ],
  ['drop version', drop(version), ['DELETE FROM "dbos"."t"']],
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
    ];
    for (const change of impossible) expect(() => render([change])).toThrow(/^no plan can /);
    const all = [...rendered, 'drop backlog', ...impossible.map((c) => `${c.type} ${subject(c).kind}`)];
    const kinds: readonly ObjectKind[] = [...new Set(all.map((text) => text.split(' ')[1] as ObjectKind))];
    expect(all.toSorted()).toEqual(
      kinds.flatMap((kind) => ['alter', 'create', 'drop', 'rename'].map((type) => `${type} ${kind}`)).toSorted(),
    );
    expect(kinds).toHaveLength(14);
  });
});

const declareIn = (name: string, role: string | null): Catalog =>
  postgres.declare(systemDefinitions, { schema: name, database: 'app_dbos', role });
const declared = declareIn('dbos', 'app');

/** To nothing of ours; grants are no part of it. */
const planReset = (live: Catalog): Plan => {
  const rest = catalogOf([...live.values()].filter(({ kind }) => kind === 'database'));
  return planFor(live, rest, dropOurs(live, systemDefinitions.retired));
};

const planFor = (live: Catalog, to: Catalog, mayDrop = dropRetired(systemDefinitions.retired, true)): Plan =>
  plan({
    live,
    settled: live,
    target: to,
    mayDrop,
    render: (changes) => postgres.render(changes, { live, target: to }),
  });

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
      { numRuns: 150 },
    );
  });

  test('are rendered as statements that the server reads', async () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(plans, ({ statements }) => {
        for (const { sql } of statements) seen.add(sql);
      }),
      { numRuns: 150 },
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
    expect(statements.map(({ lock }) => lock)).toEqual(statements.map(() => null));
    expect(statements.flatMap(({ hazards }) => hazards)).toEqual([]);
  });

  test('is created from elsewhere and outside a transaction, and all else within', () => {
    const [first, ...rest] = statements;
    expect(first).toMatchObject({ sql: 'CREATE DATABASE "app_dbos"', on: 'server', transactional: false });
    expect(rest.every(({ on, transactional }) => on === 'database' && transactional)).toBe(true);
  });

  test('gets its version last', () => {
    expect(statements.at(-1)?.sql).toBe(
      'INSERT INTO "dbos"."dbos_migrations" ("version") VALUES (125) ON CONFLICT DO NOTHING',
    );
  });
});

describe('locks and hazards', () => {
  const only = (change: Change, live?: Catalog) => {
    const [statement] = render([change], live);
    return { lock: statement?.lock, hazards: statement?.hazards };
  };

  test.each<[string, Change, Statement['lock'], Statement['hazards']]>([
    ['a nullable column', create(column), 'ACCESS EXCLUSIVE', []],
    ['a column with a constant', create({ ...column, default: '1' }), 'ACCESS EXCLUSIVE', []],
    [
      'a column with a value of its own in each row',
      create({ ...column, default: '(gen_random_uuid())::text' }),
      'ACCESS EXCLUSIVE',
      ['rewrites the table'],
    ],
    [
      'a longer text',
      alter({ ...column, type: 'character varying(255)' }, { type: 'character varying(40)' }),
      'ACCESS EXCLUSIVE',
      [],
    ],
    ['a text without limit', alter(column, { type: 'character varying(40)' }), 'ACCESS EXCLUSIVE', []],
    [
      'a shorter text',
      alter({ ...column, type: 'character varying(40)' }, { type: 'text' }),
      'ACCESS EXCLUSIVE',
      ['rewrites the table'],
    ],
    [
      'a text out of an array',
      alter(column, { type: 'character varying(40)[]' }),
      'ACCESS EXCLUSIVE',
      ['rewrites the table'],
    ],
    [
      'a larger number',
      alter({ ...column, type: 'bigint' }, { type: 'integer' }),
      'ACCESS EXCLUSIVE',
      ['rewrites the table'],
    ],
    [
      'no nulls any more',
      alter({ ...column, nullable: false }, { nullable: true }),
      'ACCESS EXCLUSIVE',
      ['blocks writers'],
    ],
    ['a dropped column', drop(column), 'ACCESS EXCLUSIVE', ['data loss']],
    ['a dropped table', drop(table), 'ACCESS EXCLUSIVE', ['data loss']],
    ['a logged table', alter(table, { persistence: 'unlogged' }), 'ACCESS EXCLUSIVE', ['rewrites the table']],
    ['a key', create(key), 'ACCESS EXCLUSIVE', ['blocks writers']],
    ['a key under another name', rename(key, 'k2'), 'ACCESS EXCLUSIVE', []],
    ['an index', create(index), 'SHARE', ['blocks writers']],
    ['an index under another name', rename(index, 'i2'), 'SHARE UPDATE EXCLUSIVE', []],
    ['a foreign key', create(foreignKey), 'SHARE ROW EXCLUSIVE', ['blocks writers']],
    ['a validation', alter(foreignKey, { validated: false }), 'SHARE UPDATE EXCLUSIVE', []],
    ['a trigger', create(trigger), 'SHARE ROW EXCLUSIVE', []],
    ['a function', create({ ...fn, body }), null, []],
    ['a grant', create(grant), null, []],
    ['a version', create(version), 'ROW EXCLUSIVE', []],
  ])('of %s', (_, change, lock, hazards) => {
    expect(only(change)).toEqual({ lock, hazards });
  });

  test('of a foreign key in a new table are those of the table that it references', () => {
    const statements = render([create(table), create(column), create(foreignKey)]);
    expect(statements.map(({ lock, hazards }) => ({ lock, hazards }))).toEqual([
      { lock: null, hazards: [] },
      { lock: 'SHARE ROW EXCLUSIVE', hazards: [] },
    ]);
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
    const statements = postgres.render(changes, { live, target: catalogOf([{ ...database, name }, runs]) });
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
    const context = { live: new Map(), target: catalogOf([version]) };
    const changes = [create({ ...column, type: 'bigint', nullable: false }), create(version)];
    expect(postgres.render(changes, context).map(({ sql }) => sql)).toEqual([
      'DELETE FROM "dbos"."t"',
      'ALTER TABLE "dbos"."t" ADD COLUMN "c" bigint NOT NULL',
      'INSERT INTO "dbos"."t" ("c") VALUES (125) ON CONFLICT DO NOTHING',
    ]);
  });

  test('empties a bookkeeping table that has one value twice before it gets its key', () => {
    const live = catalogOf([{ ...version, values: ['125', '125'] }]);
    const primary = { ...key, primary: true, columns: ['c'] };
    const sqlWith = (declaredContent: readonly CatalogObject[]) =>
      postgres.render([create(primary)], { live, target: catalogOf(declaredContent) }).map(({ sql }) => sql);
    const added = 'ALTER TABLE "dbos"."t" ADD CONSTRAINT "k" PRIMARY KEY ("c")';
    expect(sqlWith([version])).toEqual(['DELETE FROM "dbos"."t"', added]);
    expect(sqlWith([])).toEqual([added]);
  });

  test('copies a backlog in batches that are committed one by one', () => {
    const [statement] = postgres.render([drop(backlog)], { live: new Map(), target: catalogOf([version]) });
    expect(statement).toMatchObject({ transactional: false, lock: 'ROW EXCLUSIVE', hazards: [] });
    expect(statement?.sql).toMatch(
      /^DO \$body\$\nDECLARE\n.*INSERT INTO "dbos"\."workflow_input" .*COMMIT;.*\$body\$$/s,
    );
  });

  test('copies a backlog in the transaction where nothing would ask for the rest of it', () => {
    const complete = catalogOf([version]);
    const [statement] = postgres.render([drop(backlog)], { live: complete, target: complete });
    expect(statement).toMatchObject({ transactional: true, lock: 'ROW EXCLUSIVE', hazards: [] });
    expect(statement?.sql).toMatch(/^INSERT INTO "dbos"\."workflow_input" .* ON CONFLICT DO NOTHING$/);
  });
});
