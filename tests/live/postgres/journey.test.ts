import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CliResult, runCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const migrate = (url: string, ...flags: readonly string[]): Promise<CliResult> =>
  runCli(['migrate', '--sys-db-url', url, ...flags]);

const nameOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

async function expectAsDeclared(url: string, ...flags: readonly string[]): Promise<void> {
  const check = await migrate(url, '--check', ...flags);
  expect(check).toEqual({ exitCode: 0, stdout: 'Nothing to do: the live schema is as declared.\n', stderr: '' });
}

const ddl = /\b(?:CREATE|ALTER|DROP|GRANT|REVOKE|TRUNCATE|INSERT|UPDATE|DELETE)\b/i;

test('a second run sends nothing that changes anything', async () => {
  const url = await server.createDatabase();
  await migrate(url);
  await server.mark();
  expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
  const messages = await server.messages(nameOf(url));
  expect(messages.length).toBeGreaterThan(0);
  expect(messages.filter((message) => ddl.test(message.replaceAll(/'[^']*'/g, "''")))).toEqual([]);
});

test.each([
  ['exists', async () => server.createDatabase()],
  ['is missing', async () => server.url(`missing_${Date.now()}`)],
])('a fresh create takes at most ten round trips where the database %s, and one transaction', async (_, makeUrl) => {
  const url = await makeUrl();
  await server.mark();
  await migrate(url);
  const messages = await server.messages();
  // A connection is one round trip more each; there are two where the database has to be created first.
  expect(messages.length + 2).toBeLessThanOrEqual(10);
  expect(messages.filter((message) => /^BEGIN\b[^]*\bCREATE TABLE\b/.test(message))).toHaveLength(1);
  await expectAsDeclared(url);
});

const hasPsql = spawnSync('psql', ['--version']).status === 0;
if (!hasPsql) console.log('skipped: the scripts of --dry-run need psql, which is not installed');

(hasPsql ? describe : describe.skip)('the script of --dry-run, run by psql', () => {
  const psql = (url: string, script: string): string => {
    const run = spawnSync('psql', ['-X', '-q', url], { input: script, encoding: 'utf8' });
    return run.status === 0 ? '' : run.stderr;
  };

  test.each([
    ['plain', 'dry_run', 'dbos'],
    ['with quotes', 'My "odd" db', 'My "odd" schema-1'],
    ['with an apostrophe and a backslash', String.raw`a'b\c`, '$$'],
    ['like a connection string', 'dbname=x host=y', '%s'],
  ])('gives the declared schema in a database that did not exist: %s', async (_, database, schema) => {
    const url = server.url(database);
    const { stdout, exitCode } = await migrate(url, '--dry-run', '--schema', schema);
    expect(exitCode).toBe(0);
    expect(psql(server.url('postgres'), stdout)).toBe('');
    await expectAsDeclared(url, '--schema', schema);
    expect((await migrate(url, '--dry-run', '--schema', schema)).stdout).toBe('-- Nothing to do.\n');
  });

  test('does two databases at once', async () => {
    const url = server.url('two_apps');
    const { stdout } = await runCli(['migrate', '--db-url', url, '--dry-run']);
    expect(psql(server.url('postgres'), stdout)).toBe('');
    expect((await runCli(['migrate', '--db-url', url, '--check'])).exitCode).toBe(0);
  });

  test('mends what differs', async () => {
    const url = await server.createDatabase();
    await migrate(url);
    await server.query(
      `DROP TABLE dbos.queues; ALTER TABLE dbos.streams ALTER value DROP NOT NULL; DROP FUNCTION dbos.send_message;
       ALTER TABLE dbos.workflow_status ALTER owner_xid TYPE varchar(40); DELETE FROM dbos.dbos_migrations`,
      nameOf(url),
    );
    expect(psql(url, (await migrate(url, '--dry-run')).stdout)).toBe('');
    await expectAsDeclared(url);
  });
});

describe('reset', () => {
  const reset = (url: string, ...flags: readonly string[]): Promise<CliResult> =>
    runCli(['reset', '--sys-db-url', url, ...flags]);

  test('leaves what is not ours, and migrate makes the rest again', async () => {
    const url = await server.createDatabase();
    const name = nameOf(url);
    await migrate(url);
    await server.query(
      `CREATE TABLE dbos.mine (id int); INSERT INTO dbos.mine VALUES (1); CREATE TABLE public.mine AS TABLE dbos.mine`,
      name,
    );
    expect(await reset(url, '--yes')).toMatchObject({ exitCode: 0 });
    const left = `SELECT schemaname || '.' || tablename AS t FROM pg_tables WHERE schemaname IN ('dbos', 'public') ORDER BY 1`;
    expect(await server.query(left, name)).toEqual([{ t: 'dbos.mine' }, { t: 'public.mine' }]);
    expect(await server.query('TABLE dbos.mine', name)).toEqual([{ id: 1 }]);
    await migrate(url);
    await expectAsDeclared(url);
    await server.query('DROP TABLE dbos.mine', name);
    await reset(url, '--yes');
    expect(await server.query(`SELECT count(*)::int AS n FROM pg_namespace WHERE nspname = 'dbos'`, name)).toEqual([
      { n: 0 },
    ]);
    expect((await reset(url, '--yes')).stdout).toContain('Nothing to reset');
  });

  test('refuses while objects of others depend on ours, and drops them with --cascade only', async () => {
    const url = await server.createDatabase();
    const name = nameOf(url);
    await migrate(url);
    await server.query(
      `CREATE TABLE public.orders (workflow text REFERENCES dbos.workflow_status);
       CREATE VIEW public.report AS SELECT status FROM dbos.workflow_status;
       CREATE VIEW public.summary AS SELECT count(*) FROM public.report`,
      name,
    );
    const refused = await reset(url, '--yes');
    expect(refused.exitCode).toBe(3);
    for (const object of ['view public.report', 'view public.summary', 'constraint orders_workflow_fkey']) {
      expect(refused.stderr).toContain(object);
    }
    await expectAsDeclared(url);
    const done = await reset(url, '--yes', '--cascade');
    expect(done).toMatchObject({ exitCode: 0, stderr: '' });
    await migrate(url);
    const [, definitions = ''] = /to make these again:\n([^]*)System database reset/.exec(done.stdout) ?? [];
    await server.query(definitions, name);
    expect(await server.query('SELECT * FROM public.summary', name)).toEqual([{ count: '0' }]);
  });
});

describe('several at once', () => {
  test.each([
    ['a missing database', async () => server.url(`race_${Date.now()}`)],
    ['an empty database', async () => server.createDatabase()],
  ])('make one schema of %s', async (_, makeUrl) => {
    const url = await makeUrl();
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(await server.query('SELECT version FROM dbos.dbos_migrations', nameOf(url))).toEqual([{ version: '125' }]);
    await expectAsDeclared(url);
  });

  test('a run gives way to a lock, lets writers through meanwhile, and ends when the lock does', async () => {
    const url = await server.createDatabase();
    const name = nameOf(url);
    await migrate(url);
    await server.query('ALTER TABLE dbos.workflow_status ALTER owner_xid TYPE varchar(40)', name);
    const reader = server.query('BEGIN; SELECT count(*) FROM dbos.workflow_status; SELECT pg_sleep(3); COMMIT', name);
    const run = migrate(url);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const started = Date.now();
    await server.query(`INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('w')`, name);
    expect(Date.now() - started).toBeLessThan(1_500);
    await reader;
    expect((await run).exitCode).toBe(0);
    await expectAsDeclared(url);
  });
});

test('a limited role finds all that it needs, and nothing more', async () => {
  await server.query(`CREATE ROLE "app role" LOGIN PASSWORD 'secret'`);
  const url = await server.createDatabase();
  const name = nameOf(url);
  expect(await migrate(url, '--app-role', 'app role')).toMatchObject({ exitCode: 0 });
  await expectAsDeclared(url, '--app-role', 'app role');
  await server.query('CREATE TABLE dbos.later (id int)', name);
  await server.query(
    `SET ROLE "app role"; INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('w'); UPDATE dbos.workflow_status SET name = 'n';
     SELECT dbos.send_message('w', '{}'); SELECT dbos.enqueue_workflow('f', 'q'); SELECT * FROM dbos.later;
     DELETE FROM dbos.workflow_status`,
    name,
  );
  await expect(server.query('SET ROLE "app role"; CREATE TABLE dbos.mine (id int)', name)).rejects.toThrow(
    'permission denied',
  );
  await server.query('REVOKE DELETE ON dbos.streams FROM "app role"', name);
  const check = await migrate(url, '--check', '--app-role', 'app role');
  expect(check.exitCode).toBe(2);
  expect(check.stdout).toContain('lacking: streams');
  await migrate(url, '--app-role', 'app role');
  await expectAsDeclared(url, '--app-role', 'app role');
});
