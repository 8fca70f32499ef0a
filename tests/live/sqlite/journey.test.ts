import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from '@jest/globals';
import { type CliResult, runCli } from '../../support/cli.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';

const makeDirectory = temporaryDirectories();

function newFile(): { readonly path: string; readonly url: string } {
  const path = join(makeDirectory(), 'dbos.sqlite');
  return { path, url: `sqlite:///${path}` };
}

const migrate = (url: string, ...flags: readonly string[]): Promise<CliResult> =>
  runCli(['migrate', '--sys-db-url', url, ...flags]);

const reset = (url: string, ...flags: readonly string[]): Promise<CliResult> =>
  runCli(['reset', '--sys-db-url', url, '--yes', ...flags]);

function query(path: string, sql: string): unknown[] {
  const database = new Database(path);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function execute(path: string, sql: string): void {
  const database = new Database(path);
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  database.close();
}

async function expectAsDeclared(url: string): Promise<void> {
  const check = await migrate(url, '--check');
  expect(check).toEqual({ exitCode: 0, stdout: 'Nothing to do: the live schema is as declared.\n', stderr: '' });
}

test('a second run changes nothing in the file', async () => {
  const { path, url } = newFile();
  await migrate(url);
  const before = query(path, 'PRAGMA schema_version');
  expect((await migrate(url)).stdout).toContain('nothing to do');
  expect(query(path, 'PRAGMA schema_version')).toEqual(before);
  await expectAsDeclared(url);
});

const hasShell = spawnSync('sqlite3', ['--version']).status === 0;
if (!hasShell) console.log('skipped: the scripts of --dry-run need sqlite3, which is not installed');

(hasShell ? describe : describe.skip)('the script of --dry-run, run by the sqlite3 shell', () => {
  const shell = (script: string): string => spawnSync('sqlite3', [], { input: script, encoding: 'utf8' }).stderr;

  test('gives the declared schema in a file that did not exist', async () => {
    const { path, url } = newFile();
    const { stdout } = await migrate(url, '--dry-run');
    expect(existsSync(path)).toBe(false);
    expect(shell(stdout)).toBe('');
    await expectAsDeclared(url);
    expect((await migrate(url, '--dry-run')).stdout).toBe('-- Nothing to do.\n');
  });

  test('mends what differs, and keeps the rows', async () => {
    const { path, url } = newFile();
    await migrate(url);
    execute(
      path,
      `DROP TABLE notifications; CREATE TABLE notifications (message_uuid TEXT, destination_uuid TEXT, message TEXT, mine TEXT);
       INSERT INTO workflow_status (workflow_uuid) VALUES ('w');
       INSERT INTO notifications VALUES (NULL, 'w', 'hello', 'kept'); DROP INDEX idx_workflow_status_pending`,
    );
    const { stdout } = await migrate(url, '--dry-run');
    expect(shell(`.open ${JSON.stringify(path)}\n${stdout}`)).toBe('');
    expect(query(path, 'SELECT destination_uuid, message, mine FROM notifications')).toEqual([
      { destination_uuid: 'w', message: 'hello', mine: 'kept' },
    ]);
    const check = await migrate(url, '--check');
    expect(check.exitCode).toBe(0);
    expect(check.stdout).toContain('column:main.notifications.mine is yours');
  });
});

describe('reset', () => {
  test('removes the file only when nothing is left in it', async () => {
    const { path, url } = newFile();
    await migrate(url);
    execute(path, 'CREATE TABLE mine (id INTEGER); INSERT INTO mine VALUES (1)');
    expect(await reset(url)).toMatchObject({ exitCode: 0 });
    expect(query(path, 'SELECT name FROM sqlite_master')).toEqual([{ name: 'mine' }]);
    expect(query(path, 'SELECT id FROM mine')).toEqual([{ id: 1 }]);
    await migrate(url);
    await expectAsDeclared(url);
    execute(path, 'DROP TABLE mine');
    await reset(url);
    expect(existsSync(path)).toBe(false);
    expect((await reset(url)).stdout).toContain('Nothing to reset');
    expect(existsSync(path)).toBe(false);
  });

  test('refuses while objects of others depend on ours, and keeps their rows with --cascade', async () => {
    const { path, url } = newFile();
    await migrate(url);
    execute(
      path,
      `INSERT INTO workflow_status (workflow_uuid) VALUES ('w'); CREATE VIEW report AS SELECT status FROM workflow_status;
       CREATE TABLE orders (id INTEGER PRIMARY KEY, workflow TEXT REFERENCES workflow_status (workflow_uuid) ON DELETE CASCADE);
       INSERT INTO orders VALUES (1, 'w')`,
    );
    const refused = await reset(url);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain('view report');
    expect(refused.stderr).toContain('foreign key of orders');
    await expectAsDeclared(url);
    expect(await reset(url, '--cascade')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(query(path, 'SELECT * FROM orders')).toEqual([{ id: 1, workflow: 'w' }]);
  });
});

test('four runs at once make one schema', async () => {
  const { path, url } = newFile();
  const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
  expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
  expect(query(path, 'SELECT version FROM dbos_migrations')).toEqual([{ version: 125 }]);
  await expectAsDeclared(url);
});
