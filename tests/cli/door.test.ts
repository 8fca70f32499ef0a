import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { runCli } from './run.ts';

const temporaryDirectory = temporaryDirectories();
const escape = '\u001b]0;title\u0007\u001b[2J\u202e';

/** What acts on a terminal, but for the line breaks that a text of ours has. */
const acting = /[\p{Cc}\p{Bidi_Control}]/gu;
const actingIn = (text: string): readonly string[] => (text.match(acting) ?? []).filter((found) => found !== '\n');

describe('what acts on a terminal is shown and does not act', () => {
  test('in the names of a database’s objects, in every report', async () => {
    const path = join(temporaryDirectory(), 'app.sqlite');
    const url = `sqlite:///${path}`;
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    const database = new Database(path);
    database.exec(`CREATE UNIQUE INDEX "mine${escape}" ON streams (value); DROP INDEX idx_workflow_topic;
      CREATE VIEW "report${escape}" AS SELECT * FROM workflow_status`);
    database.close();
    for (const flags of [['--plan'], ['--check'], ['--check', '--format', 'diff'], ['--plan', '--format', 'json']]) {
      const { stdout, stderr } = await runCli(['migrate', '-s', url, ...flags]);
      expect([flags, actingIn(stdout), actingIn(stderr)]).toEqual([flags, [], []]);
      if (!flags.includes('diff')) expect(stdout).toContain('mine');
      if (flags.includes('json')) expect(() => JSON.parse(stdout) as unknown).not.toThrow();
    }
    const { stdout, stderr } = await runCli(['reset', '-s', url, '--yes']);
    expect([actingIn(stdout), actingIn(stderr)]).toEqual([[], []]);
    expect(stderr).toContain('report');
  });

  test.each([
    [['migrate', `--schema=${escape}`, '-s', 'postgresql://u@127.0.0.1:1/db']],
    [['migrate', '-s', `sqlite:///${escape}.sqlite`]],
    [['migrate', '--config', `${escape}.yaml`]],
    [['migrate', '--app-role', escape, '-s', 'postgresql://u@127.0.0.1:1/db']],
    [[escape]],
    [['migrate', escape]],
    [['migrate', `--${escape}`]],
    [['migrate', '--format', escape, '--plan']],
    [['migrate', '--allow', escape]],
  ])('in the arguments %j', async (args: string[]) => {
    const { stdout, stderr, exitCode } = await runCli(args, { cwd: temporaryDirectory() });
    expect([exitCode, actingIn(stdout), actingIn(stderr)]).toEqual([1, [], []]);
  });

  test('in a configuration file and its commands', async () => {
    const cwd = temporaryDirectory({
      'dbos-config.yaml': String.raw`"\u001b[2Jname": x
system_database_url: "sqlite:///./a.sqlite"
database: { migrate: ["echo '\u001b[31m'"] }
`,
    });
    const { stdout, stderr } = await runCli(['migrate', '--plan'], { cwd });
    expect([actingIn(stdout), actingIn(stderr)]).toEqual([[], []]);
  });
});

describe('what is quoted', () => {
  test.each([
    [['x'.repeat(100_000)]],
    [['migrate', 'x'.repeat(100_000)]],
    [['migrate', `--${'x'.repeat(100_000)}`]],
    [['migrate', '--schema', 'x'.repeat(10_000), '-s', 'postgresql://u@127.0.0.1:1/db']],
    [['migrate', '--plan', '--format', 'x'.repeat(100_000)]],
    [['migrate', '--allow', 'x'.repeat(100_000)]],
    [['migrate', '--config', 'x'.repeat(100_000)]],
  ])('is shortened', async (args: string[]) => {
    const { stderr, exitCode } = await runCli(args, { cwd: temporaryDirectory() });
    expect(exitCode).toBe(1);
    expect(stderr.length).toBeLessThan(2_000);
  });

  test.each([
    [['migrate', 'host=h password=Geheim']],
    [['migrate', 'postgresql://u:Geheim@h/db']],
    [['postgresql://u:Geheim@h/db']],
    [['user:Geheim@host']],
    [['migrate', '--schema', 'postgresql://u:Geheim@h/db', '-s', 'postgresql://u@127.0.0.1:1/db']],
    [['migrate', '--schema', 'host=h password=Geheim', '-s', 'postgresql://u@127.0.0.1:1/db']],
    [['migrate', '--app-role', 'postgresql://u:Geheim@h/db', '-s', 'postgresql://u@127.0.0.1:1/db']],
    [['migrate', '--app-role', 'host=h password=Geheim x', '-s', 'postgresql://u@127.0.0.1:1/db']],
    [['migrate', '--config', 'postgresql://u:Geheim@h/db']],
    [['migrate', '--format', 'postgresql://u:Geheim@h/db', '--plan']],
    [['migrate', '--allow', 'postgresql://u:Geheim@h/db']],
    [['migrate', '--ignore', 'postgresql://u:Geheim@h/db', '--sys-db-url', 'mysql://u:Geheim@h/db']],
    [['migrate', '--password=Geheim']],
    [['migrate', '-sGeheim']],
  ])('is no password, in %j', async (args: string[]) => {
    const { stdout, stderr, exitCode } = await runCli(args, { cwd: temporaryDirectory() });
    expect(exitCode).toBe(1);
    expect(stdout + stderr).not.toContain('Geheim');
    const debugged = await runCli([...args, '--debug'], { cwd: temporaryDirectory() });
    expect(debugged.stdout + debugged.stderr).not.toContain('Geheim');
  });
});
