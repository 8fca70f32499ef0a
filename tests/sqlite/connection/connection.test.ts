import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../../src/model/dialect.ts';
import { QueryError } from '../../../src/model/errors.ts';
import { type ConnectOptions, connectSqlite } from '../../../src/sqlite/connection/connect.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';

const directory = temporaryDirectories();

/** Several connections to one file, as those of several programs are. */
async function opened(...options: readonly Partial<ConnectOptions>[]): Promise<readonly [string, ...Connection[]]> {
  const path = join(directory(), 'a.sqlite');
  const { connection } = await connectSqlite(path, { write: true });
  await connection.query('CREATE TABLE t (a)');
  await connection.close();
  const connections: Connection[] = [];
  for (const own of options) connections.push((await connectSqlite(path, { write: true, ...own })).connection);
  return [path, ...connections];
}

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  );

describe('waiting for another program', () => {
  test.each([
    ['to write', ['BEGIN IMMEDIATE', 'INSERT INTO t VALUES (2)', 'COMMIT'], 'BEGIN IMMEDIATE'],
    ['to write without a transaction', ['INSERT INTO t VALUES (2)'], 'BEGIN IMMEDIATE'],
    ['to read', ['SELECT * FROM t'], 'BEGIN EXCLUSIVE'],
    ['to read several times', ['SAVEPOINT s', 'SELECT * FROM t', 'RELEASE s'], 'BEGIN EXCLUSIVE'],
  ])('%s, which is in the same thread here and goes on meanwhile', async (_, statements, lock) => {
    const [, holder, waiter] = await opened({}, {});
    await holder!.query(lock);
    const work = waiter!.query(statements);
    await sleep(300);
    await holder!.query(['INSERT INTO t VALUES (1)', 'COMMIT']);
    await work;
    const rows = await waiter!.query('SELECT a FROM t');
    expect(rows).toEqual(statements.join().includes('INSERT') ? [{ a: 1 }, { a: 2 }] : [{ a: 1 }]);
    await holder!.close();
    await waiter!.close();
  });

  test('that reads, to commit', async () => {
    const [, holder, waiter] = await opened({}, {});
    await holder!.query(['BEGIN', 'SELECT * FROM t']);
    const work = waiter!.query(['BEGIN IMMEDIATE', 'INSERT INTO t VALUES (2)', 'COMMIT']);
    await sleep(500);
    await holder!.query('COMMIT');
    await work;
    expect(await holder!.query('SELECT a FROM t')).toEqual([{ a: 2 }]);
    await holder!.close();
    await waiter!.close();
  });

  test('to open', async () => {
    const [path, holder] = await opened({});
    await holder!.query('BEGIN EXCLUSIVE');
    for (const write of [true, false]) {
      const work = connectSqlite(path, { write });
      await sleep(300);
      await holder!.query('COMMIT');
      await (await work).connection.close();
      await holder!.query('BEGIN EXCLUSIVE');
    }
    await holder!.close();
  });

  test('is told once, when it has become long', async () => {
    const told: string[] = [];
    const [path, holder, waiter] = await opened({}, { onWait: (what) => told.push(what) });
    await holder!.query('BEGIN IMMEDIATE');
    const work = waiter!.query(['BEGIN IMMEDIATE', 'ROLLBACK']);
    await sleep(1_500);
    expect(told).toEqual([]);
    await sleep(2_000);
    expect(told).toEqual([`another process to release ${path}, for 30 s at most`]);
    await holder!.query('ROLLBACK');
    await work;
    expect(told).toHaveLength(1);
    await holder!.close();
    await waiter!.close();
  });

  test('ends with what SQLite says', async () => {
    const [, holder, waiter] = await opened({}, { patience: 300 });
    await holder!.query('BEGIN IMMEDIATE');
    const error = await errorOf(waiter!.query(['SELECT 1', 'BEGIN IMMEDIATE']));
    expect(error).toBeInstanceOf(QueryError);
    expect(error).toMatchObject({ message: 'database is locked', code: 'SQLITE_BUSY', statement: 1 });
    await holder!.close();
    await waiter!.close();
  });

  test('is not done inside a transaction, where it could wait for itself', async () => {
    const told: string[] = [];
    const [, holder, waiter] = await opened({}, { onWait: (what) => told.push(what) });
    await waiter!.query(['BEGIN', 'SELECT * FROM t']);
    await holder!.query('BEGIN IMMEDIATE');
    expect(await errorOf(waiter!.query('INSERT INTO t VALUES (1)'))).toMatchObject({ code: 'SQLITE_BUSY' });
    expect(told).toEqual([]);
    await holder!.close();
    await waiter!.close();
  });
});

describe('an abort', () => {
  test('ends a wait with its reason, and nothing is done afterwards', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const [, holder, waiter] = await opened({}, { signal: controller.signal });
    await holder!.query('BEGIN IMMEDIATE');
    const work = errorOf(waiter!.query('INSERT INTO t VALUES (1)'));
    await sleep(200);
    controller.abort(reason);
    expect(await work).toBe(reason);
    await holder!.query('COMMIT');
    expect(await errorOf(waiter!.query('INSERT INTO t VALUES (1)'))).toBe(reason);
    await waiter!.close();
    expect(await holder!.query('SELECT * FROM t')).toEqual([]);
    await holder!.close();
  });

  test('is heard between two statements of a message, and closing rolls back', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const [, holder, worker] = await opened({}, { signal: controller.signal });
    const inserts = Array.from({ length: 2_000 }, (_, i) => `INSERT INTO t VALUES (${i})`);
    const work = errorOf(worker!.query(['BEGIN IMMEDIATE', ...inserts, 'COMMIT']));
    await sleep(1);
    controller.abort(reason);
    expect(await work).toBe(reason);
    expect(await errorOf(worker!.query('COMMIT'))).toBe(reason);
    await worker!.close();
    await holder!.query('INSERT INTO t VALUES (7)');
    expect(await holder!.query('SELECT a FROM t')).toEqual([{ a: 7 }]);
    await holder!.close();
  });

  test('ends opening', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const [path, holder] = await opened({});
    await holder!.query('BEGIN EXCLUSIVE');
    const work = errorOf(connectSqlite(path, { write: true, signal: controller.signal }));
    await sleep(200);
    controller.abort(reason);
    expect(await work).toBe(reason);
    await holder!.close();
  });

  test('before it keeps a file from being made', async () => {
    const path = join(directory(), 'a.sqlite');
    const reason = new Error('enough');
    expect(await errorOf(connectSqlite(path, { write: true, signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(existsSync(path)).toBe(false);
  });
});

test('closing rolls back what is open', async () => {
  const [, first, second] = await opened({}, {});
  await first!.query(['BEGIN IMMEDIATE', 'INSERT INTO t VALUES (1)']);
  await first!.close();
  expect(await second!.query('SELECT * FROM t')).toEqual([]);
  await second!.close();
});
