import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applicationDefinitions, systemDefinitions } from '../../schema/index.ts';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { type Change, subject } from '../../src/model/change.ts';
import { combine } from '../../src/model/definition.ts';
import type { Dialect } from '../../src/model/dialect.ts';
import { idFor } from '../../src/model/kinds.ts';
import { lookFor } from '../../src/model/look.ts';
import type { CatalogObject, ObjectId } from '../../src/model/objects.ts';
import { type Statement, statementsOf } from '../../src/model/plan.ts';
import { migrate } from '../../src/operations/migrate.ts';
import { check as checkRun, plan as planRun } from '../../src/operations/plan.ts';
import { planReset } from '../../src/operations/reset.ts';
import { plan } from '../../src/planner/plan.ts';
import { cockroach } from '../../src/postgres/cockroach/dialect.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { planSql } from '../../src/report/plan-sql.ts';
import { connect, targetOf } from '../support/connecting.ts';
import { parsePostgres } from '../support/parse-postgres.ts';
import { doctor } from '../../src/operations/doctor.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { userErrorOf } from '../support/rejection.ts';
import { aBacklog, aCheck, aForeignKey, aFunction, aKey, anIndex, aTrigger } from '../support/sample-objects.ts';
import { owned } from './support.ts';

const definitions = combine(systemDefinitions, applicationDefinitions);
const declareFor = (dialect: Dialect): Catalog =>
  dialect.declare(definitions, { schema: 'dbos', database: 'app', role: 'app_role' });
const there = declareFor(cockroach);
const here = declareFor(postgres);

const createFor = (dialect: Dialect): readonly Statement[] => {
  const target = declareFor(dialect);
  const { changes } = plan({ live: new Map(), settled: new Map(), target, ownership: owned(target) });
  return dialect.render(changes, { live: new Map(), target, facts: new Map() });
};
const sqlOf = (statements: readonly Statement[]): readonly string[] => statements.map(({ sql }) => sql);

/** The fields of one object that differ, with what stands in them there. */
const differences = (id: ObjectId): object =>
  Object.fromEntries(
    Object.entries(there.get(id) ?? {}).filter(
      ([field, value]) => JSON.stringify(value) !== JSON.stringify(Object(here.get(id))[field]),
    ),
  );

describe('the declared catalog', () => {
  test('lacks what needs NOTIFY, and nothing else', () => {
    expect([...here.keys()].filter((id) => !there.has(id)).toSorted()).toEqual([
      // The same function, by the other name of one type.
      `function:dbos.enqueue_workflow(${signature('integer')})`,
      'function:dbos.notifications_function()',
      'trigger:dbos.notifications.dbos_notifications_trigger',
    ]);
    expect([...there.keys()].filter((id) => !here.has(id))).toEqual([
      `function:dbos.enqueue_workflow(${signature('int4')})`,
    ]);
  });

  test('has integers of 32 bits by the name that means them there, functions without settings, and is the same else', () => {
    const changed = [...there.keys()].filter((id) => here.has(id) && Object.keys(differences(id)).length > 0);
    const integers = [...here].flatMap(([id, o]) => (o.kind === 'column' && o.type === 'integer' ? [id] : []));
    expect(integers.length).toBeGreaterThan(10);
    expect(new Set(changed)).toEqual(new Set([...integers, idFor(functionOf(there, 'send_message'))]));
    for (const id of integers) expect(differences(id)).toEqual({ type: 'int4' });
    expect(differences(idFor(functionOf(there, 'send_message')))).toEqual({ settings: [] });
  });

  test('has the same enqueue_workflow but for its settings and one type', () => {
    const [mine, theirs] = [functionOf(there, 'enqueue_workflow'), functionOf(here, 'enqueue_workflow')];
    expect(mine).toEqual({
      ...theirs,
      signature: signature('int4'),
      arguments: theirs.arguments.replace('priority integer DEFAULT NULL::integer', 'priority int4 DEFAULT NULL::int4'),
      settings: [],
    });
    expect(mine.arguments).not.toEqual(theirs.arguments);
  });

  test('has the inverted index', () => {
    expect([...there.values()].filter((o) => o.kind === 'index' && o.method === 'gin')).toMatchObject([
      { name: 'idx_workflow_status_attributes', columns: ['attributes'], predicate: '(attributes IS NOT NULL)' },
    ]);
  });
});

const signature = (integer: string): string =>
  `text, text, json[], json, text, text, text, text, bigint, bigint, text, ${integer}, text, text, text, bigint, text`;

function functionOf(catalog: Catalog, name: string) {
  const found = [...catalog.values()].filter((o) => o.kind === 'function' && o.name === name);
  const [only] = found;
  if (found.length !== 1 || only?.kind !== 'function') throw new Error(name);
  return only;
}

/** What the server does not have, or what a statement that stands alone does not need. */
const impossible =
  /CONCURRENTLY|ADVISORY|ALTER FUNCTION|TRIGGER|NOTIFY|search_path|SET LOCAL|\bBEGIN;|COMMIT|\bDO \$|LOCK TABLE|UNLOGGED|\binteger\b/i;

describe('a full create', () => {
  const statements = createFor(cockroach);

  test('is that of PostgreSQL without what there is not', () => {
    const expected = sqlOf(createFor(postgres))
      .filter((sql) => !sql.includes('notifications_function'))
      .map((sql) => sql.replaceAll(/\binteger\b/g, 'int4').replace('SET search_path TO pg_catalog, pg_temp\n', ''));
    expect(sqlOf(statements)).toEqual(expected);
    expect(statements.length).toBe(createFor(postgres).length - 2);
  });

  test('ends with the version rows', () => {
    const versions = sqlOf(statements).filter((sql) => sql.startsWith('INSERT INTO'));
    expect(versions).toContain('INSERT INTO "dbos"."dbos_migrations" ("version") VALUES (125) ON CONFLICT DO NOTHING');
    const last = sqlOf(statements).filter((sql) => !/^(?:GRANT|ALTER DEFAULT PRIVILEGES)/.test(sql));
    expect(new Set(last.slice(-versions.length))).toEqual(new Set(versions));
  });

  test.each([
    [
      'an inverted index',
      /idx_workflow_status_attributes/,
      `CREATE INDEX "idx_workflow_status_attributes" ON "dbos"."workflow_status" USING gin (attributes) WHERE (attributes IS NOT NULL)`,
    ],
    [
      'a unique partial index',
      /uq_workflow_status_dedup_id/,
      `CREATE UNIQUE INDEX "uq_workflow_status_dedup_id" ON "dbos"."workflow_status" USING btree (queue_name, deduplication_id) WHERE (deduplication_id IS NOT NULL)`,
    ],
    [
      'an index with payload columns',
      /idx_workflow_status_in_flight_v2/,
      /^CREATE INDEX "idx_workflow_status_in_flight_v2" ON "dbos"\."workflow_status" USING btree \(.+\) INCLUDE \(application_name\) WHERE /,
    ],
    [
      'a foreign key',
      /notifications_destination_uuid_fkey/,
      `ALTER TABLE "dbos"."notifications" ADD CONSTRAINT "notifications_destination_uuid_fkey" FOREIGN KEY ("destination_uuid") REFERENCES "dbos"."workflow_status" ("workflow_uuid") ON UPDATE CASCADE ON DELETE CASCADE`,
    ],
    [
      'a function',
      /FUNCTION "dbos"\."send_message"/,
      /^CREATE OR REPLACE FUNCTION "dbos"\."send_message"\(destination_id text, message json, topic text DEFAULT NULL::text, message_id text DEFAULT NULL::text\)\nRETURNS void LANGUAGE plpgsql VOLATILE SECURITY INVOKER\nAS \$body\$\n/,
    ],
    ['a table', /CREATE TABLE "dbos"\."streams"/, /^ {2}"offset" int4 NOT NULL,$/m],
    [
      'a clock',
      /CREATE TABLE "dbos"\."queues"/,
      /^ {2}"created_at" bigint DEFAULT \(\(EXTRACT\(epoch FROM now\(\)\) \* 1000\.0\)\)::bigint NOT NULL,$/m,
    ],
  ] as const)('has %s', (_, which, expected) => {
    const [sql, ...more] = sqlOf(statements).filter((text) => which.test(text));
    expect(more).toEqual([]);
    if (typeof expected === 'string') expect(sql).toBe(expected);
    else expect(sql).toMatch(expected);
  });

  test('has nothing that the server does not know', () => {
    expect(sqlOf(statements).filter((sql) => impossible.test(withoutBody(sql)))).toEqual([]);
    expect(sqlOf(createFor(postgres)).filter((sql) => impossible.test(withoutBody(sql))).length).toBeGreaterThan(10);
    expect(sqlOf(statements).filter((sql) => /notify|advisory|\binteger\b/i.test(sql))).toEqual([]);
  });

  test('is made of statements that stand alone, wait for no lock and block nobody', () => {
    for (const { commits, locks, hazards } of statements) {
      expect({ commits, locks, hazards }).toEqual({ commits: 'no transaction', locks: [], hazards: [] });
    }
  });

  test('is read by the grammar of PostgreSQL', async () => {
    expect(await parsePostgres(sqlOf(statements))).toHaveLength(statements.length);
  });
});

/** A body has words of its own, as the BEGIN of a block. */
const withoutBody = (sql: string): string => sql.replace(/\$body\$[^]*\$body\$/, '');

const place = { schema: 'dbos', table: 't' };
const unique = { ...aKey, ...place, name: 'u', columns: ['a', 'b'] };
const primary = { ...unique, name: 't_pkey', primary: true };
const check = { ...aCheck, ...place, name: 'ch', expression: '(c > 0)' };
const foreignKey = {
  ...aForeignKey,
  ...place,
  name: 'f',
  columns: ['c'],
  referencedSchema: 'dbos',
  referencedTable: 'o',
  referencedColumns: ['k'],
};
const index = { ...anIndex, ...place, name: 'i', columns: ['a', 'b DESC'] };
const inverted = { ...index, method: 'gin', columns: ['attributes'], predicate: '(attributes IS NOT NULL)' };
const fn = {
  ...aFunction,
  schema: 'dbos',
  name: 'fn',
  signature: 'text',
  arguments: 'a text',
  returns: 'text',
  language: 'plpgsql',
  settings: [],
  body: '\nBEGIN\n  RETURN a;\nEND\n',
};
const trigger = { ...aTrigger, ...place, name: 'r', function: idFor(fn) };
const backlog = { ...aBacklog, schema: 'dbos', table: 'old', into: 'new', columns: ['k', 'v'] };
const column: CatalogObject = {
  kind: 'column',
  ...place,
  name: 'n',
  type: 'int4',
  nullable: true,
  default: null,
  generated: null,
  identity: null,
  collation: null,
};

const create = (to: CatalogObject): Change => ({ type: 'create', id: idFor(to), to });
const drop = (from: CatalogObject): Change => ({ type: 'drop', id: idFor(from), from });
const alter = (to: CatalogObject, before: object): Change => ({
  type: 'alter',
  id: idFor(to),
  from: { ...to, ...before } as CatalogObject,
  to,
});
const aVersion = { kind: 'version', schema: 'dbos', table: 'v', column: 'n', values: ['1'] } as const;

const repair = (change: Change, dialect: Dialect = cockroach): readonly Statement[] =>
  dialect.render([change], { live: new Map(), target: catalogOf([fn, aVersion]), facts: new Map() });

const addForeignKey = 'ADD CONSTRAINT "f" FOREIGN KEY ("c") REFERENCES "dbos"."o" ("k") ON UPDATE';
const createFunction =
  'CREATE OR REPLACE FUNCTION "dbos"."fn"(a text)\nRETURNS text LANGUAGE plpgsql VOLATILE SECURITY INVOKER\nAS $body$\nBEGIN\n  RETURN a;\nEND\n$body$';

const repairs: readonly (readonly [title: string, change: Change, sql: readonly string[]])[] = [
  ['a unique constraint dropped', drop(unique), ['DROP INDEX "dbos"."u" CASCADE']],
  ['a unique constraint added', create(unique), ['ALTER TABLE "dbos"."t" ADD CONSTRAINT "u" UNIQUE ("a", "b")']],
  [
    'a unique constraint changed',
    alter(unique, { columns: ['a'] }),
    ['DROP INDEX "dbos"."u" CASCADE', 'ALTER TABLE "dbos"."t" ADD CONSTRAINT "u" UNIQUE ("a", "b")'],
  ],
  [
    'a primary key changed, in one statement',
    alter(primary, { columns: ['a'] }),
    ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "t_pkey", ADD CONSTRAINT "t_pkey" PRIMARY KEY ("a", "b")'],
  ],
  [
    'a check changed',
    alter(check, { expression: '(c > 1)' }),
    ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "ch"', 'ALTER TABLE "dbos"."t" ADD CONSTRAINT "ch" CHECK ((c > 0))'],
  ],
  [
    'a foreign key changed',
    alter({ ...foreignKey, onUpdate: 'CASCADE', onDelete: 'CASCADE' }, { onDelete: 'NO ACTION' }),
    ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "f"', `ALTER TABLE "dbos"."t" ${addForeignKey} CASCADE ON DELETE CASCADE`],
  ],
  [
    'a foreign key validated',
    alter(foreignKey, { validated: false }),
    ['ALTER TABLE "dbos"."t" VALIDATE CONSTRAINT "f"'],
  ],
  ['a foreign key dropped', drop(foreignKey), ['ALTER TABLE "dbos"."t" DROP CONSTRAINT "f"']],
  ['an index dropped', drop(index), ['DROP INDEX "dbos"."i"']],
  [
    'an index changed',
    alter(index, { columns: ['a'] }),
    [
      'CREATE INDEX "dbos_new_i" ON "dbos"."t" USING btree (a, b DESC)',
      'DROP INDEX "dbos"."i"',
      'ALTER INDEX "dbos"."dbos_new_i" RENAME TO "i"',
    ],
  ],
  [
    'an inverted index made',
    create(inverted),
    ['CREATE INDEX "i" ON "dbos"."t" USING gin (attributes) WHERE (attributes IS NOT NULL)'],
  ],
  ['a function replaced', alter(fn, { body: '\nBEGIN\nEND\n' }), [createFunction]],
  [
    'a function with other arguments',
    alter(fn, { arguments: 'b text' }),
    ['DROP FUNCTION "dbos"."fn"(text)', createFunction],
  ],
  ['a column added', create(column), ['ALTER TABLE "dbos"."t" ADD COLUMN "n" int4']],
  [
    'rows taken over',
    drop(backlog),
    [
      'INSERT INTO "dbos"."new" ("k", "v") SELECT "k", "v" FROM ONLY "dbos"."old" ON CONFLICT DO NOTHING',
      'UPDATE ONLY "dbos"."workflow_status" n SET "inputs" = o."v" FROM ONLY "dbos"."old" o WHERE n."workflow_uuid" = o."k" AND n."inputs" IS NULL AND (o."v" IS NOT NULL)',
    ],
  ],
];

describe('a repair', () => {
  test.each(repairs)('%s', async (_, change, expected) => {
    const statements = repair(change);
    expect(sqlOf(statements)).toEqual(expected);
    expect(sqlOf(statements).filter((sql) => impossible.test(withoutBody(sql)))).toEqual([]);
    expect(statements.every(({ commits, locks }) => commits === 'no transaction' && locks.length === 0)).toBe(true);
    expect(statements.flatMap(({ hazards }) => hazards)).toEqual([]);
    await parsePostgres(sqlOf(statements));
  });

  test('warns of lost rows as on PostgreSQL', () => {
    expect(repair(drop(column))).toMatchObject([
      { hazards: [{ name: 'data-loss' }], commits: 'no transaction', locks: [] },
    ]);
  });

  test('is another on PostgreSQL where these differ', () => {
    const other = repairs.filter(([, change, sql]) => sqlOf(repair(change, postgres)).join() !== sql.join());
    expect(other.map(([title]) => title)).toEqual([
      'a unique constraint dropped',
      'a unique constraint changed',
      'a check changed',
      'a foreign key changed',
      'rows taken over',
    ]);
  });

  test.each([create(trigger), alter(trigger, { enabled: 'disabled' })])('never makes a trigger: $type', (change) => {
    expect(subject(change).kind).toBe('trigger');
    expect(() => repair(change)).toThrow(/^no plan can (?:create|alter) trigger:/);
    expect(sqlOf(repair(change, postgres))).not.toEqual([]);
  });
});

/**
 * Databases of a real PostgreSQL that take themselves for another server: version() says so, and the catalog query
 * cannot run. What a cluster would print is not asked here.
 */
describe('a server that says it is CockroachDB', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres();
    await server.query(`CREATE ROLE visitor LOGIN PASSWORD 'visitor'`);
  });
  afterAll(() => server.stop());

  /** The visitor's URL of a database that claims to be something, or nothing. */
  async function databaseOf(claims: string | null): Promise<{ readonly url: string; readonly name: string }> {
    const { database: name } = targetOf(await server.createDatabase('cockroach'));
    await sabotage(name, claims);
    return { url: server.url(name, { user: 'visitor', password: 'visitor' }), name };
  }

  async function sabotage(name: string, claims: string | null): Promise<void> {
    await server.query(
      `REVOKE EXECUTE ON FUNCTION pg_catalog.query_to_xml(text, boolean, boolean, text) FROM PUBLIC;
      REVOKE EXECUTE ON FUNCTION pg_catalog.pg_describe_object(oid, oid, integer) FROM PUBLIC;`,
      name,
    );
    if (claims === null) return;
    await server.query(
      `CREATE FUNCTION public.version() RETURNS text LANGUAGE sql AS $$ SELECT '${claims}'::text $$;
      ALTER DATABASE "${name}" SET search_path = public, pg_catalog;`,
      name,
    );
  }
  const claim = 'CockroachDB CCL v25.4.2 (x86_64-pc-linux-gnu, built 2026/01/05 15:04:05, go1.23.12)';
  const claiming = (): ReturnType<typeof databaseOf> => databaseOf(claim);

  /** One database that serves as both. */
  const asBoth = (url: string) => ({ system: url, application: url });

  test('is examined as far as it is known', async () => {
    const { url } = await claiming();
    const { verdict, checks } = await doctor({ overrides: { system: url, role: 'visitor' } });
    const found = checks.filter(({ group }) => group === 'System database');
    const named = (name: string) => found.find((one) => one.name === name);
    expect(verdict).toBe('fail');
    expect(named('server')).toMatchObject({ state: 'warn', seen: expect.stringMatching(/^CockroachDB 25\.4\.2: /) });
    expect(named('writes')).toMatchObject({ state: 'fail', seen: expect.stringContaining('only plans') });
    expect(named('launch')).toMatchObject({ state: 'unknown', seen: 'not looked at: the server is no PostgreSQL' });
    expect(named('event triggers')?.state).toBe('unknown');
    expect(named('schema')).toMatchObject({ state: 'warn', seen: 'there are no tables of DBOS yet' });
  });

  test('gets the plan of a full create where the schema is not there, and no consent to write', async () => {
    const { url, name } = await claiming();
    const outcome = await planRun(asBoth(url));
    const [database] = outcome.databases;
    expect(database).toMatchObject({ server: 'CockroachDB 25.4.2' });
    expect(database?.caveat).toMatch(/^nobody has tried these statements on CockroachDB/);
    const inside = createFor(cockroach).filter(
      ({ on, sql }) => on === 'database' && !/^(?:GRANT|ALTER DEFAULT)/.test(sql),
    );
    expect(sqlOf(statementsOf(database!.plan))).toEqual(sqlOf(inside));
    expect(database?.plan.segments.map(({ transaction, statements }) => [transaction, statements.length])).toEqual(
      inside.map(() => [false, 1]),
    );
    const script = planSql(outcome);
    expect(script).toContain('\nCREATE SCHEMA "dbos";\n');
    expect(script.replaceAll(/\$body\$[^]*?\$body\$/g, '')).not.toMatch(impossible);
    expect(script).not.toMatch(/^(?:BEGIN|COMMIT|SET)\b.*;$/m);

    await server.mark();
    const error = await userErrorOf(() => migrate(asBoth(url)));
    expect(error.message).toBe(
      'nothing can be changed here: on CockroachDB this release only plans; --dry-run prints the statements, for you to run',
    );
    expect((await server.messages(name)).filter(isWriting)).toEqual([]);
  });

  const isWriting = (text: string): boolean => /advisory|^(?:CREATE|ALTER|DROP|INSERT)/im.test(text);

  test('is asked twice and sent nothing that it does not have', async () => {
    const { url, name } = await claiming();
    await server.mark();
    await planRun(asBoth(url));
    const messages = await server.messages(name);
    expect(messages).toHaveLength(2);
    expect(messages.filter(isWriting)).toEqual([]);
  });

  test('is told from PostgreSQL with the dialect that speaks to it, which tells it again', async () => {
    const { url, name } = await claiming();
    const look = lookFor({ database: name, schema: 'dbos', definitions, role: null });
    const live = await postgres.introspect(await connect(url), look);
    expect(declareFor(live.dialect!)).toEqual(there);
    expect(live.server).toMatchObject({ product: 'CockroachDB', version: '25.4.2', user: 'visitor' });
    expect(await cockroach.introspect(await connect(url), look)).toMatchObject({ server: live.server });
    await expect(cockroach.introspect(await connect(server.url()), look)).rejects.toThrow('is no CockroachDB');
  });

  test('has a role where it has it', async () => {
    const { url, name } = await claiming();
    for (const [role, isThere] of [
      ['visitor', true],
      ['nobody', false],
    ] as const) {
      const look = lookFor({ database: name, schema: 'dbos', definitions, role });
      const { server: facts } = await postgres.introspect(await connect(url), look);
      expect(facts.roleExists).toBe(isThere);
    }
  });

  test('is read by information_schema where the schema is there, and left alone by migrate and by reset', async () => {
    const { url, name } = await claiming();
    await server.query('CREATE SCHEMA dbos', name);
    await server.mark();
    const [database] = (await planRun(asBoth(url))).databases;
    expect(database).toMatchObject({ server: 'CockroachDB 25.4.2', found: null });
    expect(database?.unread).toContain('indexes');
    // The role may not use the schema, so that each table may be there.
    expect(database?.plan.changes.filter(({ id }) => !id.startsWith('function:'))).toEqual([]);
    expect((await userErrorOf(() => migrate(asBoth(url)))).message).toMatch(
      /^nothing can be changed here: on CockroachDB/,
    );
    const error = await userErrorOf(() => planReset({ system: url }));
    expect(error.message).toBe(
      'the schema dbos stands on CockroachDB, where this release cannot see what depends on it',
    );
    expect(error.where).toContain(name);
    expect(error.where).not.toContain('visitor:visitor');
    expect(error.hint).toContain('DROP SCHEMA');
    expect((await server.messages(name)).filter(isWriting)).toEqual([]);
  });

  test('is as declared where all that is shown of it is, and differs where something is missing', async () => {
    const url = await server.createDatabase('cockroach');
    const name = targetOf(url).database;
    await server.query(`GRANT CREATE ON DATABASE "${name}" TO visitor`);
    const request = { ...asBoth(server.url(name, { user: 'visitor', password: 'visitor' })), listenNotify: false };
    await migrate(request);
    await sabotage(name, claim);
    const complete = await checkRun(request);
    expect(complete.databases[0]?.server).toBe('CockroachDB 25.4.2');
    expect(complete.databases[0]?.plan.changes).toEqual([]);
    expect(complete.equal).toBe(true);
    // A product need not have all that the standard names.
    await server.query(
      `DROP VIEW information_schema.referential_constraints, information_schema.triggered_update_columns CASCADE`,
      name,
    );
    const less = await checkRun(request);
    expect(less.equal).toBe(true);
    expect(less.databases[0]?.unread.join('\n')).toMatch(/^definitions of key:.* and \d+ more, not shown to visitor$/m);
    expect((await userErrorOf(() => migrate(request))).message).toMatch(/^nothing can be changed here: on CockroachDB/);
    await server.query(
      `ALTER TABLE dbos.streams ALTER value TYPE varchar(9); ALTER TABLE dbos.workflow_status DROP COLUMN priority;
      DROP FUNCTION dbos.send_message; UPDATE dbos.dbos_migrations SET version = 1`,
      name,
    );
    expect(
      (await checkRun(request)).databases[0]?.plan.changes.map(({ type, id }) => `${type} ${id.replace(/\(.*/, '')}`),
    ).toEqual([
      'alter column:dbos.streams.value',
      'create column:dbos.workflow_status.priority',
      'create function:dbos.send_message',
      'alter version:dbos.dbos_migrations',
    ]);
  });

  test('has nothing to reset where the schema is not there', async () => {
    const { url } = await claiming();
    const { databases } = await planReset({ system: url });
    expect(databases).toMatchObject([{ definitions: [], plan: { segments: [], changes: [] } }]);
  });

  test('may be of another name', async () => {
    const { url } = await databaseOf('Kin 3.1 on x86_64');
    const [database] = (await planRun(asBoth(url))).databases;
    expect(database?.server).toBe('Kin 3.1');
    expect(database?.caveat).toMatch(/^nobody has tried these statements on Kin yet/);
    expect(sqlOf(statementsOf(database!.plan))).toContain('CREATE SCHEMA "dbos"');
    expect((await userErrorOf(() => migrate(asBoth(url)))).message).toMatch(
      /^nothing can be changed here: on Kin this/,
    );
  });

  test.each([null, 'PostgreSQL 18.0, which is no CockroachDB v1'])(
    'is another than %s, whose own error stands',
    async (claims) => {
      const { url } = await databaseOf(claims);
      const error = await userErrorOf(() => planRun(asBoth(url)));
      expect(error.message).toBe('the catalog cannot be read: permission denied for function query_to_xml');
    },
  );
});
