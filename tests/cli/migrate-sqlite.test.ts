import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { type CliOptions, runCli } from './run.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
const url = 'sqlite:///./app.sqlite';
const options = (files: Readonly<Record<string, string>> = {}): { readonly cwd: string } => ({
  cwd: temporaryDirectory(files),
});

function inFile(file: string, sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

describe('a file', () => {
  test('is made, and then there is nothing to do', async () => {
    const { cwd } = options();
    const first = await runCli(['migrate', '-s', url], { cwd });
    expect(first).toMatchObject({ stderr: '', exitCode: 0 });
    expect(first.stdout).toMatch(
      /^Starting DBOS migrations\nSystem database: sqlite:\/\/\/\.\/app\.sqlite\nDBOS system schema: main\nSystem database: \d+ created in [\d.]+ s\n( {2}\+ \S.*\n)+$/,
    );
    expect(first.stdout).toContain(`\n  + database "${join(cwd, 'app.sqlite')}"\n`);
    expect(first.stdout).toMatch(/\n {2}\+ table workflow_status \(\d+ columns, 1 key, \d+ indexes\)\n/);
    const before = readFileSync(join(cwd, 'app.sqlite'), 'base64');
    const second = await runCli(['migrate', '-s', url], { cwd });
    expect(second).toMatchObject({ stderr: '', exitCode: 0 });
    expect(second.stdout).toContain('\nSystem database: nothing to do, the schema is up to date\n');
    expect((await runCli(['migrate', '-s', url, '--check'], { cwd })).exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'app.sqlite'), 'base64')).toBe(before);
  });

  test('of the application holds the system tables too, where nobody named another', async () => {
    const { cwd } = options();
    const { stdout } = await runCli(['migrate', '--db-url', url], { cwd });
    expect(stdout).toContain(`Application database: ${url}\nSystem database: ${url}\n`);
    expect(stdout).toMatch(/\nSystem and application database: \d+ created in /);
  });

  test('of its own for each database', async () => {
    const { cwd } = options();
    const flags = ['-s', url, '-D', 'sqlite:///./other.sqlite'];
    const { stdout } = await runCli(['migrate', ...flags], { cwd });
    expect(stdout).toMatch(
      /\nSystem database: \d+ created in .*\n( {2}\+ .*\n)+Application database: \d+ created in .*\n( {2}\+ .*\n)+$/,
    );
    expect((await runCli(['migrate', '--check', ...flags], { cwd })).exitCode).toBe(0);
  });

  test('is found where SQLAlchemy finds it: literally, without the query', async () => {
    const { cwd } = options();
    const { stderr } = await runCli(['migrate', '-s', 'sqlite:///./100%25 #1.sqlite?timeout=5'], { cwd });
    expect(existsSync(join(cwd, '100%25 #1.sqlite'))).toBe(true);
    expect(stderr).toContain('warning: the % in ');
  });

  test.each(['--plan', '--dry-run', '--check'])('is not made by %s', async (flag) => {
    const { cwd } = options();
    const { stderr, exitCode } = await runCli(['migrate', '-s', url, flag], { cwd });
    expect([stderr, exitCode]).toEqual(['', flag === '--check' ? 2 : 0]);
    expect(existsSync(join(cwd, 'app.sqlite'))).toBe(false);
  });
});

test('what differs is shown, and mended with its rows kept', async () => {
  const { cwd } = options();
  const file = join(cwd, 'app.sqlite');
  await runCli(['migrate', '-s', url], { cwd });
  inFile(
    file,
    `DROP INDEX idx_workflow_status_pending; ALTER TABLE workflow_status DROP COLUMN request;
     INSERT INTO workflow_status (workflow_uuid, status) VALUES ('w', 'PENDING')`,
  );
  const plan = await runCli(['migrate', '-s', url, '--plan'], { cwd });
  expect(plan.stdout).toMatch(/^System database {2}sqlite:\/\/\/\.\/app\.sqlite · SQLite 3\.\d+\.\d+\n/);
  expect(plan.stdout).toContain(`    + column request
      metadata only
        ALTER TABLE "workflow_status" ADD COLUMN "request" TEXT;
`);
  expect(plan.stdout).toMatch(/ {4}\+ index idx_workflow_status_pending\n( {6}\S.*\n {6}\S.*\n) {8}CREATE INDEX /);
  expect(plan.stdout.trimEnd().split('\n').at(-1)).toBe('Plan: 2 to create.');
  const check = await runCli(['migrate', '-s', url, '--check'], { cwd });
  expect(check.exitCode).toBe(2);
  expect(check.stdout).toContain('\n  - column workflow_status.request\n');
  expect((await runCli(['migrate', '-s', url], { cwd })).stdout).toMatch(
    /\nSystem database: 2 created in [\d.]+ s\n {2}\+ column workflow_status\.request\n {2}\+ index workflow_status\.idx_workflow_status_pending\n$/,
  );
  expect((await runCli(['migrate', '-s', url, '--check'], { cwd })).exitCode).toBe(0);
  const database = new Database(file, { readonly: true });
  expect(database.prepare('SELECT workflow_uuid, request FROM workflow_status').get()).toEqual({
    workflow_uuid: 'w',
    request: null,
  });
  expect(database.prepare('SELECT kind, summary FROM migrations ORDER BY started_at').all()).toMatchObject([
    { kind: 'schema' },
    { kind: 'schema', summary: '2 created' },
  ]);
  database.close();
});

const hasShell = spawnSync('sqlite3', ['--version']).status === 0;
if (!hasShell) process.stderr.write('no sqlite3 here: the test that runs what --dry-run prints is skipped\n');

(hasShell ? test : test.skip)('--dry-run is a script for sqlite3 that gives the same schema', async () => {
  const { cwd } = options();
  for (const flags of [
    ['-s', url],
    ['-s', url, '-D', 'sqlite:///./o"th\\er\'s.sqlite'],
  ]) {
    const { stdout, stderr } = await runCli(['migrate', '--dry-run', ...flags], { cwd });
    expect(stderr).toBe('');
    const shell = spawnSync('sqlite3', [], { cwd, input: stdout, encoding: 'utf8' });
    expect(shell).toMatchObject({ stdout: '', stderr: '', status: 0 });
    expect(await runCli(['migrate', '--check', ...flags], { cwd })).toMatchObject({ stderr: '', exitCode: 0 });
  }
});

describe('what to work on', () => {
  const systemLine = async (given: CliOptions, ...flags: readonly string[]): Promise<string | undefined> => {
    const { stdout } = await runCli(['migrate', ...flags], given);
    return /^System database: (sqlite\S*)$/m.exec(stdout)?.[1];
  };
  const file = { 'dbos-config.yaml': 'name: some-app\nsystem_database_url: sqlite:///./file.sqlite\n' };
  const env = { DBOS_SYSTEM_DATABASE_URL: 'sqlite:///./environment.sqlite' };

  test('is told by the flag, then the environment, then the file, then the name in it', async () => {
    expect(await systemLine({ ...options(file), env }, '-s', url)).toBe(url);
    expect(await systemLine({ ...options(file), env })).toBe('sqlite:///./environment.sqlite');
    expect(await systemLine({ ...options(file), env: { DBOS_SYSTEM_DATABASE_URL: '' } })).toBe(
      'sqlite:///./file.sqlite',
    );
    expect(await systemLine(options({ 'dbos-config.yaml': 'name: some_app\n' }))).toBe('sqlite:///./some_app.sqlite');
  });

  test('stands in the file that --config or DBOS_CONFIG names, and its placeholders are filled', async () => {
    const cwd = temporaryDirectory({
      'a.yaml': 'system_database_url: sqlite:///./${WHICH}.sqlite\n',
      'b.yaml': 'database_url: sqlite:///./b.sqlite\nruntimeConfig: { start: [x] }\n',
    });
    expect(await systemLine({ cwd, env: { DBOS_CONFIG: 'b.yaml', WHICH: 'w' } }, '--config', 'a.yaml')).toBe(
      'sqlite:///./w.sqlite',
    );
    expect(await systemLine({ cwd, env: { DBOS_CONFIG: 'b.yaml' } })).toBe('sqlite:///./b.sqlite');
  });

  test('is an error where the file is missing or too large', async () => {
    const { cwd } = options();
    const missing = await runCli(['migrate', '--config', 'no.yaml'], { cwd });
    expect(missing).toMatchObject({ stdout: '', exitCode: 1 });
    expect(missing.stderr).toContain('error: the configuration file does not exist\n  where  --config no.yaml\n');
    writeFileSync(join(cwd, 'dbos-config.yaml'), `name: x # ${'x'.repeat(1_000_000)}`);
    const large = await runCli(['migrate'], { cwd });
    expect(large.stderr).toContain('error: the configuration file is larger than 1 MB\n');
  });
});

test('rows that are equal where they must differ are told of under the name of their table, and stay', async () => {
  const { cwd } = options();
  await runCli(['migrate', '-s', url], { cwd });
  const file = join(cwd, 'app.sqlite');
  inFile(
    file,
    `INSERT INTO queues (queue_id, name) VALUES ('q', 'a'), ('r', 'b'); CREATE TABLE kept AS SELECT * FROM queues; DROP TABLE queues;
     CREATE TABLE queues AS SELECT * FROM kept; DROP TABLE kept; UPDATE queues SET queue_id = 'q'`,
  );
  const before = readFileSync(file, 'base64');
  const { stderr, exitCode } = await runCli(['migrate', '-s', url], { cwd });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('error: UNIQUE constraint failed: queues.queue_id\n');
  expect(stderr).toContain('keep one of each, then run it again');
  expect(readFileSync(file, 'base64')).toBe(before);
  inFile(file, `DELETE FROM queues WHERE name = 'b'`);
  expect(await runCli(['migrate', '-s', url], { cwd })).toMatchObject({ stderr: '', exitCode: 0 });
  expect((await runCli(['migrate', '-s', url, '--check'], { cwd })).exitCode).toBe(0);
});

test('a trigger that swallows the version is named, and the version that was there stays', async () => {
  const { cwd } = options();
  const file = join(cwd, 'app.sqlite');
  const version = (): unknown => {
    const database = new Database(file, { readonly: true });
    const rows = database.prepare('SELECT version FROM dbos_migrations').pluck().all();
    database.close();
    return rows;
  };
  await runCli(['migrate', '-s', url], { cwd });
  inFile(
    file,
    `UPDATE dbos_migrations SET version = 3;
     CREATE TRIGGER meddler BEFORE INSERT ON dbos_migrations BEGIN SELECT RAISE(IGNORE); END`,
  );
  const { stderr, exitCode } = await runCli(['migrate', '-s', url], { cwd });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('there is still something to do: version:main.dbos_migrations');
  expect(stderr).toContain('trigger:main.dbos_migrations.meddler may be at work: DROP TRIGGER "meddler";');
  expect(version()).toEqual([3]);
  inFile(file, 'DROP TRIGGER meddler');
  expect(await runCli(['migrate', '-s', url], { cwd })).toMatchObject({ stderr: '', exitCode: 0 });
  expect(version()).toEqual([125]);
  expect((await runCli(['migrate', '-s', url, '--check'], { cwd })).exitCode).toBe(0);
});
