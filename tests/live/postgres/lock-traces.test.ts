import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { escapeIdentifier as quote } from 'pg';
import { systemDefinitions } from '../../../schema/index.ts';
import { type Catalog, catalogOf } from '../../../src/model/catalog.ts';
import { type Change, subject } from '../../../src/model/change.ts';
import type { RetiredDefinition } from '../../../src/model/definition.ts';
import type { Connection } from '../../../src/model/dialect.ts';
import { type Facts, relationName } from '../../../src/model/facts.ts';
import { idFor } from '../../../src/model/kinds.ts';
import { lookFor, type Scope } from '../../../src/model/look.ts';
import type { CatalogObject, ObjectId, ObjectKind } from '../../../src/model/objects.ts';
import { isOnServer, type Plan, type Statement, statementsOf } from '../../../src/model/plan.ts';
import type { Ownership } from '../../../src/planner/ownership.ts';
import { plan } from '../../../src/planner/plan.ts';
import { segmentsOf } from '../../../src/planner/segments.ts';
import { connectPostgres } from '../../../src/postgres/connection/connect.ts';
import { postgres } from '../../../src/postgres/dialect.ts';
import { targetOf } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { aCheck, aColumn, aForeignKey, aKey, anIndex } from '../../support/sample-objects.ts';
import type { Damage } from '../support/damage.ts';
import { fillSchema } from '../support/filled-schema.ts';
import { announced, discrepancies, type Footprint, formOf, leaving, trace } from '../support/lock-trace.ts';
import { damagesOf } from '../support/postgres-damage.ts';

/**
 * Every form of statement that a plan of ours has is run on tables with rows, and what the server's own views say of it
 * is compared with what the statement announces: its locks, what it looks through, and what it writes anew.
 */
const scope: Scope = { database: 'traces', schema: 'dbos', definitions: systemDefinitions, role: 'an "app" role' };
const declared = postgres.declare(systemDefinitions, scope);
const fixtures = new URL('../../../fixtures/postgres/', import.meta.url);

let server: PostgresServer;
let connection: Connection;

beforeAll(async () => {
  server = await startPostgres({ settings: { log_statement: 'none' } });
  await server.query('CREATE DATABASE traces');
  await server.query(`CREATE ROLE ${quote(scope.role ?? '')}`);
  const opened = await connectPostgres(targetOf(server.url('traces')), { environment: null });
  if (opened.connection === null) throw opened.missing;
  connection = opened.connection;
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

/** Where a plan leads, and what it may take away. */
interface Wish {
  readonly target?: Catalog;
  readonly takes?: Ownership['takes'];
  readonly retired?: readonly RetiredDefinition[];
  readonly surroundings?: boolean;
  readonly emptying?: boolean;
}

interface Planned {
  readonly plan: Plan;
  readonly facts: Facts;
}

async function planned({
  target = declared,
  takes = 'retired',
  retired = [],
  surroundings = false,
  emptying = false,
}: Wish): Promise<Planned> {
  const { catalog, facts } = await postgres.introspect(connection, lookFor(scope, { surroundings, emptying }));
  const live = (await postgres.settle(catalog, target, systemDefinitions)).catalog;
  const all = [...systemDefinitions.retired, ...retired];
  const ownership: Ownership = { retired: all, declared, takes, foreign: new Set() };
  const outcome = plan({ live, settled: live, target, ownership });
  const segments = segmentsOf(postgres.render(outcome.changes, { live, target, facts }));
  return { plan: { ...outcome, segments }, facts };
}

let isAsDeclared = false;

/** As declared, with rows in every table. */
async function restore(): Promise<void> {
  if (isAsDeclared) return;
  await connection.query('DROP SCHEMA IF EXISTS dbos CASCADE');
  const fresh = await planned({});
  for (const { sql } of statementsOf(fresh.plan)) await connection.query(sql);
  await connection.query('CREATE SEQUENCE dbos.a_sequence');
  await fillSchema(connection, declared);
  isAsDeclared = true;
}

/** Every form of statement that was run, and every type of change by kind that was made. */
const [seen, made] = [new Set<string>(), new Set<string>()];

/** Runs a plan, statement by statement, and gives all in which one did otherwise than it announced. */
async function run({ plan: { changes, segments }, facts }: Planned): Promise<readonly string[]> {
  for (const change of changes) made.add(`${change.type} ${subject(change).kind}`);
  const created = new Set(
    changes.flatMap((change) =>
      change.type === 'create' && change.to.kind === 'table' ? [relationName(change.to.schema, change.to.name)] : [],
    ),
  );
  const wrong: string[] = [];
  for (const statement of segments.filter((segment) => !isOnServer(segment)).flatMap(({ statements }) => statements)) {
    seen.add(formOf(statement.sql));
    wrong.push(...discrepancies(statement, leaving(created, await footprintOf(statement)), facts));
  }
  return wrong;
}

async function footprintOf(statement: Statement): Promise<Footprint> {
  if (statement.commits !== 'no transaction') return trace(connection, statement.sql);
  await connection.query(statement.sql);
  const footprint = untraceable[formOf(statement.sql)];
  if (footprint === undefined) throw new Error(`nobody knows what it does outside a transaction: ${statement.sql}`);
  return footprint;
}

/** What the manual says of statements that run in no transaction and so cannot be traced. */
const untraceable: Readonly<Record<string, Footprint>> = {
  // It reads the older table, takes the lock of an INSERT or an UPDATE on the places that lack its rows, and compares.
  // https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
  'DO …': {
    locks: { 'dbos.workflow_input': 'ROW EXCLUSIVE', 'dbos.workflow_status': 'ROW EXCLUSIVE' },
    scans: ['dbos.workflow_input', 'dbos.workflow_inputs', 'dbos.workflow_status'],
    rewrites: [],
  },
};

describe('after a damage', () => {
  const kinds: readonly ObjectKind[] = [
    'schema',
    'table',
    'column',
    'key',
    'index',
    'foreignKey',
    'function',
    'trigger',
    'grant',
    'version',
  ];

  test.each(kinds)(
    'of the kind %s each statement does what it announced',
    async (kind) => {
      const wrong: string[] = [];
      for (const damage of some(damagesOf(declared).filter(({ id }) => id.startsWith(`${kind}:`)))) {
        await restore();
        isAsDeclared = false;
        await connection.query(damage.sql);
        if (damage.refused !== undefined) await connection.query(damage.refused.until);
        const found = await planned({});
        wrong.push(...(await run(found)).map((text) => `${damage.id} ${damage.how}: ${text}`));
        isAsDeclared = found.plan.unmanaged.length === 0;
        if (isAsDeclared) await refill(damage);
      }
      expect(wrong).toEqual([]);
    },
    600_000,
  );

  /** What takes rows or values away leaves others than those that survive the next damage. */
  async function refill({ id, how, destroys, refused }: Damage): Promise<void> {
    const object = declared.get(id);
    const table = object === undefined || !('table' in object) ? undefined : object.table;
    const isLossy = destroys === true || refused !== undefined || how === 'dropped';
    if (isLossy && table !== undefined && !table.endsWith('_migrations')) {
      await connection.query(`TRUNCATE dbos.${quote(table)} CASCADE`);
    }
    await fillSchema(connection, declared);
  }

  /**
   * Three of each way to damage a kind, and all columns that an index, a key or a foreign key has, since these differ.
   * Where no row lacks a value, a look into an index that finds nothing is no scan, and whether the server takes the
   * index is its own choice; so they are emptied too.
   */
  function some(damages: readonly Damage[]): readonly Damage[] {
    const taken = new Map<string, number>();
    const emptied = new Set(damages.flatMap(({ id, how }) => (how === 'made nullable, and emptied' ? [id] : [])));
    return damages.filter(({ id, how: what }) => {
      const how = id.startsWith('grant:') ? id : what;
      if (how === 'made nullable' && emptied.has(id)) return false;
      taken.set(how, (taken.get(how) ?? 0) + 1);
      return (taken.get(how) ?? 0) <= 3 || (how.startsWith('made ') && used.has(id));
    });
  }

  const used: ReadonlySet<ObjectId> = new Set(
    [...declared.values()].flatMap((o) => (o.kind === 'column' && isUsed(o) ? [idFor(o)] : [])),
  );

  function isUsed({ table, name, type }: CatalogObject & { kind: 'column' }): boolean {
    return [...declared.values()].some((o) => {
      if (o.kind === 'foreignKey' && o.referencedTable === table && o.referencedColumns.includes(name)) return true;
      return (
        type === 'text' &&
        ((o.kind === 'index' && o.table === table && JSON.stringify(o).includes(name)) ||
          ((o.kind === 'key' || o.kind === 'foreignKey') && o.table === table && o.columns.includes(name)))
      );
    });
  }
});

describe('from a state of the fixtures', () => {
  const names = readdirSync(fixtures);

  test.each(names)('%s each statement does what it announced', async (name) => {
    const sql = readFileSync(new URL(`${name}/live.sql`, fixtures), 'utf8');
    if (sql.startsWith('-- fresh\n')) await restore();
    else await connection.query('DROP SCHEMA IF EXISTS dbos CASCADE');
    isAsDeclared = false;
    await connection.query(sql);
    expect(await run(await planned({}))).toEqual([]);
  });

  test('no form of statement is left out', () => {
    const forms = names.flatMap((name) =>
      readFileSync(new URL(`${name}/plan.sql`, fixtures), 'utf8')
        .replaceAll(/\$(\w+)\$[^]*?\$\1\$/g, '…')
        .split(';\n')
        .filter((text) => !/^(?:BEGIN|COMMIT|--.*\n|)$/.test(text))
        .map(formOf),
    );
    expect(new Set(forms).size).toBeGreaterThan(30);
    expect([...new Set(forms)].filter((form) => !seen.has(form))).toEqual([]);
  });
});

describe('towards another target', () => {
  const status = { schema: 'dbos', table: 'workflow_status' };
  const positive = { ...aCheck, ...status, name: 'positive', expression: '(priority >= 0)' };
  const later = { ...aCheck, ...status, name: 'later', expression: '(priority >= 1)', validated: false };
  const together = {
    ...aKey,
    ...status,
    name: 'together',
    columns: ['workflow_uuid', 'name'],
    include: ['status'],
    deferrable: 'initially deferred',
  } as const;
  const parent = {
    ...aForeignKey,
    ...status,
    name: 'parent',
    columns: ['workflow_uuid'],
    referencedSchema: 'dbos',
    validated: false,
  };
  const own = { ...aColumn, ...status, name: 'own', type: 'uuid', default: 'gen_random_uuid()' };
  const tenant = { ...aColumn, ...status, name: 'tenant', collation: '"C"' };
  const byTenant = { ...anIndex, ...status, name: 'by_tenant', columns: ['lower(name)'] };
  const all = [{ ...positive, name: 'not_negative' }, positive, later, together, parent, own, tenant, byTenant];
  const retired = all.map(({ kind, table, name }) => ({ kind, table, name }));
  const others: Catalog = new Map([...declared, ...catalogOf(all.slice(1))]);
  const without = (catalog: Catalog, object: CatalogObject): Catalog =>
    new Map([...catalog].filter(([id]) => id !== idFor(object)));
  const withOther = (catalog: Catalog, ...objects: readonly CatalogObject[]): Catalog =>
    new Map([...catalog, ...catalogOf(objects)]);

  /** Goes from one target to the next, each statement doing what it announces. */
  async function go(target: Catalog, takes: Ownership['takes'] = 'retired'): Promise<void> {
    const next = await planned({ target, retired, takes });
    expect(next.plan.changes.length).toBeGreaterThan(0);
    expect(await run(next)).toEqual([]);
    isAsDeclared = target === declared;
  }

  test('with what is not declared, and back', async () => {
    await restore();
    await go(others);
    const next = withOther(others, { ...later, validated: true }, { ...positive, expression: '(priority <> 0)' });
    await go(next);
    const named: CatalogObject = { ...positive, expression: '(priority <> 0)', name: 'not_negative' };
    await go(withOther(without(next, positive), named));
    await go(
      withOther(
        without(next, positive),
        named,
        { ...parent, validated: true },
        { ...together, include: [], deferrable: 'no' },
      ),
    );
    await go(declared);
  });

  test('with switches the other way round, and back', async () => {
    await restore();
    const turned = [...declared.values()].flatMap((o): readonly CatalogObject[] => {
      if (o.kind === 'trigger') return [{ ...o, enabled: 'disabled' }];
      if (o.kind === 'function') return [{ ...o, execution: 'granted' }];
      if (o.kind === 'table' && o.name === 'streams') return [{ ...o, persistence: 'unlogged' }];
      if (o.kind === 'column' && o.table === 'streams' && o.name === 'value') return [{ ...o, storage: 'EXTERNAL' }];
      return [];
    });
    await go(withOther(declared, ...turned));
    await go(declared);
  });

  test('with constraints that are not enforced, which PostgreSQL 18 has, and back', async () => {
    await restore();
    const target = withOther(declared, { ...later, notEnforced: true }, { ...parent, notEnforced: true });
    if (server.major >= 18) {
      await go(target);
      await go(declared);
    } else await expect(go(target)).rejects.toThrow('syntax error at or near "ENFORCED"');
  });

  test('with rows to copy at once', async () => {
    await restore();
    isAsDeclared = false;
    await connection.query('DROP TABLE dbos.workflow_input');
    await go(declared);
    await fillSchema(connection, declared);
  });

  test.each([
    ['CREATE MATERIALIZED VIEW dbos.job_queue AS SELECT * FROM dbos.workflow_queue'],
    ['CREATE TABLE dbos.scheduler_state AS SELECT i AS n FROM generate_series(1, 2000) i'],
    [
      `CREATE FOREIGN DATA WRAPPER elsewhere; CREATE SERVER elsewhere FOREIGN DATA WRAPPER elsewhere;
       CREATE FOREIGN TABLE dbos.scheduler_state (n int) SERVER elsewhere`,
    ],
  ])('without %s', async (sql) => {
    await restore();
    await connection.query(sql);
    await go(declared, 'retired with rows');
  });

  test('with a column that is generated where it is read; PostgreSQL 18 has such', async () => {
    await restore();
    const sql = `ALTER TABLE dbos.streams DROP COLUMN serialization,
      ADD COLUMN serialization text GENERATED ALWAYS AS (key || value) VIRTUAL`;
    if (server.major < 18) return expect(connection.query(sql)).rejects.toThrow('syntax error at or near "VIRTUAL"');
    await connection.query(sql);
    return go(declared);
  });

  test('without its rows', async () => {
    await restore();
    isAsDeclared = false;
    const { plan: emptying } = await planned({ emptying: true });
    const [statement, ...more] = statementsOf(emptying);
    expect(more).toEqual([]);
    made.add('drop rows');
    const traced = await trace(connection, statement!.sql);
    // The files of the tables are new ones, and the server makes their indexes of no rows.
    expect(traced.rewrites).toEqual(Object.keys(traced.locks));
    expect({ ...traced, scans: [], rewrites: [] }).toEqual(announced(statement!));
    expect((await planned({ emptying: true })).plan.changes).toEqual([]);
  });

  test('in which nothing of ours is left, nor what stands on it', async () => {
    await restore();
    await connection.query(`CREATE VIEW public.report AS SELECT status FROM dbos.workflow_status;
      CREATE MATERIALIZED VIEW public.summary AS SELECT count(*) AS n FROM public.report;
      CREATE INDEX by_n ON public.summary (n);
      CREATE TABLE public.notes (workflow_uuid text CONSTRAINT of_workflow REFERENCES dbos.workflow_status, n int);
      CREATE TRIGGER told AFTER INSERT ON public.notes FOR EACH ROW EXECUTE FUNCTION dbos.notifications_function();
      CREATE FUNCTION public.first() RETURNS dbos.workflow_status LANGUAGE sql AS 'SELECT NULL::dbos.workflow_status';
      CREATE POLICY mine ON public.notes USING (n = (SELECT count(*) FROM dbos.queues));
      CREATE RULE twice AS ON INSERT TO public.notes DO ALSO DELETE FROM dbos.streams;
      CREATE TABLE public.calls (id text DEFAULT dbos.enqueue_workflow('a', 'b'));
      DROP SEQUENCE dbos.a_sequence`);
    isAsDeclared = false;
    const target = catalogOf([...declared.values()].filter(({ kind }) => kind === 'database'));
    const reset = await planned({ target, takes: 'everything of ours', surroundings: true });
    expect(reset.plan.changes.filter((c) => c.type === 'drop' && c.from.kind === 'dependent')).toHaveLength(9);
    expect(await run(reset)).toEqual([]);
    expect((await planned({ target, surroundings: true })).plan.changes).toEqual([]);
  });
});

test('what runs outside the database locks nothing in it', () => {
  // https://www.postgresql.org/docs/current/sql-createdatabase.html
  const database = catalogOf([{ kind: 'database', name: 'x' }]);
  const [change] = [...database].map(([id, to]) => ({ type: 'create', id, to }) as const);
  const context = { live: new Map(), target: database, facts: new Map() };
  expect(postgres.render([change!], context).map(announced)).toEqual([{ locks: {}, scans: [], rewrites: [] }]);
});
test('no change that a plan can have is left out', () => {
  const possible: Readonly<Record<Change['type'], readonly ObjectKind[]>> = {
    create: [
      'schema',
      'table',
      'column',
      'key',
      'check',
      'index',
      'foreignKey',
      'function',
      'trigger',
      'grant',
      'version',
    ],
    alter: ['table', 'column', 'key', 'check', 'index', 'foreignKey', 'function', 'trigger', 'grant', 'version'],
    rename: ['key', 'check', 'index', 'foreignKey'],
    drop: [
      'schema',
      'table',
      'column',
      'key',
      'check',
      'index',
      'foreignKey',
      'view',
      'function',
      'trigger',
      'backlog',
      'rows',
      'dependent',
    ],
  };
  const expected = Object.entries(possible).flatMap(([type, all]) => all.map((kind) => `${type} ${kind}`));
  expect(expected.filter((change) => !made.has(change))).toEqual([]);
});
