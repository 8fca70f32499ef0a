import { existsSync, lstatSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { PostgresTarget, Target } from '../../src/model/target.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const directory = temporaryDirectories();

const targetAt = (path: string): Target => ({ dialect: 'sqlite', text: `sqlite:///${path}`, path });

/** The target of a file in a directory of its own, made by some statements. */
async function made(...statements: readonly string[]): Promise<Target & { readonly path: string }> {
  const path = join(directory(), 'a.sqlite');
  const { connection } = await sqlite.open(targetAt(path), { write: true, environment: null });
  await connection.query(statements);
  await connection.close();
  return { dialect: 'sqlite', text: `sqlite:///${path}`, path };
}

const elsewhere: PostgresTarget = {
  dialect: 'postgres',
  text: 'postgresql:///x',
  user: null,
  password: null,
  host: null,
  port: null,
  database: 'x',
  parameters: new Map(),
  maintenanceDatabase: null,
};

test('the URL of a server opens no file', async () => {
  const opened = sqlite.open(elsewhere, { write: false, environment: null });
  await expect(opened).rejects.toThrow('not the URL of an SQLite file');
});

describe('a file is discarded', () => {
  test.each([
    ['with nothing in it', []],
    ['with nothing left in it', ['CREATE TABLE t (a)', 'DROP TABLE t']],
    ['with a log beside it', ['PRAGMA journal_mode = WAL', 'CREATE TABLE t (a)', 'DROP TABLE t']],
  ])('%s', async (_, statements) => {
    const target = await made(...statements);
    await sqlite.discardIfEmpty(target);
    expect(readdirSync(dirname(target.path))).toEqual([]);
  });

  test('where a link leads, and the link stays', async () => {
    const target = await made();
    const link = join(directory(), 'link.sqlite');
    symlinkSync(target.path, link);
    await sqlite.discardIfEmpty(targetAt(link));
    expect(existsSync(target.path)).toBe(false);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  test('unless a table is left in it', async () => {
    const target = await made('CREATE TABLE t (a)');
    await sqlite.discardIfEmpty(target);
    const { connection, exists } = await sqlite.open(target, { write: false, environment: null });
    expect(exists).toBe(true);
    expect(await connection.query('SELECT name FROM sqlite_master')).toEqual([{ name: 't' }]);
    await connection.close();
  });
});

test('the transaction is the lock: whoever asks gets it, and only one writes', async () => {
  const target = await made('CREATE TABLE t (a)');
  const options = { write: true, environment: null };
  const [first, second] = [await sqlite.open(target, options), await sqlite.open(target, options)];
  expect(sqlite.exclusion).toBe('transaction');
  expect(await sqlite.tryLock(first.connection)).toBe(true);
  expect(await sqlite.tryLock(second.connection)).toBe(true);
  await first.connection.query(sqlite.begin);
  const order: string[] = [];
  const waiting = second.connection.query(sqlite.begin).then(() => order.push('second'));
  order.push('first');
  await first.connection.query('COMMIT');
  await waiting;
  expect(order).toEqual(['first', 'second']);
  await first.connection.close();
  await second.connection.close();
});
