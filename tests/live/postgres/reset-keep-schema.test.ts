import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client, escapeIdentifier as quote } from 'pg';
import { systemDefinitions } from '../../../schema/index.ts';
import { reset as resetDatabases } from '../../../src/index.ts';
import { postgres } from '../../../src/postgres/dialect.ts';
import { runCli } from '../../cli/run.ts';
import { startCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { expectNothingToDo } from '../support/run.ts';
import { sampleRows } from '../support/sample-rows.ts';
import { runShell, testWith } from '../support/shells.ts';

const temporaryDirectory = temporaryDirectories();
const done = 'Resetting system database...\nSystem database reset successfully. The tables are kept.\n';
const empty = 'Nothing to reset: the DBOS system tables are empty.\n';
let server: PostgresServer;
let filled: string;
let url: string;
let name: string;

const nameOf = (of: string): string => new URL(of).pathname.slice(1);
const query = (sql: string): ReturnType<PostgresServer['query']> => server.query(sql, name);
const reset = (...flags: readonly string[]) => runCli(['reset', '--keep-schema', '--sys-db-url', url, ...flags]);

beforeAll(async () => {
  server = await startPostgres();
  await server.query("CREATE ROLE app LOGIN; CREATE ROLE tester LOGIN PASSWORD 'tester'");
  filled = await server.createDatabase('filled');
  expect(await runCli(['migrate', '--sys-db-url', filled, '--app-role', 'app'])).toMatchObject({ exitCode: 0 });
  const catalog = postgres.declare(systemDefinitions, { database: '', schema: 'dbos', role: null });
  const inserts = [...sampleRows(catalog)].flatMap(([table, rows]) =>
    rows.map(
      (row) =>
        `INSERT INTO dbos.${table} (${Object.keys(row).map(quote).join(', ')}) VALUES (${Object.values(row).map(literal).join(', ')})`,
    ),
  );
  await server.query(inserts.join(';\n'), nameOf(filled));
});
afterAll(() => server.stop());

beforeEach(async () => {
  url = await server.createDatabase('kept', filled);
  name = nameOf(url);
});

const literal = (value: string | number | boolean): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);

/** How many rows each table of the schema has. */
async function counts(): Promise<Readonly<Record<string, number>>> {
  const tables = await query(
    `SELECT relname AS t FROM pg_class WHERE relnamespace = 'dbos'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`,
  );
  const all = tables.map(({ t }) => `SELECT '${String(t)}' AS t, count(*)::int AS n FROM ONLY dbos.${String(t)}`);
  const rows = await query(all.join(' UNION ALL '));
  return Object.fromEntries(rows.map(({ t, n }) => [String(t), Number(n)]));
}

/** Owners, privileges, and all that a table is but its rows. */
const structure = (): ReturnType<PostgresServer['query']> =>
  query(`SELECT relname, relacl::text, relowner::regrole::text, relkind, relpersistence, relchecks, relhastriggers
    FROM pg_class WHERE relnamespace = 'dbos'::regnamespace ORDER BY 1`);

const bookkeeping = `SELECT (SELECT json_agg(m ORDER BY m.migration_id) FROM dbos.migrations m) AS records, (SELECT json_agg(v) FROM dbos.dbos_migrations v) AS version`;

test('rows go; tables, grants, version and records stay, and there is nothing to migrate', async () => {
  const [before, kept, full] = [await structure(), await query(bookkeeping), await counts()];
  expect(full).toMatchObject({ workflow_status: 2, dbos_migrations: 1, migrations: 3 });
  expect(Math.min(...Object.values(full))).toBeGreaterThan(0);
  await server.mark();
  expect(await reset('--yes')).toEqual({ stdout: done, stderr: '', exitCode: 0 });
  const messages = (await server.messages()).filter((message) => /^(?:BEGIN|TRUNCATE|COMMIT)/m.test(message));
  expect(messages).toHaveLength(1);
  const { dbos_migrations: version, migrations, ...others } = await counts();
  expect([version, migrations]).toEqual([1, 3]);
  expect(new Set(Object.values(others))).toEqual(new Set([0]));
  expect(await structure()).toEqual(before);
  expect(await query(bookkeeping)).toEqual(kept);
  await expectNothingToDo(['--sys-db-url', url, '--app-role', 'app']);
  expect(await reset('--yes')).toEqual({ stdout: empty, stderr: '', exitCode: 0 });
  expect((await reset('--dry-run')).stdout).toBe('-- Nothing to reset.\n');
});

test('the library does the same, after a word of its caller', async () => {
  const asked: number[] = [];
  const once = (answer: boolean) =>
    resetDatabases({
      system: url,
      keepSchema: true,
      confirm: ([found]) => {
        asked.push(found?.extent.workflows ?? -1);
        return Promise.resolve(answer);
      },
    });
  expect((await once(false)).databases[0]?.applied).toBeNull();
  expect(await counts()).toMatchObject({ workflow_status: 2 });
  expect((await once(true)).databases[0]?.applied?.changes.length).toBeGreaterThan(0);
  expect(await counts()).toMatchObject({ workflow_status: 0, streams: 0 });
  expect(asked).toEqual([2, 2]);
  await expectNothingToDo(['--sys-db-url', url]);
});

testWith('psql')('the printed SQL, run by psql, gives the same', async () => {
  const { stdout, exitCode } = await reset('--dry-run');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('-- data-loss: all rows of dbos.workflow_status go\n');
  const full = await counts();
  expect(full).toMatchObject({ workflow_status: 2 });
  const shell = runShell('psql', ['--no-psqlrc', url], { input: stdout, cwd: temporaryDirectory() });
  expect(shell).toEqual({ stderr: '', exitCode: 0 });
  const byShell = await counts();
  url = await server.createDatabase('kept', filled);
  name = nameOf(url);
  await reset('--yes');
  expect(await counts()).toEqual(byShell);
  await expectNothingToDo(['--sys-db-url', url]);
});

describe('what is of others', () => {
  test('a table with a name of ours is left alone and named; a retired one of ours is emptied', async () => {
    await query(`CREATE TABLE dbos.scheduler_state (mine int); INSERT INTO dbos.scheduler_state VALUES (1);
      CREATE TABLE dbos.job_queue (LIKE dbos.workflow_queue INCLUDING ALL);
      INSERT INTO dbos.job_queue SELECT * FROM dbos.workflow_queue;
      ALTER TABLE dbos.job_queue ADD FOREIGN KEY (workflow_uuid) REFERENCES dbos.workflow_status ON DELETE CASCADE`);
    const { stdout, exitCode } = await reset('--yes');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Left alone, since it is not of DBOS: table:dbos.scheduler_state\n');
    expect(await counts()).toMatchObject({ scheduler_state: 1, job_queue: 0, workflow_status: 0 });
    expect((await reset('--yes', '--adopt', 'table:dbos.scheduler_state')).stdout).toBe(done);
    expect(await counts()).toMatchObject({ scheduler_state: 0 });
    await expectNothingToDo(['--sys-db-url', url]);
  });

  test('views and publications stay, and so do tables that inherit from ours with their rows', async () => {
    await query(`CREATE VIEW public.report AS SELECT count(*)::int AS n FROM dbos.workflow_status;
      CREATE PUBLICATION told FOR TABLE dbos.streams;
      CREATE TABLE public.child () INHERITS (dbos.queues); INSERT INTO public.child (queue_id, name) VALUES ('mine', 'mine')`);
    expect(await reset('--yes')).toEqual({ stdout: done, stderr: '', exitCode: 0 });
    expect(await query('SELECT n, (SELECT count(*)::int FROM public.child) AS child FROM public.report')).toEqual([
      { n: 0, child: 1 },
    ]);
    expect(await query('SELECT count(*)::int AS n FROM pg_publication_tables')).toEqual([{ n: 1 }]);
    expect((await reset('--yes')).stdout).toBe(empty);
  });

  test('a table of ours that somebody has partitioned is emptied with its partitions', async () => {
    await query(`ALTER TABLE dbos.event_dispatch_kv RENAME TO old;
      CREATE TABLE dbos.event_dispatch_kv (LIKE dbos.old INCLUDING DEFAULTS) PARTITION BY HASH (key);
      CREATE TABLE public.part PARTITION OF dbos.event_dispatch_kv FOR VALUES WITH (MODULUS 1, REMAINDER 0);
      INSERT INTO dbos.event_dispatch_kv SELECT * FROM dbos.old; DROP TABLE dbos.old`);
    expect(await query('SELECT count(*)::int AS n FROM public.part')).toEqual([{ n: 2 }]);
    expect((await reset('--yes')).stdout).toBe(done);
    expect(await query('SELECT count(*)::int AS n FROM public.part')).toEqual([{ n: 0 }]);
  });

  test.each([
    [
      'a foreign key of a table that keeps its rows, though none refers to ours',
      'CREATE TABLE public.mine (w text CONSTRAINT k REFERENCES dbos.workflow_status ON DELETE CASCADE)',
      'blocked by foreign key k of public.mine, which refers to dbos.workflow_status',
      'ALTER TABLE "public"."mine" DROP CONSTRAINT "k"',
    ],
    [
      'a foreign key of a namesake',
      `CREATE TABLE dbos.scheduler_state (mine text CONSTRAINT k REFERENCES dbos.workflow_status)`,
      'blocked by foreign key k of dbos.scheduler_state, which refers to dbos.workflow_status',
      'ALTER TABLE "dbos"."scheduler_state" DROP CONSTRAINT "k"',
    ],
    [
      'a foreign key to a retired table',
      `CREATE TABLE dbos.job_queue (LIKE dbos.workflow_queue INCLUDING ALL); INSERT INTO dbos.job_queue SELECT * FROM dbos.workflow_queue;
       CREATE TABLE public.mine (w text CONSTRAINT k REFERENCES dbos.job_queue)`,
      'blocked by foreign key k of public.mine, which refers to dbos.job_queue',
      'ALTER TABLE "public"."mine" DROP CONSTRAINT "k"',
    ],
    [
      'a trigger that would run',
      `CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER t AFTER UPDATE OF value OR TRUNCATE ON dbos.streams EXECUTE FUNCTION public.f()`,
      'blocked by trigger t of dbos.streams, which would run when the table is emptied',
      'ALTER TABLE "dbos"."streams" DISABLE TRIGGER "t"',
    ],
  ])('%s keeps all as it is, and the remedy helps', async (_, sql, what, remedy) => {
    await query(sql);
    const full = await counts();
    const { stdout, stderr, exitCode } = await reset('--yes');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toContain(`error: ${what}\n`);
    expect(stderr).toContain(`${remedy};   then run it again`);
    expect((await reset('--dry-run')).stdout).toContain(`-- ${what}\n`);
    expect(await counts()).toEqual(full);
    await query(remedy);
    expect((await reset('--yes')).exitCode).toBe(0);
    expect(await counts()).toMatchObject({ workflow_status: 0, streams: 0 });
  });

  test('a trigger that does not run on TRUNCATE, or is off, keeps nothing from being done', async () => {
    await query(`CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''ran''; END';
      CREATE TRIGGER t BEFORE DELETE OR UPDATE OF value ON dbos.streams EXECUTE FUNCTION public.f();
      CREATE TRIGGER off BEFORE TRUNCATE ON dbos.streams EXECUTE FUNCTION public.f();
      ALTER TABLE dbos.streams DISABLE TRIGGER off`);
    expect((await reset('--yes')).stdout).toBe(done);
  });
});

describe('rights', () => {
  const asTester = () =>
    runCli([
      'reset',
      '--keep-schema',
      '--yes',
      '--sys-db-url',
      Object.assign(new URL(url), { username: 'tester', password: 'tester' }).href,
    ]);

  test('what is lacking is told before anything is changed', async () => {
    await query('GRANT USAGE ON SCHEMA dbos TO tester; GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA dbos TO tester');
    const full = await counts();
    const { stdout, stderr, exitCode } = await asTester();
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toContain('role tester may not\n           use TRUNCATE on the table application_versions\n');
    expect(stderr).toContain('GRANT TRUNCATE ON "dbos"."workflow_status" TO "tester";');
    expect(await counts()).toEqual(full);
  });

  test('whoever may empty the tables need own none, and row security and what cannot be read are no obstacle', async () => {
    await query(`GRANT USAGE ON SCHEMA dbos TO tester; GRANT TRUNCATE ON ALL TABLES IN SCHEMA dbos TO tester;
      GRANT SELECT ON dbos.dbos_migrations, dbos.queues TO tester; ALTER TABLE dbos.queues ENABLE ROW LEVEL SECURITY`);
    expect(await asTester()).toMatchObject({ stdout: done, exitCode: 0 });
    expect(await counts()).toMatchObject({ workflow_status: 0, queues: 0, streams: 0, dbos_migrations: 1 });
  });

  test('where nothing can be written, that is said', async () => {
    await server.query(`ALTER DATABASE ${quote(name)} SET default_transaction_read_only = on`);
    const { stderr, exitCode } = await reset('--yes');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('nothing can be changed here: the session is read-only by default');
    expect((await reset('--dry-run')).stdout).toContain('TRUNCATE\n  ONLY "dbos"."application_versions",\n');
  });
});

test('a schema that has drifted stays as it is', async () => {
  await query('DROP INDEX dbos.idx_workflow_status_pending; ALTER TABLE dbos.streams ADD mine text');
  const check = () => runCli(['migrate', '--check', '--sys-db-url', url]);
  const drifted = await check();
  expect(drifted.exitCode).toBe(2);
  expect((await reset('--yes')).stdout).toBe(done);
  expect(await check()).toMatchObject({ exitCode: 2 });
  expect(await query(`SELECT to_regclass('dbos.idx_workflow_status_pending') AS i`)).toEqual([{ i: null }]);
});

test('ended while it waits for a lock, it has changed nothing', async () => {
  const full = await counts();
  const other = new Client({ connectionString: url });
  await other.connect();
  try {
    // The last of the tables: all others are locked by then.
    await other.query('BEGIN; LOCK TABLE dbos.workflow_status IN ACCESS SHARE MODE');
    const { child, ended } = startCli(['reset', '--keep-schema', '--yes', '--sys-db-url', url]);
    let told = '';
    child.stderr?.on('data', (text: Buffer) => {
      const before = told;
      told += text.toString();
      const waits = 'waiting for a lock: TRUNCATE\n';
      if (told.includes(waits) && !before.includes(waits)) child.kill('SIGINT');
    });
    const { stderr, exitCode } = await ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(
      'interrupted: the running segment was rolled back, 0 of 1 are done; run it again to finish',
    );
  } finally {
    await other.end();
  }
  expect(await counts()).toEqual(full);
  expect((await reset('--yes')).stdout).toBe(done);
});

test('rows that an application writes at once are its own', async () => {
  const other = new Client({ connectionString: url });
  await other.connect();
  const writer = { goesOn: true };
  const writing = (async () => {
    for (let i = 0; writer.goesOn; i += 1) {
      await other.query(`INSERT INTO dbos.queues (queue_id, name) VALUES ('q${i}', 'q${i}')`);
    }
  })();
  try {
    expect(await reset('--yes')).toMatchObject({ stdout: done, exitCode: 0 });
  } finally {
    writer.goesOn = false;
    await writing;
    await other.end();
  }
});

test('a database that is missing is not made', async () => {
  const missing = server.url('not_there');
  const { stdout, exitCode } = await runCli(['reset', '--keep-schema', '--yes', '--sys-db-url', missing]);
  expect([stdout, exitCode]).toEqual(['Nothing to reset: the database not_there does not exist.\n', 0]);
  expect(await server.query(`SELECT FROM pg_database WHERE datname = 'not_there'`)).toEqual([]);
});
