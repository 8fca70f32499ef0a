import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { systemDefinitions } from '../../../schema/index.ts';
import { confirmation } from '../../../src/cli/reset-question.ts';
import { reset as resetDatabases } from '../../../src/index.ts';
import { sqlite } from '../../../src/sqlite/dialect.ts';
import { sampleRows } from '../support/sample-rows.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { runCli } from '../../cli/run.ts';
import { inFile } from '../../support/sqlite-file.ts';

const temporaryDirectory = temporaryDirectories();
const url = 'sqlite:///./app.sqlite';
const done = 'Resetting system database...\nSystem database reset successfully. The tables are kept.\n';
const nothing = 'Nothing to reset: the DBOS system tables are empty.\n';

/** A directory with a migrated database, two rows in each table, on which `sql` was run. */
async function filled(sql = ''): Promise<{ readonly cwd: string; readonly file: string }> {
  const cwd = temporaryDirectory();
  await runCli(['migrate', '-s', url], { cwd });
  const file = join(cwd, 'app.sqlite');
  const place = { database: file, schema: 'main', role: null };
  inFile(file, (database) => {
    for (const [table, rows] of sampleRows(sqlite.declare(systemDefinitions, place))) {
      for (const row of rows) {
        const values = Object.values(row).map((value) => (typeof value === 'boolean' ? Number(value) : value));
        const columns = Object.keys(row).map((name) => `"${name}"`);
        database
          .prepare(`INSERT INTO "${table}" (${columns.join(', ')}) VALUES (${values.map(() => '?').join(', ')})`)
          .run(...values);
      }
    }
    database.exec(sql);
  });
  return { cwd, file };
}

const counts = (file: string): Readonly<Record<string, number>> =>
  inFile(file, (database) => {
    const tables = database
      .prepare<[], { name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
      .all();
    const count = (name: string): number =>
      database.prepare<[], { n: number }>(`SELECT count(*) AS n FROM "${name}"`).get()?.n ?? -1;
    return Object.fromEntries(tables.map(({ name }) => [name, count(name)]));
  });

const schemaOf = (file: string): unknown =>
  inFile(file, (database) => database.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY name').all());

const reset = (cwd: string, ...flags: readonly string[]) =>
  runCli(['reset', '--keep-schema', '-s', url, ...flags], { cwd });

const check = async (cwd: string) => (await runCli(['migrate', '--check', '-s', url], { cwd })).exitCode;

test('rows go; tables, version and records stay, and there is nothing to migrate', async () => {
  const { cwd, file } = await filled();
  const [before, full] = [schemaOf(file), counts(file)];
  const history = await runCli(['history', '-s', url], { cwd });
  expect(Math.min(...Object.values(full))).toBeGreaterThan(0);
  expect(await reset(cwd, '--yes')).toEqual({ stdout: done, stderr: '', exitCode: 0 });
  const { dbos_migrations: version, migrations, ...others } = counts(file);
  expect([version, migrations]).toEqual([1, full['migrations']]);
  expect(new Set(Object.values(others))).toEqual(new Set([0]));
  expect(schemaOf(file)).toEqual(before);
  expect(await check(cwd)).toBe(0);
  expect(await runCli(['history', '-s', url], { cwd })).toEqual(history);
  expect(await reset(cwd, '--yes')).toEqual({ stdout: nothing, stderr: '', exitCode: 0 });
  expect((await reset(cwd, '--dry-run')).stdout).toBe('-- Nothing to reset.\n');
});

test('the printed SQL gives the same', async () => {
  const { cwd, file } = await filled();
  const full = counts(file);
  const { stdout, stderr, exitCode } = await reset(cwd, '--dry-run');
  expect([stderr, exitCode]).toEqual(['', 0]);
  expect(stdout).toContain('-- data-loss: all rows of workflow_status go\nDELETE FROM main."workflow_status";\n');
  expect(counts(file)).toEqual(full);
  const copy = join(cwd, 'copy.sqlite');
  writeFileSync(copy, readFileSync(file));
  inFile(copy, (database) => database.exec(stdout.replaceAll(/^(?:\..*|--.*)$/gm, '')));
  await reset(cwd, '--yes');
  expect(counts(copy)).toEqual(counts(file));
  expect(counts(copy)).toMatchObject({ workflow_status: 0, dbos_migrations: 1 });
});

describe('questions', () => {
  test('the figures of a reset are told above the question, and no keeps all', async () => {
    const { cwd, file } = await filled();
    const full = counts(file);
    const stdout = Object.assign(new PassThrough(), { isTTY: true });
    const told: string[] = [];
    stdout.on('data', (text: Buffer) => told.push(text.toString()));
    const confirm = confirmation(
      { stdin: Readable.from(['n\n']), stdout, stderr: stdout, env: {}, cwd, colorDepth: 1 },
      false,
    );
    const { databases } = await resetDatabases({ system: url, workingDirectory: cwd, keepSchema: true, confirm });
    expect(databases[0]?.applied).toBeNull();
    expect(told.join('')).toMatch(
      /^File: .*\nWorkflows: 2 \(ENQUEUED 1, PENDING 1\)\nSize: \d+ kB\nThis command resets/,
    );
    expect(counts(file)).toEqual(full);
  });

  test.each([
    ['without a terminal and --yes', [], 3],
    ['with --quiet alone', ['--quiet'], 3],
    ['with --cascade, which says what else to drop', ['--yes', '--cascade'], 1],
  ] as const)('it is refused %s', async (_, flags, code) => {
    const { cwd, file } = await filled();
    const full = counts(file);
    const { stdout, exitCode } = await reset(cwd, ...flags);
    expect([stdout, exitCode]).toEqual(['', code]);
    expect(counts(file)).toEqual(full);
  });

  test('--quiet with --yes says nothing', async () => {
    const { cwd, file } = await filled();
    expect(await reset(cwd, '--yes', '--quiet')).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    expect(counts(file)).toMatchObject({ workflow_status: 0 });
  });

  test('--verbose names the tables that were emptied, and with a whole reset all that went', async () => {
    const { cwd } = await filled();
    const kept = await reset(cwd, '--yes', '--verbose');
    expect(kept.stdout).toMatch(/The tables are kept\.\n {2}segment 2 of 3, [\d.]+ s\n( {4}~ \S.*\n)+$/);
    expect(kept.stdout).toMatch(/^ {4}~ .*workflow_status/m);
    const gone = await runCli(['reset', '-s', url, '--yes', '--verbose'], { cwd });
    expect(gone.stdout).toMatch(/reset successfully\.\n {2}segment \d of \d, [\d.]+ s\n {4}- /);
    expect(gone.stdout).toMatch(/^ {4}- table workflow_status\n( {6}- .*\n)* {6}- column workflow_status\.priority\n/m);
  });

  test('without a file nothing is made, and where no table is of ours that is said', async () => {
    const cwd = temporaryDirectory();
    const file = join(cwd, 'app.sqlite');
    expect((await reset(cwd, '--yes')).stdout).toBe(`Nothing to reset: the file ${file} does not exist.\n`);
    expect(existsSync(file)).toBe(false);
    inFile(file, (database) => database.exec('CREATE TABLE queues (mine); INSERT INTO queues VALUES (1)'));
    expect((await reset(cwd, '--yes')).stdout).toBe(
      'Nothing to reset: there are no DBOS system tables.\nLeft alone, since it is not of DBOS: table:main.queues\n',
    );
    expect(counts(file)).toEqual({ queues: 1 });
  });
});

describe('what is of others', () => {
  test('tables of others keep their rows, one with a name of ours too, which is said', async () => {
    const { cwd, file } = await filled(
      `CREATE TABLE mine (a); INSERT INTO mine VALUES (1); CREATE VIEW report AS SELECT * FROM workflow_status;
       CREATE TABLE scheduler_state (b); INSERT INTO scheduler_state VALUES (2)`,
    );
    const { stdout, exitCode } = await reset(cwd, '--yes');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Left alone, since it is not of DBOS: table:main.scheduler_state\n');
    expect(counts(file)).toMatchObject({ mine: 1, scheduler_state: 1, workflow_status: 0 });
    expect((await reset(cwd, '--yes', '--adopt', 'table:main.scheduler_state')).stdout).toBe(done);
    expect(counts(file)).toMatchObject({ mine: 1, scheduler_state: 0 });
  });

  test('the tables of the application stay as they are where one file serves as both', async () => {
    const cwd = temporaryDirectory();
    await runCli(['migrate', '-D', url], { cwd });
    const file = join(cwd, 'app.sqlite');
    inFile(file, (database) =>
      database.exec(`INSERT INTO transaction_completion (workflow_id, function_num) VALUES ('w', 1);
        INSERT INTO workflow_status (workflow_uuid, status) VALUES ('w', 'PENDING')`),
    );
    expect((await runCli(['reset', '--keep-schema', '--yes', '-D', url], { cwd })).exitCode).toBe(0);
    expect(counts(file)).toMatchObject({ transaction_completion: 1, workflow_status: 0 });
  });

  test('only numbers that ours have given out begin anew', async () => {
    const { cwd, file } = await filled(
      `CREATE TABLE mine (a INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO mine VALUES (7);
       CREATE TABLE scheduler_state (b INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO scheduler_state VALUES (8)`,
    );
    await reset(cwd, '--yes', '--adopt', 'table:main.scheduler_state');
    const sequences = inFile(file, (database) => database.prepare('SELECT name, seq FROM sqlite_sequence').all());
    expect(sequences).toEqual([{ name: 'mine', seq: 7 }]);
  });

  test.each([
    [
      'a foreign key of a table that keeps its rows',
      'CREATE TABLE mine (w TEXT REFERENCES workflow_status ON DELETE CASCADE); INSERT INTO mine SELECT workflow_uuid FROM workflow_status',
      'blocked by the foreign key of mine (w), which refers to workflow_status',
      'DROP TABLE mine',
    ],
    [
      'a foreign key of a namesake',
      'CREATE TABLE scheduler_state (w TEXT REFERENCES streams (workflow_uuid))',
      'blocked by the foreign key of scheduler_state (w), which refers to streams',
      'DROP TABLE scheduler_state',
    ],
    [
      'a trigger that would run',
      `CREATE TABLE mine (a); CREATE TRIGGER told AFTER DELETE ON streams BEGIN INSERT INTO mine VALUES (1); END`,
      'blocked by trigger told of streams, which would run when the table is emptied',
      'DROP TRIGGER told',
    ],
  ])('%s keeps all as it is', async (_, sql, what, remedy) => {
    const { cwd, file } = await filled(sql);
    const full = counts(file);
    const { stdout, stderr, exitCode } = await reset(cwd, '--yes');
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain(`error: ${what}\n`);
    expect((await reset(cwd, '--dry-run')).stdout).toContain(`-- ${what}\n`);
    expect(counts(file)).toEqual(full);
    inFile(file, (database) => database.exec(remedy));
    expect((await reset(cwd, '--yes')).stdout).toBe(done);
  });

  test('a trigger on another event, and an index over a function of an application, are no obstacle', async () => {
    const { cwd, file } = await filled(
      `CREATE TABLE mine (a); CREATE TRIGGER told AFTER INSERT ON streams BEGIN INSERT INTO mine VALUES (1); END`,
    );
    inFile(file, (database) => {
      database.function('own', { deterministic: true }, (value) => value);
      database.exec('CREATE INDEX computed ON streams (own(key))');
    });
    expect((await reset(cwd, '--yes')).stdout).toBe(done);
    expect(counts(file)).toMatchObject({ mine: 0, streams: 0 });
  });
});

test('all of it is one transaction', async () => {
  const { cwd, file } = await filled();
  const full = counts(file);
  const script = (await reset(cwd, '--dry-run')).stdout.replaceAll(/^(?:\..*|--.*)$/gm, '');
  const broken = script.replace('DELETE FROM main."workflow_status"', 'DELETE FROM main.nowhere');
  expect(() => inFile(file, (database) => database.exec(broken))).toThrow('no such table: main.nowhere');
  expect(counts(file)).toEqual(full);
});
