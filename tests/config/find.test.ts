import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findConfiguration } from '../../src/config/find.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { userErrorOf } from '../support/rejection.ts';

const temporaryDirectory = temporaryDirectories();

const find = (workingDirectory: string, flag?: string, environment: Record<string, string> = {}) =>
  findConfiguration({ flag, environment, workingDirectory });

const files = { 'dbos-config.yaml': 'name: default', 'flag.yaml': 'name: flag', 'config/dev.yaml': 'name: dev' };

test('--config comes first, then DBOS_CONFIG, then dbos-config.yaml of the working directory', async () => {
  const directory = temporaryDirectory(files);
  const environment = { DBOS_CONFIG: 'config/dev.yaml' };
  expect(await find(directory, 'flag.yaml', environment)).toEqual({ path: 'flag.yaml', directory, text: 'name: flag' });
  expect(await find(directory, undefined, environment)).toEqual({
    path: 'config/dev.yaml',
    directory: join(directory, 'config'),
    text: 'name: dev',
  });
  expect(await find(directory)).toEqual({ path: 'dbos-config.yaml', directory, text: 'name: default' });
  expect(await find(directory, undefined, { DBOS_CONFIG: '' })).toMatchObject({ path: 'dbos-config.yaml' });
});

test('an absolute path is one wherever it is used', async () => {
  const directory = temporaryDirectory(files);
  const path = join(directory, 'config/dev.yaml');
  expect(await find('/', path)).toEqual({ path, directory: join(directory, 'config'), text: 'name: dev' });
});

test('without a file there is none', async () => {
  expect(await find(temporaryDirectory())).toBeNull();
});

test('a byte order mark is no part of the text, and 1 MB is not too much', async () => {
  const text = `# ${'x'.repeat(999_995)}`;
  const directory = temporaryDirectory({ 'dbos-config.yaml': `\uFEFF${text}` });
  expect((await find(directory))?.text).toBe(text);
});

test('a named pipe is read as a file is', async () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const found = find(directory, 'pipe');
  await writeFile(path, 'name: piped');
  expect((await found)?.text).toBe('name: piped');
});

test.each([
  ['missing.yaml', 'does not exist'],
  ['folder', 'is a directory'],
  ['large.yaml', 'larger than 1 MB'],
  ['latin1.yaml', 'is not UTF-8'],
  ['flag.yaml/x', 'cannot be read (ENOTDIR)'],
  ['dangling.yaml', 'does not exist'],
  ['/dev/zero', 'larger than 1 MB'],
])('one clear error: %s %s', async (name, message) => {
  const directory = temporaryDirectory({
    ...files,
    'large.yaml': 'x'.repeat(1_000_001),
    'latin1.yaml': Uint8Array.of(0x6e, 0xe4, 0x0a),
  });
  mkdirSync(join(directory, 'folder'));
  symlinkSync('nowhere', join(directory, 'dangling.yaml'));
  for (const [flag, environment, source] of [
    [name, {}, '--config'],
    [undefined, { DBOS_CONFIG: name }, 'DBOS_CONFIG'],
  ] as const) {
    const error = await userErrorOf(() => find(directory, flag, environment));
    expect(error.message).toContain(message);
    expect(error.where).toBe(`${source} ${name}`);
  }
});

test('the default file is no better than a named one', async () => {
  const directory = temporaryDirectory({ 'dbos-config.yaml/x': '' });
  const error = await userErrorOf(() => find(directory));
  expect(error).toMatchObject({ message: expect.stringContaining('is a directory'), where: 'dbos-config.yaml' });
});

const isRoot = process.getuid?.() === 0;
if (isRoot) process.stderr.write('root may read every file: a test on permissions is skipped\n');

(isRoot ? test.skip : test)('a file without permission', async () => {
  const directory = temporaryDirectory(files);
  chmodSync(join(directory, 'flag.yaml'), 0);
  expect((await userErrorOf(() => find(directory, 'flag.yaml'))).message).toContain('cannot be read (EACCES)');
});

test('an empty --config', async () => {
  expect((await userErrorOf(() => find(temporaryDirectory(files), ''))).message).toBe('--config is empty');
});
