import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemDefinitions } from '../../schema/index.ts';
import { QueryError } from '../../src/model/errors.ts';
import { postgres } from '../../src/postgres/dialect.ts';
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
