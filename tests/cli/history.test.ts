import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { runCli } from './run.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const line = /^ {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ {2}/gm;

/** What is printed, without times. */
const told = (stdout: string): string =>
  stdout
    .replaceAll(line, '  TIME  ')
    .replaceAll(/\d+\.\d+ s +/g, 'N s  ')
    .replaceAll(/\(\d+\.\d+\.\d+/g, '(VERSION');

describe('on PostgreSQL', () => {
  let url: string;
  let name: string;
  beforeAll(async () => {
    url = await server.createDatabase('history');
    name = new URL(url).pathname.slice(1);
    await runCli(['migrate', '-s', url]);
    await server.query('DROP TABLE dbos.streams', name);
    await runCli(['migrate', '-s', url]);
  });

  test('the runs are told, the newest first', async () => {
    const { stdout, stderr, exitCode } = await runCli(['history', '-s', url]);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(told(stdout)).toBe(`System database: ${url.replace(/:[^:@]*@/, ':***@')}
  TIME  schema N s  9 created (VERSION, postgres)
  TIME  schema N s  226 created (VERSION, postgres)
`);
  });

  test('as many as are asked for, and as JSON with the statements', async () => {
    const { stdout } = await runCli(['history', '-s', url, '--format', 'json', '--limit', '1']);
    const { formatVersion, databases } = JSON.parse(stdout);
    expect([formatVersion, databases.length, databases[0].records.length]).toEqual([1, 1, 1]);
    const [record] = databases[0].records;
    expect(record).toMatchObject({ kind: 'schema', exitCode: null, runtimeVersion: 125, appliedBy: 'postgres' });
    expect(record.plan.join('\n')).toContain('CREATE TABLE "dbos"."streams"');
    expect(record.completedAt).toBeGreaterThanOrEqual(record.startedAt);
  });

  test('nothing is changed, and a record without an end says so', async () => {
    await server.query(`UPDATE dbos.migrations SET completed_at = NULL WHERE summary LIKE '9 %'`, name);
    await server.mark();
    const { stdout } = await runCli(['history', '-s', url]);
    expect(told(stdout)).toContain('TIME  schema not completed  9 created');
    expect((await server.messages(name)).join('\n')).not.toMatch(/\b(?:INSERT|UPDATE|DELETE|CREATE|ALTER|DROP)\b/);
  });

  test.each([
    ['no database', 'absent', ''],
    ['no schema', 'nothing', ''],
    ['a table of somebody else', 'theirs', 'CREATE SCHEMA dbos; CREATE TABLE dbos.migrations (id int)'],
  ])('with %s there is no record', async (_, prefix, sql) => {
    const other = prefix === 'absent' ? server.url('absent') : await server.createDatabase(prefix);
    if (sql !== '') await server.query(sql, new URL(other).pathname.slice(1));
    const { stdout, exitCode } = await runCli(['history', '-s', other]);
    expect([exitCode, stdout.split('\n')[1]]).toEqual([0, '  no record of this tool']);
  });

  test('a role that may not read them is told so', async () => {
    await server.query(`CREATE ROLE blind LOGIN PASSWORD 'b'`);
    const { stderr, exitCode } = await runCli(['history', '-s', server.url(name, { user: 'blind', password: 'b' })]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^error: the records in migrations cannot be read: permission denied/);
    expect(stderr).toContain('  do     ');
  });
});

describe('on SQLite', () => {
  test('the runs and the commands are told', async () => {
    const cwd = temporaryDirectory();
    const path = join(cwd, 'app.sqlite');
    await runCli(['migrate', '-s', `sqlite:///${path}`]);
    const database = new Database(path);
    database.exec(`INSERT INTO migrations (migration_id, kind, summary, exit_code, tool_version, started_at, completed_at)
      SELECT 'c', 'command', 'alembic' || char(27) || ' upgrade', 3, tool_version, started_at + 5000, started_at + 6500 FROM migrations`);
    database.close();
    const { stdout, stderr, exitCode } = await runCli(['history', '-s', `sqlite:///${path}`]);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(told(stdout)).toMatch(
      /^System database: .*\n {2}TIME {2}command exit code 3, N s {2}alembic\\u001b upgrade \(VERSION.*\)\n {2}TIME {2}schema N s +\d+ created \(VERSION\)\n$/,
    );
  });

  test('what somebody wrote into a record by hand is told as far as it can be', async () => {
    const cwd = temporaryDirectory();
    const path = join(cwd, 'app.sqlite');
    await runCli(['migrate', '-s', `sqlite:///${path}`]);
    const database = new Database(path);
    database.exec(`UPDATE migrations SET plan = '[', started_at = 'yesterday', completed_at = 1e300, exit_code = 'x'`);
    database.close();
    for (const format of ['text', 'json']) {
      const { stdout, stderr, exitCode } = await runCli(['history', '-s', `sqlite:///${path}`, '--format', format]);
      expect([stderr, exitCode]).toEqual(['', 0]);
      expect(stdout).toMatch(/\d+ created/);
    }
  });

  test('a file that is not there is not made', async () => {
    const cwd = temporaryDirectory();
    const { stdout } = await runCli(['history', '-s', 'sqlite:///none.sqlite'], { cwd });
    expect(stdout).toContain('no record of this tool');
  });
});

test.each([
  [['--format', 'xml'], 'it is one of text, json'],
  [['--limit', '0'], 'give one from 1'],
])('%j is a mistake', async (flags, hint) => {
  const { stderr, exitCode } = await runCli(['history', '-s', 'sqlite:///x', ...flags]);
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining(hint)]);
});
