import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CliResult, runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { runOnTerminal, testOnTerminal } from '../../support/terminal.ts';
import { completeDatabase } from '../../support/complete-database.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const migrate = (...args: readonly string[]): Promise<CliResult> =>
  runCli(['migrate', ...args], { cwd: temporaryDirectory() });

const masked = (url: string): string => url.replace(/:[^:@]*@/, ':***@');

async function exists(database: string): Promise<boolean> {
  return (await server.query(`SELECT FROM pg_database WHERE datname = '${database}'`)).length === 1;
}

/** Whether clients sent anything that changes a schema, a right or a row since the last mark. */
async function sentChanges(): Promise<readonly string[]> {
  const changing = /^\s*(?:CREATE|ALTER|DROP|GRANT|REVOKE|INSERT|UPDATE|DELETE|BEGIN)\b/im;
  return (await server.messages()).filter((message) => changing.test(message));
}

describe('two databases', () => {
  test('are created, then have nothing to do', async () => {
    const urls = ['-s', server.url('two_dbos'), '-D', server.url('two')];
    const first = await migrate(...urls);
    expect(first).toMatchObject({ stderr: '', exitCode: 0 });
    expect(first.stdout).toMatch(
      /\nSystem database: \d+ created in .*\n {2}\+ database two_dbos\n {2}\+ schema dbos\n( {2,}.*\n)+Application database: \d+ created in .*\n {2}\+ database two\n/,
    );
    await server.mark();
    const second = await migrate(...urls);
    expect(second).toEqual({
      stdout: `Starting DBOS migrations
Application database: ${masked(server.url('two'))}
System database: ${masked(server.url('two_dbos'))}
DBOS system schema: dbos
System database: nothing to do, the schema is up to date
Application database: nothing to do, the schema is up to date
`,
      stderr: '',
      exitCode: 0,
    });
    expect(await sentChanges()).toEqual([]);
  });

  test('are both looked at before either is changed', async () => {
    const system = server.url('unborn_dbos');
    const { stderr, exitCode } = await migrate('-s', system, '-D', 'postgresql://u:p@127.0.0.1:1/unborn');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: nothing listens at 127.0.0.1:1\n');
    expect(await exists('unborn_dbos')).toBe(false);
  });

  test('one database as both has both sets, once', async () => {
    const url = await server.createDatabase();
    const { stdout, exitCode } = await migrate('-s', url, '-D', `${url}?application_name=other`);
    expect(exitCode).toBe(0);
    expect(stdout.match(/^System and application database: \d+ created in /gm)).toHaveLength(1);
    const rows = await server.query(
      `SELECT to_regclass('dbos.workflow_status') IS NOT NULL AS system,
        to_regclass('dbos.transaction_completion') IS NOT NULL AS application,
        (SELECT count(*)::int FROM dbos.migrations) AS records`,
      new URL(url).pathname.slice(1),
    );
    expect(rows).toEqual([{ system: true, application: true, records: 1 }]);
    expect((await migrate('-s', url, '-D', url, '--check')).exitCode).toBe(0);
  });

  test('are one where the environment says what a URL leaves open', async () => {
    const url = new URL(await server.createDatabase());
    const env = {
      PGHOST: '127.0.0.1',
      PGPORT: url.port,
      PGUSER: url.username,
      PGPASSWORD: decodeURIComponent(url.password),
    };
    const flags = ['-s', url.href, '-D', `postgresql://${url.pathname}`];
    const { stdout, stderr, exitCode } = await runCli(['migrate', ...flags], { env });
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(/^System and application database: \d+ created in /m);
    expect((await runCli(['migrate', ...flags, '--check'], { env })).exitCode).toBe(0);
  });
});

describe('a system database that nobody named', () => {
  test('is called as the application database, with _dbos behind it', async () => {
    const { stdout, exitCode } = await migrate('--db-url', server.url('My App'));
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`System database: ${masked(server.url('My App_dbos'))}\n`);
    expect([await exists('My App'), await exists('My App_dbos')]).toEqual([true, true]);
  });

  test('stops where the official default is there in its place, and asks to name one', async () => {
    await server.query('CREATE DATABASE old_dbos_sys');
    const stopped = await migrate('--db-url', server.url('old'));
    expect(stopped.exitCode).toBe(1);
    expect(stopped.stderr)
      .toBe(`error: there is no database old_dbos, but there is old_dbos_sys, which the official tools use by default
  where  ${masked(server.url('old_dbos'))}
  do     name the system database: --sys-db-url ${masked(server.url('old_dbos_sys'))}
`);
    expect([await exists('old'), await exists('old_dbos')]).toEqual([false, false]);
    const named = await migrate('--db-url', server.url('old'), '--sys-db-url', server.url('old_dbos_sys'));
    expect(named.exitCode).toBe(0);
    expect(await exists('old_dbos')).toBe(false);
  });

  test('goes on where both are there', async () => {
    await server.query('CREATE DATABASE both_dbos_sys');
    await server.query('CREATE DATABASE both_dbos');
    expect(await migrate('--db-url', server.url('both'))).toMatchObject({ stderr: '', exitCode: 0 });
  });
});

describe('looking without touching', () => {
  test.each(['--plan', '--dry-run', '--check'])('%s of databases that are missing makes none', async (flag) => {
    await server.mark();
    const { stdout, stderr, exitCode } = await migrate('-s', server.url('nix_dbos'), '-D', server.url('nix'), flag);
    expect([stderr, exitCode]).toEqual(['', flag === '--check' ? 2 : 0]);
    expect(stdout).toContain('nix_dbos');
    expect(stdout).not.toContain('Starting DBOS migrations');
    expect(await sentChanges()).toEqual([]);
    expect([await exists('nix'), await exists('nix_dbos')]).toEqual([false, false]);
  });

  test('--plan groups changes by table, with their SQL, and totals them', async () => {
    const url = await drifted();
    const { stdout, exitCode } = await migrate('-s', url, '--plan');
    expect(exitCode).toBe(0);
    const heading = stdout
      .split('\n')
      .slice(0, 2)
      .map((line) => line.trim())
      .join(' · ');
    expect(heading).toBe(`System database  ${masked(url)} · schema dbos · PostgreSQL ${await version()}`);
    expect(stdout).toContain(`
  in one transaction:

  streams
    ~ column value  nullable: yes → no
      scans dbos.streams (empty); readers and writers wait for a moment
        ALTER TABLE "dbos"."streams" ALTER COLUMN "value" SET NOT NULL;

  workflow_status
    + column deduplication_id
      locks dbos.workflow_status for a moment
        ALTER TABLE "dbos"."workflow_status" ADD COLUMN "deduplication_id" text;
`);
    expect(stdout).toMatch(/ {4}- index idx_notifications\n( {6}\S.*\n)+ {8}DROP INDEX "dbos"\."idx_notifications";\n/);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Plan: 2 to create, 1 to change, 1 to drop.');
    expect(stdout).not.toContain('\u001b');
  });

  test('--check tells what differs, a line an object, and what to do', async () => {
    const url = await drifted();
    const { stdout, stderr, exitCode } = await migrate('-s', url, '--check');
    expect([stderr, exitCode]).toEqual(['', 2]);
    expect(stdout).toContain('\n  - missing   ~ differs   + to drop\n');
    expect(stdout).toContain('\n  + index notifications.idx_notifications\n');
    expect(stdout).toContain('\n  ~ column streams.value\n      nullable: yes, declared no\n');
    expect(stdout).toContain('\n  - column workflow_status.deduplication_id\n');
    expect(stdout).toMatch(/\n2 missing, 1 differs, 1 to drop: run dbos migrate --plan\n$/);
  });

  test('--check --format diff shows both sides as a unified diff, one object a paragraph', async () => {
    const url = await drifted();
    const { stdout, stderr, exitCode } = await migrate('-s', url, '--check', '--format', 'diff');
    expect([stderr, exitCode]).toEqual(['', 2]);
    expect(stdout).toContain(`--- live ${masked(url)}\n+++ declared\n@@ `);
    expect(stdout).toContain('\n+column:dbos.workflow_status.deduplication_id\n');
    expect(stdout).toContain('\n-index:dbos.notifications.idx_notifications\n-  columns: destination_uuid, topic\n');
    expect(stdout).toContain(`
 column:dbos.streams.value
   collation: none
   default: none
   generated: none
   identity: none
-  nullable: yes
+  nullable: no
   type: text
`);
  });

  test('--check of what is as declared is one line', async () => {
    const url = await completeDatabase(server);
    expect(await migrate('-s', url, '--check')).toEqual({
      stdout: 'Nothing to do: the live schema is as declared.\n',
      stderr: '',
      exitCode: 0,
    });
    expect(await migrate('-s', url, '--dry-run')).toMatchObject({ stdout: '-- Nothing to do.\n', exitCode: 0 });
    expect((await migrate('-s', url, '--plan')).stdout).toMatch(/\n {2}nothing to do\n\nPlan: nothing to do\.\n$/);
  });

  test('a read-only session stays so: migrate says it, the others work', async () => {
    const url = await drifted();
    await server.query(
      `DO $$ BEGIN IF to_regrole('reader') IS NULL THEN CREATE ROLE reader SUPERUSER LOGIN PASSWORD 'r';
       ALTER ROLE reader SET default_transaction_read_only = on; END IF; END $$`,
    );
    const reader = server.url(new URL(url).pathname.slice(1), { user: 'reader', password: 'r' });
    expect((await migrate('-s', reader, '--check')).exitCode).toBe(2);
    expect((await migrate('-s', reader, '--plan')).exitCode).toBe(0);
    const { stderr, exitCode } = await migrate('-s', reader);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'error: nothing can be changed here: the session is read-only by default (default_transaction_read_only)\n',
    );
    await migrate('-s', url);
    const inSync = await migrate('-s', reader);
    expect(inSync.exitCode).toBe(0);
    expect(inSync.stdout).toContain('nothing to do');
  });

  testOnTerminal('colours are for a terminal, and not with NO_COLOR', async () => {
    const url = await drifted();
    const args = ['migrate', '--sys-db-url', url, '--plan'];
    const colourful = await runOnTerminal(args);
    expect(colourful.screen).toContain('\u001b[32m+\u001b[0m column deduplication_id');
    expect(colourful.screen).toContain('\u001b[33m~\u001b[0m column value');
    expect(colourful.screen).toContain('\u001b[31m-\u001b[0m index idx_notifications');
    const plain = await runOnTerminal(args, { env: { NO_COLOR: '1' } });
    expect(plain.screen).toBe((await migrate(...args.slice(1))).stdout);
  });
});

/** The URL of a database with something to create, to change and to drop. */
async function drifted(): Promise<string> {
  const url = await completeDatabase(server, 'drifted');
  await server.query(
    `ALTER TABLE dbos.workflow_status DROP COLUMN deduplication_id;
     ALTER TABLE dbos.streams ALTER COLUMN value DROP NOT NULL;
     CREATE INDEX idx_notifications ON dbos.notifications (destination_uuid, topic)`,
    new URL(url).pathname.slice(1),
  );
  return url;
}

const version = async (): Promise<string> => {
  const [row] = await server.query('SHOW server_version');
  return /^[\d.]+/.exec(String(row?.['server_version']))?.[0] ?? '';
};

describe('--app-role', () => {
  test('a role that does not exist is found out before anything is changed', async () => {
    const { stderr, exitCode } = await migrate('-s', server.url('roleless'), '--app-role', 'nobody "here"');
    expect(exitCode).toBe(1);
    expect(stderr).toBe(`error: role "nobody "here"" does not exist
  where  ${masked(server.url('roleless'))}
  do     CREATE ROLE "nobody ""here""" LOGIN PASSWORD '…';   then run migrate again
`);
    expect(await exists('roleless')).toBe(false);
  });

  test('sends what is missing only, and says what stands', async () => {
    await server.query('CREATE ROLE partial');
    const url = await server.createDatabase('granted');
    const name = new URL(url).pathname.slice(1);
    await migrate('-s', url, '-r', 'partial');
    await server.query('REVOKE DELETE ON dbos.streams FROM partial', name);
    expect((await migrate('-s', url, '-r', 'partial', '--check')).exitCode).toBe(2);
    await server.mark();
    const { stdout, exitCode } = await migrate('-s', url, '-r', 'partial');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      '\nThe role had these already: the grants on schema, sequences, functions, default tables, default sequences, default functions.\n',
    );
    const grants = (await server.messages(name)).filter((message) => /^GRANT /m.test(message));
    expect(grants.join('\n').match(/^GRANT .*/gm)?.[0]).toContain('ON ALL TABLES');
    expect(grants.join('\n')).not.toContain('GRANT USAGE');
    expect((await migrate('-s', url, '-r', 'partial', '--check')).exitCode).toBe(0);
  });
});

describe('names', () => {
  const hostile = 'My "odd" schema-1.$$ %s \\ \'\n--';

  test('whatever the server takes as a name of a schema, a role and a database works', async () => {
    await server.query(`CREATE ROLE "${hostile.replaceAll('"', '""')}"`);
    const url = server.url(hostile);
    const flags = ['-s', url, '--schema', hostile, '--app-role', hostile];
    expect(await migrate(...flags)).toMatchObject({ stderr: '', exitCode: 0 });
    expect(await migrate(...flags, '--check')).toMatchObject({ stderr: '', exitCode: 0 });
    const [row] = await server.query(
      `SELECT count(*)::int AS n FROM pg_tables WHERE schemaname = $q$${hostile}$q$`,
      hostile,
    );
    expect(row?.['n']).toBeGreaterThan(15);
    const quoted = `"${hostile.replaceAll('"', '""')}"`;
    const [id] = await server.query(`SELECT ${quoted}.enqueue_workflow('w', 'q', workflow_id => 'one') AS id`, hostile);
    expect(id).toEqual({ id: 'one' });
    const reset = await runCli(['reset', '--yes', '-s', url, '--schema', hostile]);
    expect(reset).toMatchObject({ stderr: '', exitCode: 0 });
    expect(await server.query(`SELECT FROM pg_namespace WHERE nspname = $q$${hostile}$q$`, hostile)).toEqual([]);
  });

  test.each([
    [['--schema', 'pg_dbos'], 'the schema may not be named "pg_dbos"'],
    [['--schema', 'information_schema'], 'the schema may not be named "information_schema"'],
    [['--schema', 'é'.repeat(32)], 'the name of the schema is 64 bytes long'],
    [['--app-role', 'x'.repeat(64)], 'the name of the role is 64 bytes long'],
    [['--app-role', 'public'], 'the role may not be named "public"'],
  ])('%j is refused before anything is opened', async (flags, message) => {
    const { stdout, stderr, exitCode } = await migrate('-s', 'postgresql://u@127.0.0.1:1/db', ...flags);
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain(`error: ${message}`);
  });

  test('a derived name that the server would cut', async () => {
    const { stderr, exitCode } = await migrate('-D', `postgresql://u@127.0.0.1:1/${'x'.repeat(59)}`);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the name of the database is 64 bytes long');
  });
});

describe('--dry-run', () => {
  const hasPsql = spawnSync('psql', ['--version']).status === 0;
  if (!hasPsql) process.stderr.write('no psql here: the tests that run what --dry-run prints are skipped\n');
  const testWithPsql = hasPsql ? test : test.skip;

  /** Runs a script as `dbos migrate --dry-run | psql` does. */
  const psql = (script: string, database = 'postgres') =>
    spawnSync('psql', ['--no-psqlrc', '--quiet', server.url(database)], {
      input: script,
      encoding: 'utf8',
      env: { ...process.env, PGPASSWORD: 'second' },
    });

  testWithPsql('is a script for psql that makes both databases, grants included', async () => {
    await server.query('CREATE ROLE "app ""x"""');
    const flags = ['-s', server.url(`dry "s\\'1:x\n\\q`), '-D', server.url('dry app'), '--app-role', 'app "x"'];
    const { stdout, stderr, exitCode } = await migrate(...flags, '--dry-run');
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).not.toContain('***@***');
    expect(psql(stdout)).toMatchObject({ stderr: '', status: 0 });
    expect(await migrate(...flags, '--check')).toMatchObject({ stderr: '', exitCode: 0 });
  });

  testWithPsql('goes to a database of another server or user, with a password of its own', async () => {
    await server.query(`CREATE ROLE second LOGIN CREATEDB PASSWORD 'second'`);
    const second = server.url('second app', { user: 'second', password: 'second' });
    const flags = ['-s', await server.createDatabase('dry'), '-D', second];
    const { stdout } = await migrate(...flags, '--dry-run');
    expect(stdout).not.toContain('second:second');
    expect(psql(stdout, new URL(flags[1] ?? '').pathname.slice(1))).toMatchObject({ stderr: '', status: 0 });
    expect(await migrate(...flags, '--check')).toMatchObject({ stderr: '', exitCode: 0 });
    const [row] = await server.query(
      `SELECT pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname = 'second app'`,
    );
    expect(row).toEqual({ owner: 'second' });
  });

  testWithPsql('needs no connect where psql is connected to the database already', async () => {
    const url = await server.createDatabase('dry');
    const { stdout } = await migrate('-s', url, '--dry-run', '--schema', 'o;"\n\\q');
    expect(stdout).not.toContain('\\connect');
    expect(psql(stdout, new URL(url).pathname.slice(1))).toMatchObject({ stderr: '', status: 0 });
    expect((await migrate('-s', url, '--check', '--schema', 'o;"\n\\q')).exitCode).toBe(0);
  });

  testWithPsql('stops at the first error, with nothing half done', async () => {
    const url = await server.createDatabase('dry');
    const name = new URL(url).pathname.slice(1);
    const { stdout } = await migrate('-s', url, '--dry-run');
    await server.query('CREATE SCHEMA dbos; CREATE TABLE dbos.workflow_queue (mine int)', name);
    expect(psql(stdout, name).status).toBe(3);
    expect(await server.query(`SELECT FROM pg_tables WHERE schemaname = 'dbos'`, name)).toHaveLength(1);
  });

  test('custom commands are comments, whatever stands in them', async () => {
    const cwd = temporaryDirectory({
      'dbos-config.yaml': `database:
  migrate:
    - |
      echo one
      \\! touch hacked
      DROP TABLE x; -- "*/
    - "echo a\\u2028DROP SCHEMA dbos;\\r\\n\\u0085\\\\q"
`,
    });
    const url = await server.createDatabase('dry');
    const { stdout, exitCode } = await runCli(['migrate', '--dry-run', '-s', url], { cwd });
    expect(exitCode).toBe(0);
    const behind = stdout.slice(stdout.indexOf('-- Then these commands run:'));
    expect(behind.split(/[\n\r\u2028\u2029\u0085]/).filter((line) => line !== '' && !line.startsWith('-- '))).toEqual(
      [],
    );
    expect(behind).toContain('--   echo one\n--   \\! touch hacked\n--   DROP TABLE x; -- "*/\n--   echo a\n');
    expect(stdout.trimEnd()).toBe(stdout.slice(0, -1));
  });
});
