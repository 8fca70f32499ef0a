import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { escapeIdentifier as quote } from 'pg';
import { runCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';
import { runShell, testWith } from '../support/shells.ts';

const testWithPsql = testWith('psql');
const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.query(`CREATE ROLE "my ""odd"" role"`);
});
afterAll(() => server.stop());

const exists = async (database: string): Promise<boolean> =>
  (await server.query('SELECT datname FROM pg_database')).some((row) => row['datname'] === database);

/** Prints the SQL of a run, sees that nothing was changed, and pipes it into psql. */
async function pipe(flags: readonly string[], { into, cwd = temporaryDirectory() }: { into: string; cwd?: string }) {
  const { stdout, stderr } = await succeed(['migrate', ...flags, '--dry-run'], { cwd });
  expect(stderr).toBe('');
  const result = runShell('psql', ['--no-psqlrc', server.url(into)], { input: stdout, cwd });
  expect(result).toEqual({ stderr: '', exitCode: 0 });
  return stdout;
}

const oddNames = [
  'plain',
  'My "odd" db',
  String.raw`a'b\c`,
  'größe',
  'dbname=x host=y',
  '$$',
  '%s',
  '-x',
  'UPPER',
  'select',
];

describe.each(oddNames)('database %s', (name) => {
  testWithPsql('that is missing is made, and is as declared', async () => {
    const flags = ['--sys-db-url', server.url(name)];
    const sql = await pipe(flags, { into: 'postgres' });
    expect(sql).toContain(`CREATE DATABASE ${quote(name)}`);
    await expectNothingToDo(flags);
  });

  testWithPsql('that exists is filled, through a connection to it', async () => {
    await server.query(`DROP DATABASE IF EXISTS ${quote(name)}`);
    await server.query(`CREATE DATABASE ${quote(name)}`);
    const flags = ['--sys-db-url', server.url(name)];
    const sql = await pipe(flags, { into: name });
    expect(sql).not.toContain('CREATE DATABASE');
    await expectNothingToDo(flags);
  });
});

const oddSchemas = ['My "odd" schema-1', `it's`, String.raw`back\slash`, 'a.b', '$body$', '%I', 'SELECT', 'ü😀'];

describe.each(oddSchemas)('schema %s', (schema) => {
  testWithPsql('is as declared, with its grants', async () => {
    const url = await server.createDatabase('schemas');
    const flags = ['--sys-db-url', url, '--schema', schema, '--app-role', 'my "odd" role'];
    await pipe(flags, { into: decodeURIComponent(new URL(url).pathname.slice(1)) });
    await expectNothingToDo(flags);
  });
});

testWithPsql('two databases at once, of which one is missing', async () => {
  await server.query('CREATE DATABASE "two""s app"');
  const flags = ['--sys-db-url', server.url('two "sys"'), '--db-url', server.url('two"s app')];
  await pipe(flags, { into: 'postgres' });
  await expectNothingToDo(flags);
});

testWithPsql('a second database, as the role that its URL names', async () => {
  await server.query(`CREATE ROLE keeper CREATEDB`);
  const parameters =
    'options=-c%20role%3Dkeeper&channel_binding=prefer&sslmode=allow&pgbouncer=true&application_name=a';
  const flags = ['--sys-db-url', server.url('kept_sys'), '--db-url', server.url('kept_app', { parameters })];
  const { stdout, stderr } = await succeed(['migrate', ...flags, '--dry-run']);
  expect(stderr).toContain('pgbouncer in the database URL is ignored');
  const script = { input: stdout, cwd: temporaryDirectory() };
  expect(runShell('psql', ['--no-psqlrc', server.url('postgres')], script)).toEqual({ stderr: '', exitCode: 0 });
  const owners = await server.query(
    `SELECT datname AS name, pg_get_userbyid(datdba) AS owner FROM pg_database WHERE datname LIKE 'kept%' ORDER BY 1`,
  );
  expect(owners).toEqual([
    { name: 'kept_app', owner: 'keeper' },
    { name: 'kept_sys', owner: 'postgres' },
  ]);
  await expectNothingToDo(['--sys-db-url', server.url('kept_sys'), '--db-url', server.url('kept_app')]);
});

testWithPsql('a repair', async () => {
  const url = await server.createDatabase('repair');
  const name = new URL(url).pathname.slice(1);
  const flags = ['--sys-db-url', url];
  await succeed(['migrate', ...flags]);
  await server.query(
    `DROP INDEX dbos.idx_workflow_status_pending; ALTER TABLE dbos.streams DROP COLUMN function_id;
     ALTER FUNCTION dbos.send_message SECURITY DEFINER; UPDATE dbos.dbos_migrations SET version = 7`,
    name,
  );
  expect((await runCli(['migrate', ...flags, '--check'])).exitCode).toBe(2);
  await pipe(flags, { into: name });
  await expectNothingToDo(flags);
  expect(await pipe(flags, { into: name })).toBe('-- Nothing to do.\n');
});

testWithPsql('it stops at the first error, and nothing of it is left', async () => {
  const url = await server.createDatabase('stops');
  const name = new URL(url).pathname.slice(1);
  const cwd = temporaryDirectory();
  const { stdout } = await succeed(['migrate', '--sys-db-url', url, '--dry-run'], { cwd });
  await server.query('CREATE SCHEMA dbos; CREATE TABLE dbos.queues (mine int)', name);
  const result = runShell('psql', ['--no-psqlrc', server.url(name)], { input: stdout, cwd });
  expect(result.exitCode).toBe(3);
  expect(await server.query(`SELECT relname FROM pg_class WHERE relnamespace = 'dbos'::regnamespace`, name)).toEqual([
    { relname: 'queues' },
  ]);
});

/** What a command could do if its comment ended before it does. */
const hostile = [
  'echo one\n\\! touch stolen\necho two',
  "echo '; DROP SCHEMA dbos CASCADE; --'\rDROP SCHEMA dbos CASCADE;",
  '*/ DROP SCHEMA dbos CASCADE; /*',
  'echo a\u2028DROP SCHEMA dbos CASCADE;\u2029DROP SCHEMA dbos CASCADE;\u0085DROP SCHEMA dbos CASCADE;',
  'echo\u000bDROP SCHEMA dbos CASCADE;\u000cDROP SCHEMA dbos CASCADE;',
  "\\gexec\n\\copy x from program 'touch stolen'\n\\i /etc/passwd\n:x `touch stolen`",
];

testWithPsql('custom commands are comments whatever they hold, and are not run', async () => {
  const cwd = temporaryDirectory({
    'dbos-config.yaml': JSON.stringify({
      name: 'hostile',
      system_database_url: server.url('hostile\nDROP'.replace('\n', ' ')),
      database: { migrate: [...hostile, 'touch stolen'] },
    }),
  });
  const sql = await pipe([], { into: 'postgres', cwd });
  for (const line of ['echo one', 'touch stolen', '*/ DROP'])
    expect(sql).toMatch(new RegExp(`^-- .*${line.replaceAll('*', '\\*')}`, 'm'));
  expect(existsSync(join(cwd, 'stolen'))).toBe(false);
  expect(await exists('hostile DROP')).toBe(true);
  await expectNothingToDo([], { cwd });
});
