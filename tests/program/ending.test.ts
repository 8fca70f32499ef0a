import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bareEnvironment, programPath, runCli } from '../support/cli.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();

/**
 * A process that waits for a file system as for one that does not answer: the opening of a pipe to which nobody writes
 * holds a thread of Node's in the same way. A pipe as configuration file is refused, so that another one is opened
 * before the program begins.
 */
function held(): { readonly cwd: string; readonly hold: readonly string[] } {
  const cwd = temporaryDirectory({ 'hold.mjs': `import { open } from 'node:fs';\nopen('pipe', 'r', () => {});\n` });
  expect(spawnSync('mkfifo', [join(cwd, 'pipe')]).status).toBe(0);
  return { cwd, hold: ['--import', join(cwd, 'hold.mjs')] };
}

function start(args: readonly string[]) {
  const { cwd, hold } = held();
  const child = spawn(process.execPath, [...hold, programPath(), ...args], { cwd, env: bareEnvironment() });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { child, ended: ended.then(([stdout, stderr, [code, signal]]) => ({ stdout, stderr, code, signal })) };
}

describe('a process that waits for a file system which does not answer', () => {
  test('ends when all is said, by SIGKILL, since Node would wait on every other way', async () => {
    const { ended } = start(['migrate', '-s', 'sqlite:///./x.sqlite']);
    expect(await ended).toMatchObject({
      stdout: expect.stringMatching(/\nSystem database: \d+ created in .*\n( {2}\+ .*\n)+$/),
      stderr: '',
      signal: 'SIGKILL',
    });
  });

  test('says its error before', async () => {
    const { ended } = start(['migrate', '-s', 'sqlite:///./no/such/x.sqlite']);
    expect(await ended).toMatchObject({
      stderr: expect.stringMatching(/^error: there is no directory .*\n {2}do {5}mkdir .*\n$/),
      signal: 'SIGKILL',
    });
  });

  describe('and for a server that does not either', () => {
    const silent = createServer(() => {});
    let url = '';
    beforeAll(async () => {
      silent.listen(0, '127.0.0.1');
      await once(silent, 'listening');
      url = `postgresql://u:p@127.0.0.1:${(silent.address() as { port: number }).port}/db`;
    });
    afterAll(() => void silent.close());

    test.each([
      ['SIGTERM', 'in good order', 1],
      ['SIGINT', 'in good order', 1],
      ['SIGINT', 'at once by a second one', 2],
    ] as const)('ends by %s, %s', async (signal, _, times) => {
      const { child, ended } = start(['migrate', '-s', url]);
      await once(silent, 'connection');
      child.kill(signal);
      const answered = await once(child.stderr, 'data').catch(() => null);
      expect(answered).not.toBeNull();
      if (times === 2) child.kill(signal);
      const result = await ended;
      expect(result).toMatchObject({ code: null, signal });
      expect(result.stderr).toContain(times === 2 ? 'ended at once: ' : 'interrupted: nothing was changed\n');
    });
  });
});

test('a process that waits for none ends by itself', async () => {
  expect(await runCli(['--version'])).toMatchObject({ exitCode: 0 });
});
