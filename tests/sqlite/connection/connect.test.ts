import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { QueryError, UserError } from '../../../src/model/errors.ts';
import { connectSqlite } from '../../../src/sqlite/connection/connect.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';

const directory = temporaryDirectories();
const refused = async (path: string, options: Parameters<typeof connectSqlite>[1]): Promise<UserError> => {
  try {
    await (await connectSqlite(path, options)).connection.close();
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return error as UserError;
  }
  throw new Error('it was opened');
};

/** Makes a file and closes it. */
async function made(path: string, ...statements: readonly string[]): Promise<string> {
  const { connection } = await connectSqlite(path, { write: true });
  await connection.query(['CREATE TABLE t (a)', 'INSERT INTO t VALUES (1)', ...statements]);
  await connection.close();
  return path;
}

const contents = (path: string): Readonly<Record<string, string>> =>
  Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name)).toString('base64')]));

describe('opening to write', () => {
  test('makes a missing file', async () => {
    const path = join(directory(), 'new.sqlite');
    const { connection, exists, writable } = await connectSqlite(path, { write: true });
    expect([exists, writable]).toEqual([true, true]);
    await connection.query('CREATE TABLE t (a)');
    await connection.close();
    expect(readFileSync(path).subarray(0, 15).toString()).toBe('SQLite format 3');
  });

  test('takes a path as it is', async () => {
    const path = join(directory(), 'per%20cent ?#é\'".sqlite');
    await made(path);
    expect(existsSync(path)).toBe(true);
  });

  test('takes a path relative to the working directory', async () => {
    const path = join(directory(), 'relative.sqlite');
    await made(relative(process.cwd(), path));
    expect(existsSync(path)).toBe(true);
  });

  test('has the settings of the runtime', async () => {
    const { connection } = await connectSqlite(join(directory(), 'a.sqlite'), { write: true });
    expect(await connection.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    await connection.close();
  });
});

describe('opening to read', () => {
  test('makes no file, and gives an empty database', async () => {
    const parent = directory();
    const { connection, exists, writable } = await connectSqlite(join(parent, 'none.sqlite'), { write: false });
    expect([exists, writable]).toEqual([false, false]);
    expect(await connection.query('SELECT * FROM sqlite_master')).toEqual([]);
    await expect(connection.query('CREATE TABLE t (a)')).rejects.toThrow(QueryError);
    await connection.close();
    expect(readdirSync(parent)).toEqual([]);
  });

  test.each(['DELETE', 'WAL'])('changes nothing in mode %s', async (mode) => {
    const parent = directory();
    const path = await made(join(parent, 'a.sqlite'), `PRAGMA journal_mode = ${mode}`);
    const before = contents(parent);
    const { connection, exists, writable } = await connectSqlite(path, { write: false });
    expect([exists, writable]).toEqual([true, false]);
    expect(await connection.query('SELECT * FROM t')).toEqual([{ a: 1 }]);
    await expect(connection.query('INSERT INTO t VALUES (2)')).rejects.toMatchObject({ code: 'SQLITE_READONLY' });
    await connection.close();
    expect(contents(parent)).toEqual(before);
  });

  test('sees what stands in the write-ahead log of another process only', async () => {
    const parent = directory();
    const path = join(parent, 'a.sqlite');
    const writer = (await connectSqlite(path, { write: true })).connection;
    await writer.query(['PRAGMA journal_mode = WAL', 'CREATE TABLE t (a)', 'INSERT INTO t VALUES (7)']);
    const before = readFileSync(path, 'latin1');
    const { connection } = await connectSqlite(path, { write: false });
    expect(await connection.query('SELECT * FROM t')).toEqual([{ a: 7 }]);
    await connection.close();
    expect(readFileSync(path, 'latin1')).toBe(before);
    await writer.close();
  });
});

describe('a path that cannot be opened', () => {
  test.each([true, false])('without its directory, write: %s', async (write) => {
    const parent = join(directory(), 'none');
    const error = await refused(join(parent, 'a.sqlite'), { write });
    expect(error.message).toBe(`there is no directory ${parent} for the database`);
    expect(error.hint).toBe(`mkdir -p "${parent}"`);
  });

  test('inside a file', async () => {
    const parent = join(directory({ file: '' }), 'file');
    expect((await refused(join(parent, 'a.sqlite'), { write: true })).message).toBe(
      `${parent} is a file, so no database can be in it`,
    );
  });

  test('of a directory', async () => {
    const path = directory();
    expect((await refused(path, { write: true })).message).toBe(`${path} is a directory, not a database`);
  });

  test.each([true, false])('of what is no file, or has such beside it, write: %s', async (write) => {
    const parent = directory();
    const [pipe, socket, link] = ['pipe', 'socket', 'link'].map((name) => join(parent, name)) as [
      string,
      string,
      string,
    ];
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    symlinkSync('/dev/zero', link);
    const server = createServer().listen(socket);
    await once(server, 'listening');
    for (const [path, what] of [
      ['/dev/zero', 'a device'],
      ['/dev/null', 'a device'],
      [link, 'a device'],
      [pipe, 'a pipe'],
      [socket, 'a socket'],
    ] as const) {
      const { message, hint } = await refused(path, { write });
      expect(message).toBe(`${path} is ${what}, and no file that could hold a database`);
      expect(hint).toBe('name a file, or a path where none is yet');
    }
    server.close();
    const path = await made(join(parent, 'a.sqlite'));
    expect(spawnSync('mkfifo', [`${path}-journal`]).status).toBe(0);
    expect((await refused(path, { write })).message).toContain(`${path}-journal is a pipe`);
  });

  test.each([true, false])('of a file that is no database, write: %s', async (write) => {
    const path = join(directory({ 'notes.txt': 'These are notes. '.repeat(100) }), 'notes.txt');
    const before = readFileSync(path, 'latin1');
    const error = await refused(path, { write });
    expect(error.message).toBe(`${path} is no SQLite database, or an encrypted one`);
    expect(readFileSync(path, 'latin1')).toBe(before);
  });

  test('of a damaged database', async () => {
    const path = await made(join(directory(), 'a.sqlite'));
    const content = readFileSync(path, 'latin1');
    writeFileSync(path, content.slice(0, 100) + 'damage'.repeat(600) + content.slice(3700), 'latin1');
    expect((await refused(path, { write: false })).message).toBe(`the database ${path} is damaged`);
  });

  test('that ends in a blank', async () => {
    expect((await refused(join(directory(), 'a '), { write: true })).message).toContain('ends in a blank');
  });

  test.each([true, false])('locked by another process, write: %s', async (write) => {
    const path = await made(join(directory(), 'a.sqlite'));
    const { connection } = await connectSqlite(path, { write: true });
    await connection.query('BEGIN EXCLUSIVE');
    const error = await refused(path, { write, patience: 100 });
    await connection.close();
    expect(error.message).toBe(`another process has kept ${path} locked for 0.1 s`);
    expect(error.hint).toContain('stop the process');
  });
});

/** Opens files in a process of a user who owns none of them, where this one may change its user. */
function asNobody(attempts: readonly (readonly [path: string, write: boolean])[]): readonly string[] {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const code = `
import { connectSqlite } from './src/sqlite/connection/connect.ts';
const results = [];
for (const [path, write] of ${JSON.stringify(attempts)}) {
  try {
    const { connection } = await connectSqlite(path, { write });
    results.push(JSON.stringify(await connection.query('SELECT * FROM t')));
    await connection.close();
  } catch (error) {
    results.push(error.name + ': ' + error.message);
  }
}
console.log(JSON.stringify(results));`;
  const { outputFiles } = buildSync({
    stdin: { contents: code, resolveDir: root, loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    write: false,
  });
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', outputFiles[0]?.text ?? ''], {
    cwd: root,
    encoding: 'utf8',
    ...user,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as readonly string[];
}

describe('permissions', () => {
  test('of the file', async () => {
    const parent = directory();
    chmodSync(parent, 0o777);
    const path = await made(join(parent, 'read-only.sqlite'));
    chmodSync(path, 0o444);
    const secret = await made(join(parent, 'secret.sqlite'));
    chmodSync(secret, 0o000);
    expect(
      asNobody([
        [path, false],
        [path, true],
        [secret, false],
      ]),
    ).toEqual([
      '[{"a":1}]',
      `UserError: the file ${path} cannot be written: this user has no permission`,
      `UserError: the file ${secret} cannot be read: this user has no permission`,
    ]);
  });

  test('of the directory', async () => {
    const parent = directory();
    const rollback = await made(join(parent, 'a.sqlite'));
    const wal = await made(join(parent, 'wal.sqlite'), 'PRAGMA journal_mode = WAL');
    const protectedWal = await made(join(parent, 'protected.sqlite'), 'PRAGMA journal_mode = WAL');
    for (const path of [rollback, wal]) chmodSync(path, 0o666);
    chmodSync(protectedWal, 0o444);
    const closed = join(directory(), 'closed');
    mkdirSync(closed);
    await made(join(closed, 'a.sqlite'));
    const before = contents(parent);
    chmodSync(closed, 0o000);
    chmodSync(parent, 0o555);
    chmodSync(dirname(closed), 0o755);
    const results = asNobody([
      [rollback, false],
      [wal, false],
      [protectedWal, false],
      [rollback, true],
      [join(parent, 'new.sqlite'), true],
      [join(closed, 'a.sqlite'), false],
    ]);
    chmodSync(parent, 0o755);
    chmodSync(closed, 0o755);
    expect(results).toEqual([
      '[{"a":1}]',
      '[{"a":1}]',
      '[{"a":1}]',
      `UserError: no file can be made in the directory ${parent}: this user has no permission`,
      `UserError: no file can be made in the directory ${parent}: this user has no permission`,
      `UserError: ${join(closed, 'a.sqlite')} cannot be reached: this user has no permission`,
    ]);
    expect(contents(parent)).toEqual(before);
  });
});

describe('query', () => {
  test('runs statements in order and gives the rows of the last', async () => {
    const { connection } = await connectSqlite(join(directory(), 'a.sqlite'), { write: true });
    expect(await connection.query(['CREATE TABLE t (a)', 'INSERT INTO t VALUES (1), (2)', 'SELECT a FROM t'])).toEqual([
      { a: 1 },
      { a: 2 },
    ]);
    expect(await connection.query('INSERT INTO t VALUES (3);\nINSERT INTO t VALUES (4)')).toEqual([]);
    expect(await connection.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 4 }]);
    expect(await connection.query([])).toEqual([]);
    await connection.close();
  });

  test('says which statement was refused, and why', async () => {
    const { connection } = await connectSqlite(join(directory(), 'a.sqlite'), { write: true });
    const statements = [
      'CREATE TABLE t (a UNIQUE)',
      'INSERT INTO t VALUES (1)',
      'INSERT INTO t VALUES (1)',
      'DROP TABLE t',
    ];
    const error = await connection.query(statements).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE', statement: 2 });
    expect(await connection.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 1 }]);
    await connection.close();
  });

  test('has the URL of the file', async () => {
    const path = join(directory(), 'a.sqlite');
    const { connection } = await connectSqlite(path, { write: true });
    expect(connection.url).toBe(`sqlite:///${path}`);
    await connection.close();
  });
});
