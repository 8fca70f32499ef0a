import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { runCli, startCli } from '../../support/cli.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';
import { runShell, testWith } from '../support/shells.ts';

const testWithSqlite3 = testWith('sqlite3');
const temporaryDirectory = temporaryDirectories();

const handles: Database.Database[] = [];
afterEach(() => {
  for (const handle of handles.splice(0)) handle.close();
});

function open(file: string): Database.Database {
  const database = new Database(file);
  handles.push(database);
  return database;
}

interface File {
  readonly file: string;
  readonly flags: readonly string[];
  readonly cwd: string;
}

function place(name = 'app.sqlite'): File {
  const cwd = temporaryDirectory();
  return { file: join(cwd, name), flags: ['--sys-db-url', `sqlite:///./${name}`], cwd };
}

/** A migrated file in which somebody then works by hand, with foreign keys off as SQLite has them. */
async function migrated(sql = ''): Promise<File> {
  const made = place();
  await succeed(['migrate', ...made.flags], made);
  const database = open(made.file);
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  return made;
}

const objects = (file: string): readonly unknown[] =>
  open(file).prepare('SELECT type, name, sql FROM sqlite_master ORDER BY name').all();

test('a file that is gone is missed by a check, which makes none', async () => {
  const { file, flags, cwd } = place();
  const check = await runCli(['migrate', ...flags, '--check'], { cwd });
  expect(check.exitCode).toBe(2);
  expect(check.stdout.split('\n')).toContainEqual(expect.stringMatching(/^ {2}- database /));
  expect(existsSync(file)).toBe(false);
});

test('the second run changes not one byte', async () => {
  const { file, flags, cwd } = await migrated();
  const before = readFileSync(file, 'hex');
  const { stdout } = await succeed(['migrate', ...flags], { cwd });
  expect(stdout).toContain('nothing to do');
  expect(readFileSync(file, 'hex') === before).toBe(true);
  await expectNothingToDo(flags, { cwd });
});

test('what is no file is refused at once, in every mode', async () => {
  const cwd = temporaryDirectory();
  expect(spawnSync('mkfifo', ['pipe'], { cwd }).status).toBe(0);
  for (const [path, what] of [
    ['/dev/zero', 'a device, and no file that could hold a database'],
    [join(cwd, 'pipe'), 'a pipe, and no file that could hold a database'],
    [cwd, 'a directory, not a database'],
  ] as const) {
    for (const args of [['migrate'], ['migrate', '--check'], ['migrate', '--dry-run'], ['reset', '--yes']]) {
      const { stderr, exitCode } = await runCli([...args, '--sys-db-url', `sqlite:///${path}`], { cwd });
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/^error: .*\n {2}do {5}name .*\n$/);
      expect(stderr).toContain(`error: ${path} is ${what}\n`);
    }
  }
});

describe('--dry-run into sqlite3', () => {
  const names = [
    'plain.sqlite',
    'My "odd" file.sqlite',
    "it's.sqlite",
    String.raw`back\slash.sqlite`,
    'größe %s $$.sqlite',
  ];

  for (const name of names) {
    testWithSqlite3(`makes ${name}`, async () => {
      const { file, flags, cwd } = place(name);
      const { stdout, stderr } = await succeed(['migrate', ...flags, '--dry-run'], { cwd });
      expect(stderr).toBe('');
      expect(existsSync(file)).toBe(false);
      expect(runShell('sqlite3', [], { input: stdout, cwd })).toEqual({ stderr: '', exitCode: 0 });
      expect(existsSync(file)).toBe(true);
      await expectNothingToDo(flags, { cwd });
    });
  }

  testWithSqlite3('makes two files at once, and runs no command', async () => {
    const cwd = temporaryDirectory({
      'dbos-config.yaml': JSON.stringify({
        name: 'hostile',
        system_database_url: 'sqlite:///./system.sqlite',
        application_database_url: 'sqlite:///./application.sqlite',
        database: {
          migrate: [
            'echo one\n.shell touch stolen\necho two',
            'x\rDROP TABLE queues;\u2028DROP TABLE queues;',
            'touch stolen',
          ],
        },
      }),
    });
    const { stdout } = await succeed(['migrate', '--dry-run'], { cwd });
    expect(runShell('sqlite3', [], { input: stdout, cwd })).toEqual({ stderr: '', exitCode: 0 });
    expect(existsSync(join(cwd, 'stolen'))).toBe(false);
    await expectNothingToDo([], { cwd });
  });

  testWithSqlite3('repairs what stands, with its rows, by ALTER TABLE and by rebuilding', async () => {
    const { file, flags, cwd } = await migrated(
      `INSERT INTO workflow_status (workflow_uuid) VALUES ('a'), ('b');
       INSERT INTO workflow_inputs (workflow_uuid, inputs) VALUES ('a', 'i');
       DROP INDEX idx_workflow_status_pending;
       CREATE TABLE x (schedule_name TEXT, workflow_name TEXT); INSERT INTO x VALUES ('s', 'w');
       DROP TABLE scheduled_workflows; ALTER TABLE x RENAME TO scheduled_workflows;
       UPDATE dbos_migrations SET version = 7`,
    );
    // The other columns of that table have no default, so its row is completed by hand first.
    open(file).exec(
      `ALTER TABLE scheduled_workflows ADD COLUMN schedule TEXT; UPDATE scheduled_workflows SET schedule = '* * * * *'`,
    );
    const { stdout } = await succeed(['migrate', ...flags, '--dry-run'], { cwd });
    expect(stdout).toMatch(/PRAGMA foreign_keys = OFF/);
    expect(runShell('sqlite3', [file], { input: stdout, cwd })).toEqual({ stderr: '', exitCode: 0 });
    await expectNothingToDo(flags, { cwd });
    const database = open(file);
    expect(database.prepare('SELECT workflow_uuid FROM workflow_status').pluck().all()).toEqual(['a', 'b']);
    expect(database.prepare('SELECT inputs FROM workflow_inputs').pluck().all()).toEqual(['i']);
    expect(database.prepare('SELECT schedule_name, schedule FROM scheduled_workflows').get()).toMatchObject({
      schedule_name: 's',
      schedule: '* * * * *',
    });
    expect((await succeed(['migrate', ...flags, '--dry-run'], { cwd })).stdout).toBe('-- Nothing to do.\n');
  });

  testWithSqlite3('stops at the first error, and leaves nothing', async () => {
    const { file, flags, cwd } = place();
    const { stdout } = await succeed(['migrate', ...flags, '--dry-run'], { cwd });
    open(file).exec('CREATE TABLE workflow_status (mine INTEGER)');
    const { exitCode } = runShell('sqlite3', [], { input: stdout, cwd });
    expect(exitCode).toBe(1);
    expect(objects(file)).toEqual([
      { type: 'table', name: 'workflow_status', sql: 'CREATE TABLE workflow_status (mine INTEGER)' },
    ]);
  });
});

describe('reset', () => {
  const mine = `CREATE TABLE mine (id INTEGER PRIMARY KEY AUTOINCREMENT, note TEXT); INSERT INTO mine (note) VALUES ('a'), ('b')`;

  test('then migrate, then check: tables and rows of others are untouched', async () => {
    const { file, flags, cwd } = await migrated(
      `${mine}; CREATE INDEX mine_note ON mine (note); CREATE VIEW mine_seen AS SELECT * FROM mine;
       INSERT INTO workflow_status (workflow_uuid) VALUES ('w')`,
    );
    const others = () => objects(file).filter((o) => /mine|sqlite_sequence/.test(JSON.stringify(o)));
    const before = others();
    await succeed(['reset', ...flags, '--yes'], { cwd });
    expect(objects(file)).toEqual(before);
    await succeed(['migrate', ...flags], { cwd });
    await expectNothingToDo(flags, { cwd });
    expect(others()).toEqual(before);
    expect(open(file).prepare('SELECT id, note FROM mine_seen').raw().all()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(open(file).prepare('SELECT count(*) FROM workflow_status').pluck().get()).toBe(0);
  });

  test.each([
    ['a view', 'view report', `CREATE VIEW report AS SELECT status FROM workflow_status`],
    [
      'a view on a view',
      'view above',
      `CREATE VIEW below AS SELECT status FROM workflow_status; CREATE VIEW above AS SELECT * FROM below -- the top`,
    ],
    [
      'a trigger',
      'trigger tell',
      `${mine}; CREATE TRIGGER tell AFTER INSERT ON mine BEGIN INSERT INTO workflow_status (workflow_uuid) VALUES (NEW.note); END`,
    ],
  ])('%s is named and refused, dropped with --cascade, and made again by what was printed', async (_, named, sql) => {
    const { file, flags, cwd } = await migrated(sql);
    const before = objects(file);
    const refused = await runCli(['reset', ...flags, '--yes'], { cwd });
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(` ${named}\n`);
    expect(objects(file)).toEqual(before);

    const { stdout } = await succeed(['reset', ...flags, '--yes', '--cascade'], { cwd });
    const printed = /These go with it; to make them again:\n([^]*)System database reset successfully\.\n$/.exec(
      stdout,
    )?.[1];
    await succeed(['migrate', ...flags], { cwd });
    open(file).exec(printed ?? '');
    expect(objects(file)).toEqual(before);
    await expectNothingToDo(flags, { cwd });
  });

  test('a foreign key is named and refused, and dropped with --cascade without a row lost', async () => {
    const { file, flags, cwd } = await migrated(
      `INSERT INTO workflow_status (workflow_uuid) VALUES ('w');
       CREATE TABLE mine (id INTEGER PRIMARY KEY, w TEXT REFERENCES workflow_status (workflow_uuid) ON DELETE CASCADE);
       INSERT INTO mine VALUES (1, 'w')`,
    );
    const refused = await runCli(['reset', ...flags, '--yes'], { cwd });
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(' foreign key of mine (w)\n');
    const { stdout } = await succeed(['reset', ...flags, '--yes', '--cascade'], { cwd });
    expect(stdout).toContain('REFERENCES workflow_status (workflow_uuid) ON DELETE CASCADE');
    expect(open(file).prepare('SELECT id, w FROM mine').raw().all()).toEqual([[1, 'w']]);
    await succeed(['migrate', ...flags], { cwd });
    await expectNothingToDo(flags, { cwd });
  });
});

describe('several at once', () => {
  const migrateTimes = (times: number, { flags, cwd }: File) =>
    Promise.all(Array.from({ length: times }, () => runCli(['migrate', ...flags], { cwd })));

  test.each([
    ['a missing file', (): Promise<File> => Promise.resolve(place()), 1],
    ['a file that needs repair', () => migrated('DROP TABLE streams; DROP INDEX idx_workflow_status_pending'), 2],
  ])('four migrations of %s: all succeed, and it is as declared', async (_, make, plans) => {
    const made = await make();
    const results = await migrateTimes(4, made);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    const database = open(made.file);
    expect(database.prepare('SELECT version FROM dbos_migrations').pluck().all()).toEqual([125]);
    expect(database.prepare('SELECT count(*) FROM migrations').pluck().get()).toBe(plans);
    await expectNothingToDo(made.flags, made);
  });

  test('a writer that holds the file for two seconds is waited for', async () => {
    const made = await migrated('DROP TABLE streams');
    const holder = open(made.file);
    holder.exec('BEGIN IMMEDIATE');
    const [results] = await Promise.all([migrateTimes(1, made), sleep(2_000).then(() => holder.exec('COMMIT'))]);
    expect(results).toMatchObject([{ exitCode: 0 }]);
    await expectNothingToDo(made.flags, made);
  });

  test('killed while it waits for the file: the next run does it', async () => {
    const made = await migrated('DROP TABLE streams');
    const holder = open(made.file);
    holder.exec('BEGIN IMMEDIATE');
    const { child, ended } = startCli(['migrate', ...made.flags], { cwd: made.cwd });
    const outcome = ended.catch((error: unknown) => String(error));
    await once(child.stdout, 'data');
    await sleep(300);
    child.kill('SIGKILL');
    expect(await outcome).toContain('SIGKILL');
    holder.exec('COMMIT');
    await succeed(['migrate', ...made.flags], made);
    await expectNothingToDo(made.flags, made);
  });

  test.each([50, 100, 150, 200, 250, 300, 400])('killed %i ms after its start: the next run does it', async (delay) => {
    const made = place();
    const { child, ended } = startCli(['migrate', ...made.flags], { cwd: made.cwd });
    const outcome = ended.catch(() => {});
    await sleep(delay);
    child.kill('SIGKILL');
    await outcome;
    await succeed(['migrate', ...made.flags], made);
    await expectNothingToDo(made.flags, made);
    expect(open(made.file).pragma('integrity_check', { simple: true })).toBe('ok');
  });
});
