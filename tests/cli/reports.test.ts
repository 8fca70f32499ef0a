import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { runCli } from './run.ts';

const temporaryDirectory = temporaryDirectories();
const run = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCli(['migrate', '-s', 'sqlite:///./made.sqlite', ...args], { cwd, env });

describe('a report for a workflow of GitHub', () => {
  const env = { GITHUB_OUTPUT: 'output', GITHUB_STEP_SUMMARY: 'summary' };

  test('annotates the log, and appends to the summary and the outputs', async () => {
    const cwd = temporaryDirectory({ output: 'earlier=1\n', summary: '# Earlier\n' });
    const checked = await run(cwd, ['--check', '--format', 'github'], env);
    expect(checked.exitCode).toBe(2);
    expect(checked.stdout).toMatch(
      /^::error title=System database::\d+ changes, nobody waits for longer than a moment\n$/,
    );
    const changes = /\d+/.exec(checked.stdout)?.[0];
    expect(readFileSync(join(cwd, 'output'), 'utf8')).toBe(
      `earlier=1\nverdict=changes\nchanges=${changes}\ndrift=true\nhazards=\n`,
    );
    const summary = readFileSync(join(cwd, 'summary'), 'utf8');
    expect(summary.startsWith('# Earlier\n<!-- dbos: sqlite:///')).toBe(true);
    expect(summary).toContain('### System database: ');
  });

  test('outside of a workflow only prints; a plan is no error, and nothing to do is a notice', async () => {
    const cwd = temporaryDirectory();
    expect(await run(cwd, ['--plan', '--format', 'github'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^::notice title=System database::\d+ changes/),
    });
    await run(cwd, []);
    expect(await run(cwd, ['--check', '--format', 'github'])).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: '::notice title=System database::nothing to do\n',
    });
  });

  test('says which file cannot be written', async () => {
    const cwd = temporaryDirectory();
    const result = await run(cwd, ['--plan', '--format', 'github'], { GITHUB_OUTPUT: 'missing/output' });
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain('the file of GITHUB_OUTPUT cannot be written (ENOENT)');
  });
});

test('a report as markdown is the comment, for a plan and for a check', async () => {
  const cwd = temporaryDirectory();
  for (const [mode, exitCode] of [
    ['--plan', 0],
    ['--check', 2],
  ] as const) {
    const result = await run(cwd, [mode, '--format', 'markdown'], { FORCE_COLOR: '1' });
    expect(result).toMatchObject({ exitCode, stderr: '' });
    expect(result.stdout).toMatch(/^<!-- dbos: sqlite:\/\/\/\S+ main -->\n### System database: \d+ changes/);
    expect(result.stdout).toContain('CREATE TABLE "workflow_status"');
  }
});

describe('--out', () => {
  test.each([
    [['--plan'], 0, 'Plan: '],
    [['--check'], 2, 'table workflow_status'],
    [['--dry-run'], 0, 'CREATE TABLE'],
    [['--plan', '--format', 'json'], 0, '"formatVersion"'],
  ] as const)(
    'writes what %j prints to a file that only its owner reads, without colour',
    async (args, exitCode, text) => {
      const cwd = temporaryDirectory({ 'plan.txt': 'earlier' });
      chmodSync(join(cwd, 'plan.txt'), 0o644);
      const result = await run(cwd, [...args, '--out', 'plan.txt'], { FORCE_COLOR: '1' });
      expect(result).toEqual({ exitCode, stdout: '', stderr: '' });
      const printed = await run(cwd, [...args]);
      expect(readFileSync(join(cwd, 'plan.txt'), 'utf8')).toBe(printed.stdout);
      expect(printed.stdout).toContain(text);
      expect(statSync(join(cwd, 'plan.txt')).mode & 0o777).toBe(0o600);
    },
  );

  test('goes through a link to the file that it leads to', async () => {
    const cwd = temporaryDirectory({ 'real.txt': '' });
    symlinkSync('real.txt', join(cwd, 'link.txt'));
    await run(cwd, ['--plan', '--out', 'link.txt']);
    expect(readFileSync(join(cwd, 'real.txt'), 'utf8')).toContain('Plan: ');
  });

  test('leaves a file as it was where there is an error', async () => {
    const cwd = temporaryDirectory({ 'plan.txt': 'earlier' });
    writeFileSync(join(cwd, 'made.sqlite'), 'no database');
    expect((await run(cwd, ['--plan', '--out', 'plan.txt'])).exitCode).toBe(1);
    expect(readFileSync(join(cwd, 'plan.txt'), 'utf8')).toBe('earlier');
  });

  test.each([
    ['a folder', 'folder', '--out names a directory'],
    ['a device', '/dev/null', '--out names no regular file'],
    ['a file in a folder that is not there', 'absent/plan.txt', 'the file of --out cannot be written (ENOENT)'],
  ])('is no place for %s', async (_, out, message) => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, 'folder'));
    const result = await run(cwd, ['--plan', '--out', out]);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain(message);
  });

  test('without a plan is refused', async () => {
    const result = await run(temporaryDirectory(), ['--out', 'x']);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain('--out says where a plan is written to');
  });
});

describe('--color', () => {
  const escape = '\u001b[';

  test('counts before the environment', async () => {
    const cwd = temporaryDirectory();
    const [always, never, left, quiet] = await Promise.all([
      run(cwd, ['--plan', '--color', 'always'], { NO_COLOR: '1' }),
      run(cwd, ['--plan', '--color=never'], { FORCE_COLOR: '1' }),
      run(cwd, ['--plan', '--color', 'auto'], { FORCE_COLOR: '1' }),
      run(cwd, ['--plan'], { FORCE_COLOR: '1', CLICOLOR_FORCE: '1', NO_COLOR: '1' }),
    ]);
    expect([always, never, left, quiet].map(({ stdout }) => stdout.includes(escape))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('colours errors of every command, and no data', async () => {
    const cwd = temporaryDirectory();
    const refused = await runCli(['history', '--color', 'always', '--limit', '0'], { cwd });
    expect(refused.stderr).toContain(escape);
    for (const format of ['json', 'sql', 'diff', 'markdown', 'github']) {
      const { stdout } = await run(cwd, ['--plan', '--format', format, '--color', 'always']);
      expect([format, stdout.includes(escape)]).toEqual([format, false]);
    }
  });

  test('of another word is refused', async () => {
    const result = await run(temporaryDirectory(), ['--plan', '--color', 'sometimes']);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain('error: --color "sometimes" is unknown\n  do     it is one of auto, always, never');
  });
});

describe('--quiet', () => {
  const silent = { stdout: '', stderr: '' };

  test('leaves the exit code to say it', async () => {
    const cwd = temporaryDirectory();
    expect(await run(cwd, ['--check', '-q'])).toEqual({ ...silent, exitCode: 2 });
    expect(await run(cwd, ['--quiet'])).toEqual({ ...silent, exitCode: 0 });
    expect(await run(cwd, ['--check', '--quiet'])).toEqual({ ...silent, exitCode: 0 });
    expect(await run(cwd, ['--plan', '--quiet', '--out', 'plan.txt'])).toEqual({ ...silent, exitCode: 0 });
    expect(readFileSync(join(cwd, 'plan.txt'), 'utf8')).toContain('nothing to do');
    const reset = ['reset', '-s', 'sqlite:///./made.sqlite', '--quiet'];
    expect(await runCli([...reset, '--yes'], { cwd })).toEqual({ ...silent, exitCode: 0 });
  });

  test('says errors, and asks no question that nobody would see', async () => {
    const cwd = temporaryDirectory();
    await run(cwd, []);
    const asked = await runCli(['reset', '-s', 'sqlite:///./made.sqlite', '-q'], { cwd });
    expect(asked).toMatchObject({ stdout: '', exitCode: 3 });
    expect(asked.stderr).toContain('--quiet says nothing\n  do     give --yes to reset without asking');
    const wrong = await run(cwd, ['-q', '--format', 'none', '--plan']);
    expect(wrong).toMatchObject({ stdout: '', exitCode: 1, stderr: expect.stringContaining('error: --format "none"') });
    expect((await run(cwd, ['--check'])).exitCode).toBe(0);
  });
});
