import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { CommandRecord } from '../../src/commands/run.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import type { Orders } from './run-driver.ts';

const temporaryDirectory = temporaryDirectories();
let program = '';

beforeAll(async () => {
  program = join(temporaryDirectory(), 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('run-driver.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});

/** Runs the commands in a process of their own, as output is inherited and signals are sent to it. */
function start(commands: readonly string[], given: Partial<Orders> = {}) {
  const directory = temporaryDirectory();
  const home = temporaryDirectory();
  const records = join(home, 'records');
  const orders = { commands, directory, environment: {}, secrets: [], records, recordFails: null, ...given };
  writeFileSync(join(home, 'orders.json'), JSON.stringify(orders));
  const child = spawn(process.execPath, [program, join(home, 'orders.json')], {
    cwd: home,
    env: { PATH: process.env['PATH'], DBOS_DATABASE_URL: 'stale' },
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  child.stdin.end('from the terminal\n');
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [exitCode]]) => ({ stdout, stderr, exitCode: exitCode as number | null, records: read(records) }),
  );
  return { child, directory, ended, records };
}

/** The last record of each command. */
function read(path: string): readonly CommandRecord[] {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
  const records = lines.map((line) => JSON.parse(line) as CommandRecord);
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

const run = (commands: readonly string[], given?: Partial<Orders>) => start(commands, given).ended;

async function fileAppears(path: string): Promise<void> {
  for (let i = 0; i < 500 && !existsSync(path); i++) await setTimeout(20);
  expect(existsSync(path)).toBe(true);
}

test('runs the commands in order, each announced before it, with their output in between', async () => {
  const before = Date.now();
  const { stdout, stderr, exitCode, records } = await run(['echo one', 'echo two; echo error >&2']);
  expect(stdout).toBe(['echo one', 'one', 'echo two; echo error >&2', 'two\n'].join('\n'));
  expect([stderr, exitCode]).toEqual(['error\n', 0]);
  expect(records).toMatchObject([
    { command: 'echo one', exitCode: 0 },
    { command: 'echo two; echo error >&2', exitCode: 0 },
  ]);
  for (const { startedAt, completedAt } of records) {
    expect(startedAt).toBeGreaterThanOrEqual(before);
    expect(completedAt).toBeGreaterThanOrEqual(startedAt);
  }
});

test('a command is recorded before it runs, so that an interruption leaves a trace', async () => {
  const { child, directory, ended, records } = start([': > ready; while [ ! -e go ]; do sleep 0.05; done']);
  await fileAppears(join(directory, 'ready'));
  expect(read(records)).toMatchObject([{ exitCode: null, completedAt: null }]);
  child.kill('SIGKILL');
  writeFileSync(join(directory, 'go'), '');
  expect((await ended).records).toMatchObject([{ exitCode: null, completedAt: null }]);
});

test('without commands prints nothing and runs nothing', async () => {
  expect(await run([])).toEqual({ stdout: '', stderr: '', exitCode: 0, records: [] });
});

test('a command is a script of the shell, in the given directory, with the environment and the input', async () => {
  const { directory, ended } = start(
    [
      'X=y; for i in 1 2; do printf "%s$i " "$X"; done; pwd; read line; echo "${line}${NOTHING:-!}"',
      'env | grep DBOS | sort',
    ],
    { environment: { DBOS_SYSTEM_DATABASE_URL: 'postgresql://u:p@h/s', DBOS_DATABASE_URL: 'postgresql://u:p@h/a' } },
  );
  const { stdout } = await ended;
  expect(stdout).toContain(`y1 y2 ${directory}\nfrom the terminal!\n`);
  expect(stdout).toContain('DBOS_DATABASE_URL=postgresql://u:p@h/a\nDBOS_SYSTEM_DATABASE_URL=postgresql://u:p@h/s\n');
});

test('output is live: it is there before the command ends', async () => {
  const { child, ended, directory } = start(['echo early; while [ ! -e go ]; do sleep 0.05; done; echo late']);
  const seen: string[] = [];
  child.stdout.on('data', (data: Buffer) => seen.push(String(data)));
  for (let i = 0; i < 500 && !seen.join('').includes('\nearly\n'); i++) await setTimeout(20);
  expect(seen.join('')).toContain('\nearly\n');
  expect(seen.join('')).not.toContain('\nlate\n');
  writeFileSync(join(directory, 'go'), '');
  expect((await ended).stdout).toContain('\nlate\n');
});

describe('the first failure stops', () => {
  test.each([
    ['exit 3', 3, 'the custom command ended with exit code 3: exit 3'],
    ['false && echo no', 1, 'exit code 1: false && echo no'],
    ['no-such-program-anywhere', 127, 'exit code 127: no-such-program-anywhere'],
    ['/', 126, 'exit code 126: /'],
    ['kill -KILL $$', 137, 'was ended by SIGKILL: kill -KILL $$'],
  ])('%s', async (command, code, message) => {
    const { stdout, stderr, exitCode, records } = await run(['echo one', command, 'echo never']);
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain('never');
    expect(stderr).toContain(message);
    expect(stderr).toContain('dbos-config.yaml · database.migrate');
    expect(records).toMatchObject([{ exitCode: 0 }, { command, exitCode: code }]);
  });

  test('and says what the shell means', async () => {
    expect((await run(['no-such-program-anywhere'])).stderr).toContain('the shell did not find the program');
  });

  test('and is said even where it cannot be recorded', async () => {
    const { stderr } = await run(['exit 3'], { recordFails: 'at the end' });
    expect(stderr).toContain('exit code 3');
  });

  test('to record is a failure too', async () => {
    const { stderr, stdout, exitCode } = await run(['echo one', 'echo two'], { recordFails: 'at the end' });
    expect([exitCode, stderr.trim()]).toEqual([1, 'not recorded']);
    expect(stdout).toContain('\none\n');
    expect(stdout).not.toContain('two');
  });

  test('and what cannot be recorded does not run', async () => {
    const { stderr, stdout, exitCode } = await run(['echo one'], { recordFails: 'at the start' });
    expect([exitCode, stderr.trim()]).toEqual([1, 'not recorded']);
    expect(stdout).not.toContain('\none\n');
  });
});

test('passwords are neither announced, nor recorded, nor in an error; the command has them', async () => {
  const command =
    'X_PASSWORD=pw12 sh -c "echo \\$X_PASSWORD" | tr a-z A-Z; : postgresql://u:Hidden-1@h/db Hidden-2; exit 4';
  const { stdout, stderr, records } = await run([command], { secrets: ['Hidden-2'] });
  const masked = 'X_PASSWORD=*** sh -c "echo \\$X_PASSWORD" | tr a-z A-Z; : postgresql://u:***@h/db ***; exit 4';
  expect(stdout).toContain(`${masked}\nPW12\n`);
  expect(stderr).toContain(`exit code 4: ${masked}`);
  expect(records).toMatchObject([{ command: masked, exitCode: 4 }]);
  for (const shown of [stdout, stderr, JSON.stringify(records)]) expect(shown).not.toMatch(/pw12|Hidden/);
});

test('an error names the command on a line', async () => {
  const { stderr } = await run([`: ${'x'.repeat(100_000)}; exit 3`, 'echo never']);
  expect(stderr.length).toBeLessThan(1_000);
  const script = await run(['echo one\necho \u001B[31mtwo\nexit 3']);
  expect(script.stderr.split('\n')[0]).toBe(
    'the custom command ended with exit code 3: echo one\\necho \\u{1b}[31mtwo\\nexit 3',
  );
});

test.each([
  ['is missing', '/no/such/directory', 'does not exist'],
  ['is no directory', '/dev/null', 'is no directory'],
])('a directory that %s', async (_, directory, message) => {
  const { stdout, stderr, exitCode } = await run(['echo one'], { directory });
  expect([stdout, exitCode]).toEqual(['', 1]);
  expect(stderr).toContain(message);
  expect(stderr).toContain(directory);
});

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

describe.each(signals)('%s', (signal) => {
  const name = signal.slice(3);

  test('reaches the command, whose end is waited for, and stops the run', async () => {
    const script = `trap 'sleep 0.3; echo cleaned; exit 0' ${name}; : > ready; while :; do sleep 0.05; done`;
    const { child, directory, ended } = start([script, 'echo never']);
    await fileAppears(join(directory, 'ready'));
    child.kill(signal);
    const { stdout, stderr, exitCode, records } = await ended;
    expect(stdout).toContain('\ncleaned\n');
    expect(stdout).not.toContain('never');
    expect(stderr).toContain(`stopped by ${signal} while the custom command ran`);
    expect(exitCode).toBe(1);
    expect(records).toMatchObject([{ exitCode: 0 }]);
  });

  test('reaches the programs that the shell started, and these are waited for though the shell is gone', async () => {
    const inner = `trap 'sleep 0.5; : > cleaned; exit 0' ${name}; : > ready; while :; do sleep 0.05; done`;
    const { child, directory, ended } = start([`sh -c "${inner}"; echo never`]);
    await fileAppears(join(directory, 'ready'));
    child.kill(signal);
    const { stderr, exitCode } = await ended;
    expect(existsSync(join(directory, 'cleaned'))).toBe(true);
    expect(stderr).toContain(`stopped by ${signal}`);
    expect(exitCode).toBe(1);
  });
});

test('a command that takes no notice of a signal goes on, and is waited for', async () => {
  const { child, directory, ended } = start([
    "trap '' INT; : > ready; while [ ! -e go ]; do sleep 0.05; done; echo done",
  ]);
  await fileAppears(join(directory, 'ready'));
  child.kill('SIGINT');
  child.kill('SIGINT');
  await setTimeout(300);
  expect(child.exitCode).toBeNull();
  writeFileSync(join(directory, 'go'), '');
  const { stdout, stderr, exitCode } = await ended;
  expect([stdout.endsWith('\ndone\n'), exitCode]).toEqual([true, 1]);
  expect(stderr).toContain('stopped by SIGINT');
});
