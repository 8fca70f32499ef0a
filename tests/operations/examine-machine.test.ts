import { expect, test } from '@jest/globals';
import { nodeFinding } from '../../src/operations/examine-machine.ts';
import { doctor } from '../../src/index.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();

test.each([['20.19.0'], ['20.20.2'], ['22.0.0'], ['100.1.0']])('Node %s is new enough', (version) => {
  expect(nodeFinding(version)).toEqual({ name: 'node', state: 'pass', seen: `Node ${version}`, todo: null });
});

test.each([['20.18.9'], ['18.20.0'], ['9.99.0']])('Node %s is too old', (version) => {
  expect(nodeFinding(version)).toMatchObject({ state: 'fail', todo: expect.stringContaining('install Node 20.19') });
});

test('a program gets the checks, reads no environment that it does not give, and makes no file', async () => {
  const workingDirectory = temporaryDirectory({ 'dbos-config.yaml': 'name: shop' });
  const { verdict, checks } = await doctor({ workingDirectory });
  expect(verdict).toBe('warn');
  expect(new Set(checks.map(({ group }) => group))).toEqual(
    new Set(['This machine', 'Configuration', 'System database']),
  );
  expect(checks.find(({ name, state }) => name === 'file' && state === 'pass')?.seen).toContain('dbos-config.yaml');
});

test('an aborted signal ends it with its reason', async () => {
  const reason = new Error('enough');
  const request = { overrides: { system: 'sqlite:///./a' }, workingDirectory: temporaryDirectory() };
  await expect(doctor({ ...request, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});
