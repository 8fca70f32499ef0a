import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { findConfiguration } from '../../src/config/find.ts';
import { inTime } from '../../src/config/regular-file.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { mistakeOf } from './support.ts';

const temporaryDirectory = temporaryDirectories();

const find = (workingDirectory: string, flag?: string, environment: Record<string, string> = {}) =>
  findConfiguration({ flag, environment, workingDirectory });

const files = { 'dbos-config.yaml': 'name: default', 'flag.yaml': 'name: flag', 'config/dev.yaml': 'name: dev' };

test('--config comes first, then DBOS_CONFIG, then dbos-config.yaml of the working directory', async () => {
  const directory = temporaryDirectory(files);
  const environment = { DBOS_CONFIG: 'config/dev.yaml' };
  expect(await find(directory, 'flag.yaml', environment)).toEqual({ path: 'flag.yaml', text: 'name: flag' });
  expect(await find(directory, undefined, environment)).toEqual({ path: 'config/dev.yaml', text: 'name: dev' });
  expect(await find(directory)).toEqual({ path: 'dbos-config.yaml', text: 'name: default' });
  expect(await find(directory, undefined, { DBOS_CONFIG: '' })).toMatchObject({ path: 'dbos-config.yaml' });
});

test('an absolute path is one wherever it is used', async () => {
  const directory = temporaryDirectory(files);
  const path = join(directory, 'config/dev.yaml');
  expect(await find('/', path)).toEqual({ path, text: 'name: dev' });
});

test('without a file there is none', async () => {
  expect(await find(temporaryDirectory())).toBeNull();
});

test('a byte order mark is no part of the text, and 1 MB is not too much', async () => {
  const text = `# ${'x'.repeat(999_995)}`;
  const directory = temporaryDirectory({ 'dbos-config.yaml': `\uFEFF${text}` });
  expect((await find(directory))?.text).toBe(text);
});

describe('what is no regular file is not opened', () => {
  const refused = async (directory: string, name: string): Promise<string> => {
    const started = Date.now();
    const error = await mistakeOf(() => find(directory, name));
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(error.hint).toContain('only regular files are read');
    return error.message;
  };

  test('a FIFO, which would wait for somebody who writes', async () => {
    const directory = temporaryDirectory();
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    expect(await refused(directory, 'pipe')).toBe('the configuration file is a pipe');
    symlinkSync('pipe', join(directory, 'dbos-config.yaml'));
    expect((await mistakeOf(() => find(directory))).message).toBe('the configuration file is a pipe');
  });

  test('a socket', async () => {
    const directory = temporaryDirectory();
    const server = createServer().listen(join(directory, 'socket'));
    await once(server, 'listening');
    expect(await refused(directory, 'socket')).toBe('the configuration file is a socket');
    server.close();
  });

  test.each(['/dev/zero', '/dev/null', '/dev/tty'])('a device: %s', async (device) => {
    expect(await refused('/', device)).toBe('the configuration file is a device');
  });
});

test('a file system that does not answer is given up', async () => {
  const started = Date.now();
  const words = { what: 'the configuration file', where: '--config x', hint: 'name another' };
  const error = await mistakeOf(() => inTime(new Promise(() => {}), 50, words));
  expect(error).toMatchObject({ message: 'the configuration file was not read within 0.05 s', where: '--config x' });
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(await inTime(Promise.resolve('read'), 50, words)).toBe('read');
});

test.each([
  'postgresql://u:Geheim@h/db',
  'host=h password=Geheim dbname=d',
  'host=h password=two words Geheim',
  'u:Geheim@h/db',
  'mysql://Geheim',
])('a database in the place of the file is not shown: %s', async (text) => {
  for (const [flag, environment] of [
    [text, {}],
    [undefined, { DBOS_CONFIG: text }],
  ] as const) {
    const error = await mistakeOf(() => find('/', flag, environment));
    expect(error.message).toBe('the configuration file may not be named by a URL');
    expect(inspect(error, { depth: 10 })).not.toContain('Geheim');
  }
});

test('a path of 10,000 bytes is shortened, and acts on no terminal', async () => {
  const error = await mistakeOf(() => find('/', `\u001B[31m${'x'.repeat(10_000)}`));
  expect(error.message).toBe('the configuration file cannot be read (ENAMETOOLONG)');
  expect(error.where?.length).toBeLessThan(250);
  expect(error.where).toContain('--config \\u{1b}[31mxxx');
});

test.each([
  ['missing.yaml', 'does not exist'],
  ['folder', 'is a directory'],
  ['large.yaml', 'larger than 1 MB'],
  ['latin1.yaml', 'is not UTF-8'],
  ['flag.yaml/x', 'cannot be read (ENOTDIR)'],
  ['dangling.yaml', 'does not exist'],
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
    const error = await mistakeOf(() => find(directory, flag, environment));
    expect(error.message).toContain(message);
    expect(error.where).toBe(`${source} ${name}`);
  }
});

test('the default file is no better than a named one', async () => {
  const directory = temporaryDirectory({ 'dbos-config.yaml/x': '' });
  const error = await mistakeOf(() => find(directory));
  expect(error).toMatchObject({ message: expect.stringContaining('is a directory'), where: 'dbos-config.yaml' });
});

const isRoot = process.getuid?.() === 0;
if (isRoot) process.stderr.write('root may read every file: a test on permissions is skipped\n');

(isRoot ? test.skip : test)('a file without permission', async () => {
  const directory = temporaryDirectory(files);
  chmodSync(join(directory, 'flag.yaml'), 0);
  expect((await mistakeOf(() => find(directory, 'flag.yaml'))).message).toContain('cannot be read (EACCES)');
});

test('an empty --config', async () => {
  expect((await mistakeOf(() => find(temporaryDirectory(files), ''))).message).toBe('--config is empty');
});
