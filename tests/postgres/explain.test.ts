import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemDefinitions } from '../../schema/index.ts';
import { QueryError } from '../../src/model/errors.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { connect } from '../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.query(`CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
});
afterAll(() => server.stop());

const scope = { database: 'a', schema: 'dbos', definitions: systemDefinitions, role: null };

/** What the server says to the last of some statements. */
async function refusal(statements: readonly string[]): Promise<QueryError> {
  const connection = await connect(server.url('latin'));
  const error: unknown = await connection.query(['BEGIN', ...statements]).catch((e: unknown) => e);
  await connection.close();
  expect(error).toBeInstanceOf(QueryError);
  return error as QueryError;
}

test.each([
  ['fill or delete them', ['CREATE TABLE t (a int NOT NULL)', 'INSERT INTO t VALUES (NULL)']],
  ['keep one of each', ['CREATE TABLE t (a int PRIMARY KEY)', 'INSERT INTO t VALUES (1), (1)']],
  [
    'drop what is named above',
    ['CREATE TABLE t (a int)', 'CREATE VIEW v AS SELECT a FROM t', 'ALTER TABLE t ALTER a TYPE text'],
  ],
  [
    'drop what is named above',
    ['CREATE TABLE t (a int PRIMARY KEY)', 'CREATE TABLE u (a int REFERENCES t)', 'ALTER TABLE u ALTER a TYPE text'],
  ],
  ['correct them', ["CREATE TABLE t AS SELECT text 'x' AS a", 'ALTER TABLE t ALTER a TYPE bigint USING a::bigint']],
  ['correct them', ['CREATE TABLE t AS SELECT 1e30 AS a', 'ALTER TABLE t ALTER a TYPE bigint USING a::bigint']],
  ['pg_prepared_xacts', ['DO $$ BEGIN RAISE lock_not_available; END $$']],
  ['choose another name', [`SELECT '日本'`]],
  ['when the server is there', ['SELECT pg_terminate_backend(pg_backend_pid())']],
])('%s', async (hint, statements) => {
  expect(postgres.explain(await refusal(statements), { scope, user: 'me', sql: '' })).toContain(hint);
});

test('an error that is not foreseen has something to do, too', async () => {
  const error = new QueryError('odd', { code: 'XX000', statement: 0 });
  const found = postgres.explain(error, { scope, user: 'me', sql: '' });
  expect(found).toBe('mend what the server names above (SQLSTATE XX000), then run it again');
  const onFile = new QueryError('odd', { code: 'SQLITE_ODD', statement: 0 });
  expect(sqlite.explain(onFile, { scope, user: '', sql: '' })).toBe(
    'mend what SQLite names above (SQLITE_ODD), then run it again',
  );
});
