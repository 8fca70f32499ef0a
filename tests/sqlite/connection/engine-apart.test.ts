import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { QueryError, UserError } from '../../../src/model/errors.ts';
import { connectSqlite } from '../../../src/sqlite/connection/connect.ts';
import { explain, isTransient } from '../../../src/sqlite/explain.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';

const directory = temporaryDirectories();
const reason = new Error('enough');

/** What keeps this process alive; Node shows its processes by this name only. */
const handles = Reflect.get(process, '_getActiveHandles') as () => readonly object[];

/** The processes of engines that this one has started and that are not over. */
const engines = (): readonly ChildProcess[] =>
  handles()
    .filter((handle): handle is ChildProcess => 'spawnargs' in handle)
    .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
    .filter(({ spawnargs }) => spawnargs.some((word) => /engine-process/.test(word)));

/** Takes a minute, unless it is ended. */
const slow = `INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000000)
SELECT max(i) FROM n`;

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  );

async function opened(signal?: AbortSignal) {
  const path = join(directory(), 'a.sqlite');
  const { connection } = await connectSqlite(path, { write: true, signal });
  await connection.query('CREATE TABLE t (a)');
  return { path, connection };
}

test('an abort ends a statement that is running, and nothing of its transaction stays', async () => {
  const controller = new AbortController();
  const { path, connection } = await opened(controller.signal);
  expect(engines()).toHaveLength(1);
  const work = errorOf(connection.query(['BEGIN IMMEDIATE', 'INSERT INTO t VALUES (1)', slow, 'COMMIT']));
  await sleep(300);
  const started = performance.now();
  controller.abort(reason);
  expect(await work).toBe(reason);
  expect(await errorOf(connection.query('ROLLBACK'))).toBe(reason);
  await connection.close();
  expect(performance.now() - started).toBeLessThan(1_000);
  expect(engines()).toHaveLength(0);
  const { connection: next } = await connectSqlite(path, { write: true, patience: 0 });
  expect(await next.query('SELECT * FROM t')).toEqual([]);
  await next.close();
});

test('an abort between two queries of a transaction undoes it', async () => {
  const controller = new AbortController();
  const { path, connection } = await opened(controller.signal);
  await connection.query(['BEGIN IMMEDIATE', 'INSERT INTO t VALUES (1)']);
  controller.abort(reason);
  expect(await errorOf(connection.query('COMMIT'))).toBe(reason);
  await connection.close();
  const { connection: next } = await connectSqlite(path, { write: true, patience: 0 });
  expect(await next.query('SELECT * FROM t')).toEqual([]);
  await next.close();
});

test('a COMMIT that runs is waited for: what it kept is known', async () => {
  const controller = new AbortController();
  const { path, connection } = await opened(controller.signal);
  const many = `INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
SELECT zeroblob(1000) FROM n`;
  await connection.query(['PRAGMA cache_size = -500000', 'BEGIN IMMEDIATE', many]);
  const commit = connection.query('COMMIT');
  await sleep(20);
  controller.abort(reason);
  expect(await commit).toEqual([]);
  expect(await errorOf(connection.query('INSERT INTO t VALUES (1)'))).toBe(reason);
  await connection.close();
  expect(engines()).toHaveLength(0);
  const { connection: next } = await connectSqlite(path, { write: true, patience: 0 });
  expect(await next.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 100_000 }]);
  await next.close();
});

test('rows and refusals are those of the driver', async () => {
  const { connection } = await opened(new AbortController().signal);
  await connection.query([`INSERT INTO t VALUES (1), (2.5), ('it''s'), (x'00ff'), (NULL)`]);
  const values = (await connection.query('SELECT a FROM t')).map(({ a }) => a);
  expect(values.slice(0, 3)).toEqual([1, 2.5, `it's`]);
  expect([...(values[3] as Uint8Array)]).toEqual([0, 255]);
  expect(values[4]).toBeNull();
  expect(await connection.query('INSERT INTO t VALUES (6); INSERT INTO t VALUES (7)')).toEqual([]);
  const error = await errorOf(connection.query(['CREATE UNIQUE INDEX i ON t (a)', 'INSERT INTO t VALUES (7)']));
  expect(error).toBeInstanceOf(QueryError);
  expect(error).toMatchObject({ code: 'SQLITE_CONSTRAINT_UNIQUE', statement: 1 });
  await connection.close();
  expect(engines()).toHaveLength(0);
});

test('a process that somebody else ends is told of, with what to do', async () => {
  const { path, connection } = await opened(new AbortController().signal);
  const work = errorOf(connection.query(['BEGIN IMMEDIATE', slow]));
  await sleep(300);
  process.kill(engines()[0]?.pid ?? 0, 'SIGKILL');
  const error = (await work) as QueryError;
  expect(error).toMatchObject({
    message: 'the process that works on the file has ended (SIGKILL)',
    code: 'PROCESS_ENDED',
    statement: 1,
  });
  expect(isTransient(error)).toBe(false);
  expect(explain(error)).toContain('run it again');
  await connection.close();
  expect(engines()).toHaveLength(0);
  const { connection: next } = await connectSqlite(path, { write: true, patience: 0 });
  expect(await next.query('SELECT * FROM t')).toEqual([]);
  await next.close();
});

test('a process that cannot be started is told of', async () => {
  const { execPath } = process;
  process.execPath = join(directory(), 'node');
  try {
    const { signal } = new AbortController();
    const path = join(directory(), 'a.sqlite');
    const error = await errorOf(connectSqlite(path, { write: true, signal }));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: `the process that works on ${path} cannot be started, or was ended`,
      cause: { message: expect.stringMatching(/cannot be started: .*ENOENT$/) },
    });
    expect(engines()).toHaveLength(0);
  } finally {
    process.execPath = execPath;
  }
});

test('a file that cannot be opened is told of as in this process', async () => {
  const { signal } = new AbortController();
  const path = join(directory(), 'a.sqlite');
  const { connection } = await connectSqlite(path, { write: true });
  await connection.query('BEGIN EXCLUSIVE');
  const error = await errorOf(connectSqlite(path, { write: true, signal, patience: 100 }));
  expect(error).toMatchObject({ message: `another process has kept ${path} locked for 0.1 s` });
  expect(engines()).toHaveLength(0);
  await connection.close();
});

test('what only looks, or cannot be ended by a signal, stays in this process', async () => {
  const { path, connection } = await opened();
  expect(engines()).toHaveLength(0);
  const { connection: reading } = await connectSqlite(path, { write: false, signal: new AbortController().signal });
  expect(await reading.query('SELECT * FROM t')).toEqual([]);
  expect(engines()).toHaveLength(0);
  await reading.close();
  await connection.close();
});
