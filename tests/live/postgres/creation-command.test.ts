import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { runCli } from '../../cli/run.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.query('CREATE ROLE app; CREATE ROLE other');
});
afterAll(() => server.stop());

const hasPsql = spawnSync('psql', ['--version']).status === 0;

/** Runs SQL as a pipe into psql would, or by the driver where there is no psql. */
async function execute(sql: string, system: string): Promise<void> {
  if (!hasPsql) return void (await server.query(sql, new URL(system).pathname.slice(1)));
  const options = ['--no-psqlrc', '--quiet', '--set=ON_ERROR_STOP=1', system];
  const { status, stderr } = spawnSync('psql', options, { input: sql, encoding: 'utf8' });
  expect([stderr, status]).toEqual(['', 0]);
}

/** Prints SQL with no URL anywhere: nothing but SQL on stdout, nothing on stderr. */
async function printed(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runCli(['migrate', ...args], { cwd: temporaryDirectory() });
  expect([stderr, exitCode]).toEqual(['', 0]);
  expect(stdout).not.toMatch(/^\\|^\./m);
  return stdout;
}

test('--print-migrations makes all that --check looks for, in a database and a schema of any name', async () => {
  for (const flags of [[], ['--schema', `My "odd" schema`], ['--app-role', 'app'], ['--no-listen-notify']]) {
    const system = await server.createDatabase('printed');
    await execute(await printed('--print-migrations', ...flags), system);
    const { stderr, exitCode } = await runCli(['migrate', '--check', '-s', system, ...flags]);
    expect([stderr, exitCode]).toEqual(['', 0]);
  }
});

test('--print-user-role grants what --check --app-role looks for; the role may come from the environment', async () => {
  const system = await server.createDatabase('printed');
  await execute(await printed('--print-migrations'), system);
  await execute(await printed('--print-user-role', '--app-role', 'app'), system);
  const env = { DBOS_APP_ROLE: 'other' };
  await execute((await runCli(['migrate', '--print-user-role'], { env })).stdout, system);
  for (const role of ['app', 'other']) {
    expect((await runCli(['migrate', '--check', '-s', system, '--app-role', role])).exitCode).toBe(0);
  }
});

test('--dialect sqlite makes a file that is complete', async () => {
  const path = join(temporaryDirectory(), 'printed.sqlite');
  const database = new Database(path);
  database.exec(await printed('--print-migrations', '--dialect', 'sqlite'));
  database.close();
  expect((await runCli(['migrate', '--check', '-s', `sqlite:///${path}`])).exitCode).toBe(0);
});

test('--dialect cockroachdb has the types of CockroachDB', async () => {
  expect(await printed('--print-migrations', '--dialect', 'cockroachdb')).toContain(' int4');
});

describe('a mistake is one error', () => {
  test.each([
    [['--print-user-role'], '--print-user-role needs the role', 'give it with --app-role'],
    [['--print-migrations', '--dialect', 'mysql'], '--dialect "mysql" is unknown', 'postgres, sqlite, cockroachdb'],
    [['--dialect', 'sqlite'], '--dialect says for what SQL is printed', '--print-migrations'],
    [['--print-migrations', '--plan'], 'exclude one another', 'give one of them'],
    [['--print-migrations', '--print-user-role'], 'exclude one another', 'give one of them'],
    [['--print-migrations', '--dialect', 'sqlite', '--app-role', 'x'], 'SQLite has no roles', 'leave the role out'],
    [['--print-migrations', '--schema', 'pg_x'], 'pg_x', ''],
  ])('%j', async (args, message, hint) => {
    const { stdout, stderr, exitCode } = await runCli(['migrate', ...args], { cwd: temporaryDirectory() });
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });
});

test.each([
  ['--format', 'json'],
  ['--allow', 'data-loss'],
  ['--ignore', 'index:*'],
  ['--adopt', 'table:dbos.queues'],
])('%s says nothing of it, and is refused', async (...words) => {
  const result = await runCli(['migrate', '--print-migrations', ...words], { cwd: temporaryDirectory() });
  expect(result).toMatchObject({ exitCode: 1, stdout: '' });
  expect(result.stderr).toContain(`error: ${words[0]} says nothing of SQL that needs no connection`);
});

test('--out writes it to a file', async () => {
  const cwd = temporaryDirectory();
  const args = ['migrate', '--print-migrations', '--dialect', 'sqlite'];
  const printing = await runCli([...args, '--out', 'made.sql'], { cwd });
  expect(printing).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(cwd, 'made.sql'), 'utf8')).toBe((await runCli(args, { cwd })).stdout);
});
