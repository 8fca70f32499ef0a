import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { QueryError } from '../../src/model/errors.ts';
import { connectSqlite } from '../../src/sqlite/connection/connect.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { everything, scopeOf } from './support.ts';

const directory = temporaryDirectories();
const context = { scope: scopeOf(everything), user: 'me', sql: '' };

/** What SQLite says to the last of some statements. */
async function refusal(...statements: readonly string[]): Promise<QueryError> {
  const { connection } = await connectSqlite(join(directory(), 'a.sqlite'), { write: true });
  const error: unknown = await connection.query(statements).catch((e: unknown) => e);
  await connection.close();
  expect(error).toBeInstanceOf(QueryError);
  return error as QueryError;
}

test.each([
  ['fill or delete them', ['CREATE TABLE t (a NOT NULL)', 'INSERT INTO t VALUES (NULL)']],
  ['keep one of each', ['CREATE TABLE t (a PRIMARY KEY)', 'INSERT INTO t VALUES (1), (1)']],
  ['keep one of each', ['CREATE TABLE t (a UNIQUE)', 'INSERT INTO t VALUES (1), (1)']],
  ['keep one of each', ['CREATE TABLE t (a INTEGER PRIMARY KEY)', 'INSERT INTO t VALUES (1), (1)']],
  [
    'restore what they point at',
    ['CREATE TABLE t (a PRIMARY KEY)', 'CREATE TABLE u (a REFERENCES t)', 'INSERT INTO u VALUES (9)'],
  ],
  ['the condition named above', ['CREATE TABLE t (a CHECK (a > 0))', 'INSERT INTO t VALUES (-1)']],
  ['holds something else', ['CREATE TABLE t (a INTEGER PRIMARY KEY)', `INSERT INTO t VALUES ('x')`]],
  [
    'drop the trigger',
    [
      'CREATE TABLE t (a)',
      `CREATE TRIGGER no BEFORE INSERT ON t BEGIN SELECT raise(ABORT, 'no'); END`,
      'INSERT INTO t VALUES (1)',
    ],
  ],
  ['as the owner of the file', ['PRAGMA query_only = ON', 'CREATE TABLE t (a)']],
])('%s', async (hint, statements) => {
  expect(sqlite.explain(await refusal(...statements), context)).toContain(hint);
});

test('what is not foreseen has the advice to read what SQLite says', async () => {
  const error = await refusal('SELECT FROM');
  expect(error.code).toBe('SQLITE_ERROR');
  expect(sqlite.explain(error, context)).toBe('mend what SQLite names above (SQLITE_ERROR), then run it again');
  expect(sqlite.isTransient(error)).toBe(false);
});

test('a file that another process writes is free in a moment', async () => {
  const path = join(directory(), 'a.sqlite');
  const first = (await connectSqlite(path, { write: true })).connection;
  const second = (await connectSqlite(path, { write: true, patience: 50 })).connection;
  await first.query(sqlite.begin);
  const error: unknown = await second.query(sqlite.begin).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'SQLITE_BUSY', statement: 0 });
  expect(sqlite.isTransient(error as QueryError)).toBe(true);
  expect(sqlite.explain(error as QueryError, context)).toContain('another process');
  await first.query('ROLLBACK');
  await second.query([...sqlite.begin, 'ROLLBACK']);
  await first.close();
  await second.close();
});
