import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemDefinitions } from '../../../schema/index.ts';
import { check, migrate, plan } from '../../../src/index.ts';
import type { Connection, LiveState } from '../../../src/model/dialect.ts';
import { lookFor, type Scope } from '../../../src/model/look.ts';
import type { ObjectId } from '../../../src/model/objects.ts';
import { postgres, postgresByInformationSchema } from '../../../src/postgres/dialect.ts';
import { arrange, directory, stateOf } from '../../postgres/fixture.ts';
import { runCli } from '../../cli/run.ts';
import { connect } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { covered } from '../../support/covered.ts';
import { damagesOf } from '../support/postgres-damage.ts';

const role = 'app';
let server: PostgresServer;
let complete: string;

beforeAll(async () => {
  server = await startPostgres({ settings: { log_statement: 'none' } });
  await server.query(`CREATE ROLE ${role} LOGIN PASSWORD 'app'; CREATE ROLE guest LOGIN PASSWORD 'guest'`);
  complete = await server.createDatabase('complete');
  await migrate({ system: complete, role });
});
afterAll(() => server.stop());

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
const scopeOf = (url: string): Scope => ({
  database: nameOf(url),
  schema: 'dbos',
  definitions: systemDefinitions,
  role,
});

/** Both readings of one database by one role. */
async function bothOf(connection: Connection, scope: Scope): Promise<readonly [LiveState, LiveState]> {
  const look = lookFor(scope);
  return [await postgres.introspect(connection, look), await postgresByInformationSchema.introspect(connection, look)];
}

async function expectEqual(connection: Connection, scope: Scope): Promise<void> {
  const [whole, portable] = await bothOf(connection, scope);
  expect(covered(portable.catalog)).toEqual(covered(whole.catalog));
}

/** A copy of the complete database, in which something was done. */
async function after(sql: string): Promise<string> {
  const url = await server.createDatabase('copy', complete);
  await server.query(sql, nameOf(url));
  return url;
}

describe('both readings, by the owner, are equal in all that information_schema shows', () => {
  test('of the complete database, in which that is a lot', async () => {
    const [whole, portable] = await bothOf(await connect(complete), scopeOf(complete));
    expect(covered(portable.catalog)).toEqual(covered(whole.catalog));
    const kinds = new Set([...portable.catalog.values()].map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(
      [
        'column',
        'database',
        'foreignKey',
        'function',
        'grant',
        'key',
        'schema',
        'table',
        'trigger',
        'version',
      ].toSorted(),
    );
  });

  test('of a database whose owner is no superuser', async () => {
    const url = await server.createDatabase('owned');
    await server.query(`CREATE ROLE house LOGIN PASSWORD 'house'; GRANT CREATE ON DATABASE ${nameOf(url)} TO house`);
    await migrate({ system: as(url, 'house'), role });
    await server.query(
      'REVOKE DELETE ON dbos.streams FROM app; ALTER TABLE dbos.streams ADD CHECK (key > value)',
      nameOf(url),
    );
    const connection = await connect(as(url, 'house'));
    const [whole, portable] = await bothOf(connection, scopeOf(url));
    expect(covered(portable.catalog)).toEqual(covered(whole.catalog));
    expect(portable.catalog.get('grant:dbos.tables.app' as ObjectId)).toMatchObject({ lacking: ['streams'] });
    expect(portable.unread?.join()).not.toContain('not shown to');
  });

  test.each(readdirSync(directory))('of the state %s', async (state) => {
    const { connection, scope } = await arrange(server, stateOf(state));
    await expectEqual(connection, scope);
  });

  const declared = postgres.declare(systemDefinitions, { database: 'x', schema: 'dbos', role });
  // One object of each kind for each way. Indexes are not shown, and types are tried below.
  const ways = new Map(
    damagesOf(declared)
      .map((damage) => [`${damage.id.split(':')[0]} ${damage.how}`, damage] as const)
      .filter(([way]) => !way.startsWith('index ') || way === 'index dropped')
      .filter(([way]) => !/^column made .* with its default$/.test(way)),
  );
  // What is asked of a table that is gone is refused, which ends a transaction.
  const isGone = (way: string): boolean => /^(?:table|schema) dropped$/.test(way);
  test.each([...ways].filter(([way]) => !isGone(way)))('of a database with a %s', async (_, { sql }) => {
    const connection = await connect(complete);
    await connection.query(['BEGIN', sql.replaceAll('DATABASE "x"', `DATABASE "${nameOf(complete)}"`)]);
    await expectEqual(connection, scopeOf(complete));
    await connection.query('ROLLBACK');
  });

  test.each([...ways].filter(([way]) => isGone(way)))('of a database with a %s', async (_, { sql }) => {
    const url = await after(sql);
    await expectEqual(await connect(url), scopeOf(url));
  });

  test('of a view in the place of a table, and of what the newest majors have', async () => {
    const [row] = await server.query(`SELECT current_setting('server_version_num')::int / 10000 AS major`);
    const sql = Object.entries(newer).flatMap(([since, text]) =>
      Number(row?.['major']) >= Number(since) ? [text] : [],
    );
    const url = await after(
      `${sql.join(';')}; DROP TABLE dbos.queues CASCADE; CREATE VIEW dbos.queues AS SELECT 1 AS name`,
    );
    await expectEqual(await connect(url), scopeOf(url));
  });

  test('of a table with columns of all sorts', async () => {
    const url = await after(everyType);
    await expectEqual(await connect(url), scopeOf(url));
  });
});

const byInformationSchema = { introspect: 'information_schema', schema: 'dbos' } as const;

const as = (url: string, user: string | null): string =>
  user === null ? url : server.url(nameOf(url), { user, password: user });

/** What a check by information_schema finds, asked by a role. */
async function foundBy(
  user: string | null,
  url: string,
): Promise<{ readonly ids: readonly string[]; readonly unread: string }> {
  const { databases } = await check({ ...byInformationSchema, system: as(url, user), role });
  const [database] = databases;
  return { ids: database!.plan.changes.map(({ id }) => id), unread: database!.unread.join('\n') };
}

describe('to a role that is shown less', () => {
  const dropped = `ALTER TABLE dbos.workflow_status DROP COLUMN application_version;
    ALTER TABLE dbos.notifications DROP CONSTRAINT notifications_destination_uuid_fkey;
    ALTER TABLE dbos.streams ALTER COLUMN value TYPE varchar(40);`;
  const missing = [
    'column:dbos.streams.value',
    'column:dbos.workflow_status.application_version',
    'foreignKey:dbos.notifications.notifications_destination_uuid_fkey',
  ];

  test('nothing is missing where it may not use the schema, whatever is', async () => {
    const url = await after(`${dropped} DROP TABLE dbos.queues CASCADE; DROP FUNCTION dbos.enqueue_workflow;`);
    const { ids, unread } = await foundBy('guest', url);
    expect(ids.map((id) => id.replace(/\(.*/, ''))).toEqual([
      'function:dbos.enqueue_workflow',
      'grant:dbos.functions.app',
    ]);
    expect(unread).toMatch(/^tables .* and \d+ more, not shown to guest$/m);
  });

  test('a table is missing where it is not there, and unknown where it is', async () => {
    const url = await after(
      'GRANT USAGE ON SCHEMA dbos TO guest; DROP TABLE dbos.queues CASCADE; DROP INDEX dbos.idx_workflow_status_pending',
    );
    const { ids, unread } = await foundBy('guest', url);
    expect(ids.filter((id) => !/^(?:column|key|index):dbos\.queues\./.test(id))).toEqual([
      'table:dbos.queues',
      'grant:dbos.tables.app',
    ]);
    expect(unread).toContain('not shown to guest');
  });

  test('columns and keys are missing where those that are left are shown', async () => {
    const url = await after(dropped);
    expect((await foundBy(role, url)).ids.toSorted()).toEqual(missing);
    expect((await foundBy(role, url)).unread).toMatch(/^checks of .* not shown to app$/m);
  });

  test.each([
    ['a column', 'GRANT SELECT (value) ON dbos.streams', ['column:dbos.streams.value']],
    ['all columns', 'GRANT SELECT ON dbos.workflow_status', ['column:dbos.workflow_status.application_version']],
    [
      'a column of each key, to write',
      'GRANT INSERT (value, "offset"), UPDATE (key) ON dbos.streams',
      ['column:dbos.streams.value'],
    ],
    ['no column', 'GRANT DELETE ON dbos.streams, dbos.workflow_status', []],
    [
      'keys',
      'GRANT DELETE ON dbos.notifications',
      ['foreignKey:dbos.notifications.notifications_destination_uuid_fkey'],
    ],
  ])('what is not shown is not missing where it is shown %s', async (_, grant, expected) => {
    const url = await after(`${dropped} GRANT USAGE ON SCHEMA dbos TO guest; ${grant} TO guest`);
    expect((await foundBy('guest', url)).ids).toEqual(expected);
  });

  test('a function that it may not run is there', async () => {
    const url = await after(
      'REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA dbos FROM PUBLIC; GRANT USAGE ON SCHEMA dbos TO guest',
    );
    const { ids, unread } = await foundBy('guest', url);
    expect(ids).toEqual([]);
    expect(unread).toMatch(/^functions .*enqueue_workflow.*, not shown to guest$/m);
  });
});

describe('the rights of the application are', () => {
  const lacking = async (url: string, user: string | null = null): Promise<readonly string[]> =>
    (await foundBy(user, url)).ids.filter((id) => id.startsWith('grant:'));
  const groups = `CREATE ROLE crew; GRANT crew TO app; GRANT ALL ON dbos.streams TO crew`;

  test('had through PUBLIC or a group', async () => {
    const url = await after(
      `REVOKE ALL ON dbos.streams, dbos.queues FROM app; GRANT ALL ON dbos.queues TO PUBLIC; ${groups}`,
    );
    expect(await lacking(url)).toEqual([]);
    expect((await check({ system: url, role })).equal).toBe(true);
    await server.query('REVOKE crew FROM app', nameOf(url));
    expect(await lacking(url)).toEqual(['grant:dbos.tables.app']);
  });

  test('doubtful to whom they are not all shown', async () => {
    const url = await after(
      'REVOKE ALL ON dbos.streams FROM app; GRANT USAGE ON SCHEMA dbos TO guest; GRANT SELECT ON dbos.streams TO guest',
    );
    expect(await lacking(url, 'guest')).toEqual([]);
    expect((await foundBy('guest', url)).unread).toMatch(/^rights of app on streams, not shown to guest$/m);
    expect(await lacking(url)).toEqual(['grant:dbos.tables.app']);
  });
});

test('a plan makes what is known to be missing, with all that belongs to it, and then nothing is left to do', async () => {
  const url = await after(
    'DROP TABLE dbos.operation_outputs CASCADE; ALTER TABLE dbos.streams DROP COLUMN key CASCADE',
  );
  const { databases } = await plan({ ...byInformationSchema, system: url, role });
  const [{ plan: made, found }] = databases as [(typeof databases)[0]];
  expect(found).toBeNull();
  expect(made.changes.some(({ id }) => id.startsWith('index:dbos.operation_outputs.'))).toBe(true);
  expect(made.changes.some(({ id }) => id.startsWith('index:dbos.workflow_status.'))).toBe(false);
  const connection = await connect(url);
  for (const { transaction, statements } of made.segments) {
    const sql = statements.map((statement) => statement.sql);
    await connection.query(transaction ? ['BEGIN', ...sql, 'COMMIT'] : sql);
  }
  expect((await check({ ...byInformationSchema, system: url, role })).equal).toBe(true);
  expect((await check({ system: url, role })).equal).toBe(true);
});

describe('dbos migrate --introspect information_schema', () => {
  const run = (url: string, ...args: readonly string[]): ReturnType<typeof runCli> =>
    runCli(['migrate', '-s', url, '--introspect', 'information_schema', ...args]);

  test('says of a complete database what was not looked at, in each format, and exits with 0', async () => {
    const { exitCode, stdout, stderr } = await run(complete, '--check');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      'Nothing to do: what was looked at is as declared.\n  Not looked at, and taken to be as declared:\n    · indexes\n',
    );
    expect(stderr).toMatch(/^warning: postgresql:\S+: read by information_schema, which does not show all: /);
    expect((await run(complete, '--plan')).stdout).toContain('    · indexes\n');
    expect((await run(complete, '--check', '--format', 'markdown')).stdout).toMatch(
      /nothing to do in what was looked at[^]*Not looked at[^]*- indexes\n/,
    );
    const { databases } = JSON.parse((await run(complete, '--check', '--format', 'json')).stdout) as {
      databases: { unread: string[] }[];
    };
    expect(databases[0]?.unread).toContain('indexes');
    const whole = await runCli(['migrate', '-s', complete, '--check', '--introspect', 'pg_catalog']);
    expect(whole).toMatchObject({
      exitCode: 0,
      stdout: 'Nothing to do: the live schema is as declared.\n',
      stderr: '',
    });
  });

  test('exits with 2 where something is missing, and not for an index', async () => {
    const url = await after('DROP INDEX dbos.idx_workflow_status_pending');
    expect((await run(url, '--check')).exitCode).toBe(0);
    await server.query('ALTER TABLE dbos.workflow_status DROP COLUMN application_version', nameOf(url));
    const { exitCode, stdout } = await run(url, '--check');
    expect(exitCode).toBe(2);
    expect(stdout).toContain('- column workflow_status.application_version');
    expect(stdout).toContain('· indexes');
    const { stdout: sql } = await run(url, '--dry-run');
    expect(sql).toContain('\n-- not looked at: indexes\n');
    expect(sql).toContain('ADD COLUMN "application_version"');
    expect(sql).not.toContain('INDEX "');
  });

  test('changes nothing, whatever is missing', async () => {
    const fresh = await server.createDatabase('fresh');
    for (const url of [fresh, complete]) {
      expect(await run(url)).toEqual({ exitCode: 1, stdout: '', stderr: refusal });
      await expect(migrate({ ...byInformationSchema, system: url })).rejects.toThrow(
        'nothing can be changed here: information_schema shows too little to change anything by',
      );
    }
    expect(await server.query(`SELECT FROM pg_namespace WHERE nspname = 'dbos'`, nameOf(fresh))).toEqual([]);
  });

  test('plans a database that is not there as another reading does', async () => {
    const url = server.url('not_there');
    const [one, other] = await Promise.all([plan({ system: url }), plan({ system: url, ...byInformationSchema })]);
    expect(other.databases[0]?.plan).toEqual(one.databases[0]?.plan);
    expect(other.databases[0]?.unread).toEqual([]);
  });
});

const refusal = `error: --introspect information_schema shows too little to change anything by
  do     run it without, on PostgreSQL, or only look: --check, --plan or --dry-run
`;

/** What newer majors have, from each on. */
const newer = {
  15: 'ALTER TABLE dbos.streams ADD CONSTRAINT one_null UNIQUE NULLS NOT DISTINCT (function_id)',
  18: `ALTER TABLE dbos.streams ADD CONSTRAINT unchecked CHECK (value <> '') NOT ENFORCED,
    ADD CONSTRAINT unlinked FOREIGN KEY (key) REFERENCES dbos.workflow_status NOT ENFORCED, ADD twice text GENERATED ALWAYS AS (value || value) VIRTUAL`,
};

/** What nobody declares, and everybody may have made of a table of ours. */
const everyType = `SET search_path = dbos;
  CREATE DOMAIN filled AS text NOT NULL CHECK (VALUE <> ''); CREATE TYPE "Mood" AS ENUM ('good');
  CREATE TABLE others (a text, b text, PRIMARY KEY (a, b), UNIQUE (b));
  ALTER TABLE streams ADD v varchar(10), ADD v0 varchar, ADD c char(3), ADD bp bpchar, ADD n numeric, ADD n2 numeric(10),
    ADD n3 numeric(10,2), ADD ts timestamp, ADD ts3 timestamptz(3), ADD t time, ADD t2 time(2) with time zone,
    ADD iv interval, ADD iv3 interval(3), ADD ivd interval day to second(3), ADD ivy interval year, ADD b bit(3), ADD b1 bit,
    ADD vb bit varying(4), ADD vb0 bit varying, ADD arr text[], ADD arrn numeric[], ADD arrt timestamptz[], ADD marr "Mood"[],
    ADD m "Mood", ADD d filled DEFAULT 'x', ADD nm name, ADD qc "char", ADD o oid, ADD r regclass, ADD co text COLLATE "C",
    ADD g int GENERATED ALWAYS AS (1 + 1) STORED, ADD i bigint GENERATED BY DEFAULT AS IDENTITY, ADD s serial, ADD u uuid,
    ADD i2 smallint, ADD fl real, ADD by bytea, ADD rng int4range, ADD ip inet, ADD "a ""Name""" text NOT NULL DEFAULT 'q';
  ALTER TABLE streams ADD CONSTRAINT both_filled CHECK (v <> '' AND v0 <> ''), ADD CONSTRAINT isnt_null CHECK (v IS NOT NULL),
    ADD CONSTRAINT called CHECK (length(v) IS DISTINCT FROM 3), ADD CONSTRAINT quoted CHECK (v <> '(' OR "a ""Name""" <> ')'),
    ADD CONSTRAINT later CHECK (n2 > 0) NOT VALID, ADD CONSTRAINT alone CHECK (n3 > 0) NO INHERIT,
    ADD CONSTRAINT a_function CHECK (starts_with(v, 'x')),
    ADD CONSTRAINT far FOREIGN KEY (v0, v) REFERENCES others (b, a) MATCH FULL ON DELETE SET NULL ON UPDATE RESTRICT DEFERRABLE,
    ADD CONSTRAINT near FOREIGN KEY (v) REFERENCES others (b) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID,
    ADD CONSTRAINT a_key UNIQUE (v, n) DEFERRABLE INITIALLY DEFERRED;
  CREATE FUNCTION "a Trigger"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE TRIGGER told AFTER INSERT OR DELETE OR UPDATE OF v ON streams FOR EACH ROW EXECUTE FUNCTION "a Trigger"('it''s', '2');
  CREATE TRIGGER "When" BEFORE UPDATE ON streams FOR EACH ROW WHEN (OLD.v IS DISTINCT FROM NEW.v) EXECUTE FUNCTION "a Trigger"();
  CREATE TRIGGER bulk AFTER UPDATE ON streams REFERENCING OLD TABLE AS old_rows NEW TABLE AS "New" FOR EACH STATEMENT EXECUTE FUNCTION "a Trigger"();
  CREATE CONSTRAINT TRIGGER late AFTER INSERT ON streams DEFERRABLE FOR EACH ROW EXECUTE FUNCTION "a Trigger"();
  DROP FUNCTION enqueue_workflow;
  CREATE FUNCTION enqueue_workflow(INOUT a int, "B c" json[] DEFAULT '{}', OUT d numeric) LANGUAGE plpgsql IMMUTABLE STRICT SECURITY DEFINER AS 'BEGIN d := 1; END';
  CREATE FUNCTION enqueue_workflow("Mood", filled, timestamptz[]) RETURNS SETOF "Mood" LANGUAGE sql STABLE AS 'SELECT $1'`;
