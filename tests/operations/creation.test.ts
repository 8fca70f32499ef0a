import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { check } from '../../src/index.ts';
import { creation, type CreationRequest } from '../../src/operations/creation.ts';
import { creationSql } from '../../src/report/creation-sql.ts';
import { userErrorOf } from '../support/rejection.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
const sqlOf = async (request: CreationRequest): Promise<string> => creationSql(await creation(request));

test('in an SQLite file everything is made, and nothing is left to do', async () => {
  const path = join(temporaryDirectory(), 'made.sqlite');
  const database = new Database(path);
  database.exec(await sqlOf({ engine: 'sqlite' }));
  database.close();
  expect((await check({ system: `sqlite:///${path}` })).equal).toBe(true);
});

test('for CockroachDB each statement stands alone, in its types', async () => {
  const { session, segments } = await creation({ engine: 'cockroachdb', role: 'app' });
  expect(session).toEqual([]);
  expect(segments.every(({ transaction, statements }) => !transaction && statements.length === 1)).toBe(true);
  const sql = segments.flatMap(({ statements }) => statements.map((statement) => statement.sql)).join('\n');
  expect(sql).toContain('CREATE TABLE "dbos"."workflow_status"');
  expect(sql).not.toMatch(/\binteger\b|TRIGGER/);
  expect(sql).toContain('GRANT USAGE ON SCHEMA "dbos" TO "app"');
});

test.each([
  [{ engine: 'postgres', schema: 'pg_mine' }, 'schema'],
  [{ engine: 'postgres', role: '' }, 'role'],
  [{ engine: 'sqlite', role: 'app' }, 'SQLite has no roles'],
] as const)('%j is refused', async (request, message) => {
  expect((await userErrorOf(() => creation(request))).message).toContain(message);
});
