import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applicationDefinitions, systemDefinitions } from '../../schema/index.ts';
import { apply } from '../../src/apply/apply.ts';
import type { Database } from '../../src/apply/database.ts';
import { inspectReset } from '../../src/apply/reset.ts';
import { closeAll, inspectAll, viewOf } from '../../src/cli/inspect-all.ts';
import type { RunDatabase } from '../../src/cli/databases.ts';
import { psqlWay } from '../../src/cli/shell.ts';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { type Change, subject } from '../../src/model/change.ts';
import { combine } from '../../src/model/definition.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectId } from '../../src/model/objects.ts';
import type { Statement } from '../../src/model/plan.ts';
import { dropRetired } from '../../src/planner/ownership.ts';
import { plan } from '../../src/planner/plan.ts';
import { connectPostgres } from '../../src/postgres/connection/connect.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { planSql } from '../../src/report/plan-sql.ts';
import { optionsOf } from '../apply/support.ts';
import { targetOf } from '../support/connecting.ts';
import { parsePostgres } from '../support/parse-postgres.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { userErrorOf } from '../support/rejection.ts';
import { aBacklog, aCheck, aForeignKey, aFunction, aKey, anIndex, aTrigger } from '../support/sample-objects.ts';

type Product = 'CockroachDB' | 'PostgreSQL';

const definitions = combine(systemDefinitions, applicationDefinitions);
const declareFor = (product: Product): Catalog =>
  postgres.declare(definitions, { schema: 'dbos', database: 'app', role: 'app_role', product });
const there = declareFor('CockroachDB');
const here = declareFor('PostgreSQL');

const createFor = (product: Product): readonly Statement[] => {
  const target = declareFor(product);
  return plan({
    live: new Map(),
    settled: new Map(),
    target,
    mayDrop: dropRetired(definitions.retired, false),
    render: (changes) => postgres.render(changes, { live: new Map(), target, product }),
  }).statements;
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
  test('is that of PostgreSQL when it is PostgreSQL, or when nothing is said', () => {
    expect(postgres.declare(definitions, { schema: 'dbos', database: 'app', role: 'app_role' })).toEqual(here);
  });

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
  const statements = createFor('CockroachDB');

  test('is that of PostgreSQL without what there is not', () => {
    const expected = sqlOf(createFor('PostgreSQL'))
      .filter((sql) => !sql.includes('notifications_function'))
      .map((sql) => sql.replaceAll(/\binteger\b/g, 'int4').replace('SET search_path TO pg_catalog, pg_temp\n', ''));
    expect(sqlOf(statements)).toEqual(expected);
    expect(statements.length).toBe(createFor('PostgreSQL').length - 2);
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
    expect(sqlOf(createFor('PostgreSQL')).filter((sql) => impossible.test(withoutBody(sql))).length).toBeGreaterThan(
      10,
    );
    expect(sqlOf(statements).filter((sql) => /notify|advisory|\binteger\b/i.test(sql))).toEqual([]);
  });

  test('is made of statements that stand alone, wait for no lock and block nobody', () => {
    for (const { transactional, lock, hazards } of statements) {
      expect({ transactional, lock, hazards }).toEqual({ transactional: false, lock: null, hazards: [] });
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

const repair = (change: Change, product: Product = 'CockroachDB'): readonly Statement[] =>
  postgres.render([change], { live: new Map(), target: catalogOf([fn, aVersion]), product });

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
    ['INSERT INTO "dbos"."new" ("k", "v") SELECT "k", "v" FROM "dbos"."old" ON CONFLICT DO NOTHING'],
  ],
];

describe('a repair', () => {
  test.each(repairs)('%s', async (_, change, expected) => {
    const statements = repair(change);
    expect(sqlOf(statements)).toEqual(expected);
    expect(sqlOf(statements).filter((sql) => impossible.test(withoutBody(sql)))).toEqual([]);
    expect(statements.every(({ transactional, lock }) => !transactional && lock === null)).toBe(true);
    expect(statements.flatMap(({ hazards }) => hazards)).toEqual([]);
    await parsePostgres(sqlOf(statements));
  });

  test('warns of lost rows as on PostgreSQL', () => {
    expect(repair(drop(column))).toMatchObject([{ hazards: ['data loss'], transactional: false, lock: null }]);
  });

  test('is another on PostgreSQL where these differ', () => {
    const other = repairs.filter(([, change, sql]) => sqlOf(repair(change, 'PostgreSQL')).join() !== sql.join());
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
    expect(() => repair(change)).toThrow(/^no plan can (?:make|alter) a trigger/);
    expect(sqlOf(repair(change, 'PostgreSQL'))).not.toEqual([]);
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

  async function databaseOf({ claims }: { readonly claims: string | null }): Promise<RunDatabase & { name: string }> {
    const { database: name } = targetOf(await server.createDatabase('cockroach'));
    await server.query(
      `REVOKE EXECUTE ON FUNCTION pg_catalog.query_to_xml(text, boolean, boolean, text) FROM PUBLIC;
      REVOKE EXECUTE ON FUNCTION pg_catalog.pg_describe_object(oid, oid, integer) FROM PUBLIC;`,
      name,
    );
    if (claims !== null) {
      await server.query(
        `CREATE FUNCTION public.version() RETURNS text LANGUAGE sql AS $$ SELECT '${claims}'::text $$;
        ALTER DATABASE "${name}" SET search_path = public, pg_catalog;`,
        name,
      );
    }
    const url = targetOf(server.url(name, { user: 'visitor', password: 'visitor' }));
    const scope = { database: name, schema: 'dbos', definitions, role: null };
    const open: Database['open'] = async () => {
      const { connection, missing } = await connectPostgres(url);
      if (connection === null) throw missing;
      return { connection, exists: true, writable: true };
    };
    const database: Database = { dialect: postgres, scope, where: 'there', open };
    return {
      title: 'x',
      database,
      declare: scope,
      way: psqlWay({ ...url, dialect: 'postgres' }, { ...url, dialect: 'postgres' }),
      name,
    };
  }
  const claiming = (): Promise<RunDatabase & { name: string }> =>
    databaseOf({ claims: 'CockroachDB CCL v25.4.2 (x86_64-pc-linux-gnu, built 2026/01/05 15:04:05, go1.23.12)' });

  test('gets the plan of a full create where the schema is not there, and no consent to write', async () => {
    const entry = await claiming();
    const inspected = await inspectAll([entry], { allowDataLoss: false });
    try {
      const [{ inspection }] = inspected as [(typeof inspected)[0]];
      expect(inspection.live.server).toMatchObject({ product: 'CockroachDB', version: '25.4.2', user: 'visitor' });
      expect(inspection.live.server.caveat).toMatch(/^nobody has tried these statements on CockroachDB/);
      const inside = createFor('CockroachDB').filter(
        ({ on, sql }) => on === 'database' && !/^(?:GRANT|ALTER DEFAULT)/.test(sql),
      );
      expect(sqlOf(inspection.plan.statements)).toEqual(sqlOf(inside));
      const view = viewOf({ ...entry, inspection }, { several: false, ignore: [] });
      const script = planSql({ databases: [view], commands: [] });
      expect(script).toContain('\nCREATE SCHEMA "dbos";\n');
      expect(script.replaceAll(/\$body\$[^]*?\$body\$/g, '')).not.toMatch(impossible);
      expect(script).not.toMatch(/^(?:BEGIN|COMMIT|SET)\b.*;$/m);

      await server.mark();
      const error = await userErrorOf(() => apply(inspection, optionsOf()));
      expect(error.message).toBe(
        'nothing can be changed here: on CockroachDB this release only plans; --dry-run prints the statements, for you to run',
      );
      expect(await server.messages(entry.name)).toEqual([]);
    } finally {
      await closeAll(inspected);
    }
  });

  test('is asked twice and sent nothing that it does not have', async () => {
    const entry = await claiming();
    await server.mark();
    await closeAll(await inspectAll([entry], { allowDataLoss: false }));
    const messages = await server.messages(entry.name);
    expect(messages).toHaveLength(2);
    expect(messages.filter((text) => /advisory|^(?:CREATE|ALTER|INSERT)/im.test(text))).toEqual([]);
  });

  test('has a role where it has it', async () => {
    const entry = await claiming();
    for (const [role, isThere] of [
      ['visitor', true],
      ['nobody', false],
    ] as const) {
      const { connection } = await entry.database.open({ write: false });
      const { server: facts } = await postgres.introspect(connection, { ...entry.database.scope, role });
      await connection.close();
      expect(facts.roleExists).toBe(isThere);
    }
  });

  test('is left alone where the schema is there, by migrate and by reset', async () => {
    const entry = await claiming();
    await server.query('CREATE SCHEMA dbos', entry.name);
    await server.mark();
    const options = { cascade: false };
    for (const run of [
      () => inspectAll([entry], { allowDataLoss: false }),
      () => inspectReset(entry.database, entry.declare, options),
    ]) {
      const error = await userErrorOf(run);
      expect(error.message).toBe('the schema dbos stands on CockroachDB, where this release can read none');
      expect(error.where).toContain(entry.name);
      expect(error.where).not.toContain('visitor:visitor');
      expect(error.hint).toContain('--dry-run');
    }
    expect((await server.messages(entry.name)).filter((text) => /advisory|^(?:CREATE|DROP)/im.test(text))).toEqual([]);
  });

  test('has nothing to reset where the schema is not there', async () => {
    const entry = await claiming();
    const { inspection, dependents } = await inspectReset(entry.database, entry.declare, { cascade: false });
    await inspection.opened.connection.close();
    expect({ dependents, statements: inspection.plan.statements }).toEqual({ dependents: [], statements: [] });
  });

  test.each([null, 'PostgreSQL 18.0, which is no CockroachDB v1'])(
    'is another than %s, whose own error stands',
    async (claims) => {
      const entry = await databaseOf({ claims });
      const error = await userErrorOf(() => inspectAll([entry], { allowDataLoss: false }));
      expect(error.message).toBe('the catalog cannot be read: permission denied for function query_to_xml');
    },
  );
});
