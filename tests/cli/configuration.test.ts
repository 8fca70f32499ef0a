import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { runCli } from './run.ts';

const temporaryDirectory = temporaryDirectories();

describe('a mistake in the configuration is no success', () => {
  test('sytem_database_url does not migrate another database', async () => {
    const cwd = temporaryDirectory({
      'dbos-config.yaml': 'name: myapp\nsytem_database_url: postgresql://u:Geheim@h/db\n',
    });
    const { stdout, stderr, exitCode } = await runCli(['migrate'], { cwd });
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toBe(`error: unknown key sytem_database_url
  where  dbos-config.yaml:2:1 sytem_database_url
  do     did you mean system_database_url? it stands at the top level
`);
    expect(existsSync(join(cwd, 'myapp.sqlite'))).toBe(false);
  });

  test('migrate: at the top level does not go without its commands', async () => {
    const cwd = temporaryDirectory({ 'dbos-config.yaml': 'name: myapp\nmigrate:\n  - alembic upgrade head\n' });
    const { stderr, exitCode } = await runCli(['migrate'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: unknown key migrate\n');
    expect(stderr).toContain('did you mean database.migrate? it stands under database:');
  });

  test('?sslmod=require does not go without TLS', async () => {
    const { stdout, stderr, exitCode } = await runCli([
      'migrate',
      '-s',
      'postgresql://u:Geheim@127.0.0.1:1/db?sslmod=require',
    ]);
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain('error: the database URL has an unknown parameter sslmod\n');
    expect(stderr).toContain('did you mean sslmode?');
    expect(stderr).not.toContain('Geheim');
  });

  test('PGSERVICE is not passed over', async () => {
    const { stderr, exitCode } = await runCli(['migrate', '-s', 'postgresql://127.0.0.1:1/db'], {
      env: { PGSERVICE: 'prod', PGSERVICEFILE: '/nowhere/services' },
    });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: the service file does not exist\n  where  /nowhere/services\n');
  });
});

describe('a database that nobody named', () => {
  test('is said: no URL given', async () => {
    const cwd = temporaryDirectory({ 'dbos-config.yaml': 'name: myapp\n' });
    const note = 'note: no URL given: sqlite:///./myapp.sqlite, from name (dbos-config.yaml:1:7)\n';
    for (const flags of [['--plan'], ['--check'], []]) {
      expect((await runCli(['migrate', ...flags], { cwd })).stderr).toBe(note);
    }
    expect((await runCli(['reset', '--yes'], { cwd })).stderr).toBe(note);
  });
});

describe('what is no file of a configuration', () => {
  test('a FIFO does not hang', async () => {
    const cwd = temporaryDirectory();
    spawnSync('mkfifo', [join(cwd, 'dbos-config.yaml')]);
    const { stderr, exitCode } = await runCli(['migrate'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: the configuration file is a pipe\n');
    expect(stderr).toMatch(/^ {2}do {5}only regular files are read/m);
  });

  test('one that is missing says what to do', async () => {
    const { stderr, exitCode } = await runCli(['migrate', '--config', 'missing.yaml'], { cwd: temporaryDirectory() });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`error: the configuration file does not exist
  where  --config missing.yaml
  do     name the right file in --config, or leave --config out
`);
  });

  test('100,000 brackets give one short message', async () => {
    const cwd = temporaryDirectory({ 'dbos-config.yaml': '['.repeat(100_000) });
    const { stderr, exitCode } = await runCli(['migrate'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr.split('\n').length).toBeLessThan(20);
    expect(stderr).toMatch(/… and [\d,]+ more/);
  });
});

describe('on PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
    await server.query('CREATE ROLE app');
  });
  afterAll(() => server.stop());

  const bare = () => `postgresql://postgres@127.0.0.1:${server.port}`;
  const password = 'superuser:p@ss/word%';

  test.each<[string, string, Record<string, string>]>([
    ['app_role in the file', 'app_role: app\n', {}],
    ['DBOS_APP_ROLE', '', { DBOS_APP_ROLE: 'app' }],
  ])(
    '%s grants as --app-role does, --check sees a lost grant, and a reset needs no role',
    async (_, more, variables) => {
      const url = await server.createDatabase('role');
      const name = new URL(url).pathname.slice(1);
      const cwd = temporaryDirectory({ 'dbos-config.yaml': `system_database_url: ${JSON.stringify(url)}\n${more}` });
      const run = (...args: readonly string[]) => runCli(args, { cwd, env: variables });
      const { stdout, stderr, exitCode } = await run('migrate');
      expect([stderr, exitCode]).toEqual(['', 0]);
      expect(stdout).toContain('Granting permissions for the dbos schema to app in database');
      expect((await run('migrate', '--check')).exitCode).toBe(0);
      await server.query('REVOKE USAGE ON SCHEMA dbos FROM app', name);
      expect((await run('migrate', '--check')).exitCode).toBe(2);
      expect(await run('reset', '--yes')).toMatchObject({ stderr: '', exitCode: 0 });
      expect(await server.query(`SELECT FROM pg_namespace WHERE nspname = 'dbos'`, name)).toEqual([]);
    },
  );

  test('a reset with a role that is gone', async () => {
    const url = await server.createDatabase('role');
    await runCli(['migrate', '-s', url]);
    const reset = await runCli(['reset', '--yes', '-s', url], { env: { DBOS_APP_ROLE: 'ghost' } });
    expect(reset).toMatchObject({ stderr: '', exitCode: 0 });
  });

  test('PGDATABASE names the database that the URL leaves open, for the look and for the work', async () => {
    const name = new URL(await server.createDatabase('mine')).pathname.slice(1);
    const environment = { PGDATABASE: name, PGPASSWORD: password };
    const { stdout, stderr, exitCode } = await runCli(['migrate', '-s', bare()], { env: environment });
    expect(exitCode).toBe(0);
    expect(stderr).toBe(`note: the URL of --sys-db-url names no database: "${name}", from PGDATABASE\n`);
    expect(stdout).toContain(`System database: ${bare()}/${name}\n`);
    expect(await server.query(`SELECT FROM pg_namespace WHERE nspname = 'dbos'`, name)).toHaveLength(1);
  });

  test('what a URL has for other drivers is warned of, and does no harm', async () => {
    const url = await server.createDatabase('prisma');
    const { stderr, exitCode } = await runCli([
      'migrate',
      '-s',
      `${url}?schema=public&pgbouncer=true&connection_limit=1`,
    ]);
    expect(exitCode).toBe(0);
    expect(stderr.match(/^warning: /gm)).toHaveLength(3);
    expect(stderr).toContain('warning: schema in the database URL is ignored: ');
  });

  test('channel_binding=require is demanded', async () => {
    const url = await server.createDatabase('bound');
    const { stderr, exitCode } = await runCli(['migrate', '-s', `${url}?sslmode=prefer&channel_binding=require`]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: the server does not offer TLS, which channel_binding=require asks for\n');
  });
});
