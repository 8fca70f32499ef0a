import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runProgram } from '../../src/process/run.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
const environment = { PATH: process.env['PATH'] };

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

/** Runs a script of Node, which is a program that every system of ours has. */
const node = (script: string, options: Partial<Parameters<typeof runProgram>[2]> = {}, ...args: readonly string[]) =>
  runProgram(process.execPath, ['-e', script, ...args], { environment, ...options });

test('arguments arrive as they are: there is no shell between', async () => {
  const args = ['a b', '$HOME', '; exit 3', '*', '"', "'", '', '\n'];
  const { stdout, exitCode } = await node('console.log(JSON.stringify(process.argv.slice(1)))', {}, ...args);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual(args);
});

test('output is captured, each stream by itself, and the end is told', async () => {
  const end = await node('console.log("out"); console.error("err"); process.exit(3)');
  expect(end).toEqual({ exitCode: 3, signal: null, failure: null, stdout: 'out', stderr: 'err', timedOut: false });
});

test('the environment is the one that is given, and nothing else', async () => {
  const { stdout } = await node('console.log(JSON.stringify(process.env))', {
    environment: { ...environment, SECRET: 'x', ABSENT: undefined },
  });
  expect(Object.keys(JSON.parse(stdout)).toSorted()).toEqual(['PATH', 'SECRET']);
});

test('there is no input', async () => {
  expect((await node('process.stdin.on("data", () => {}).on("end", () => console.log("end"))')).stdout).toBe('end');
});

test('a program is looked for on the PATH that is given', async () => {
  const directory = temporaryDirectory();
  const { failure, exitCode, signal } = await runProgram('node', [], { environment: { PATH: directory } });
  expect([failure?.code, exitCode, signal]).toEqual(['ENOENT', null, null]);
});

test('a signal that ended it is told', async () => {
  const end = await node('process.kill(process.pid, "SIGKILL")');
  expect(end).toMatchObject({ exitCode: null, signal: 'SIGKILL', failure: null, timedOut: false });
});

describe('a program that takes too long', () => {
  const forever = 'console.log("begun"); setInterval(() => {}, 1000)';

  test('is killed at its time limit', async () => {
    const before = Date.now();
    const end = await node(forever, { timeout: 1000 });
    expect(Date.now() - before).toBeLessThan(5000);
    expect(end).toMatchObject({ timedOut: true, exitCode: null, stdout: 'begun' });
  });

  test('is killed when the signal is aborted, whose reason is thrown', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const running = rejection(node(forever, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 200);
    expect(await running).toBe(reason);
  });

  test('is not begun where the signal is aborted already', async () => {
    const file = join(temporaryDirectory(), 'made');
    const script = `require('fs').writeFileSync(${JSON.stringify(file)}, '')`;
    const reason = new Error('enough');
    expect(await rejection(node(script, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(existsSync(file)).toBe(false);
  });
});
