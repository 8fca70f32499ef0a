import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { check, migrate } from '../../../src/index.ts';
import { creation, type CreationRequest } from '../../../src/operations/creation.ts';
import { creationSql } from '../../../src/report/creation-sql.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

const sqlOf = async (request: CreationRequest): Promise<string> => creationSql(await creation(request));

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.query(`CREATE ROLE "my ""odd"" app"`);
});
afterAll(() => server.stop());

const role = 'my "odd" app';

async function made(...requests: readonly CreationRequest[]): Promise<{ system: string; name: string }> {
  const system = await server.createDatabase('made');
  const name = new URL(system).pathname.slice(1);
  for (const request of requests) await server.query(await sqlOf(request), name);
  return { system, name };
}

test.each([
  [{}],
  [{ schema: `My "odd" $$ schema-1` }],
  [{ schema: 'public' }],
  [{ listenNotify: false }],
  [{ role }],
  [{ schema: 'other', role }],
])('with %j everything is made, and nothing is left to do', async (request) => {
  const { system } = await made({ engine: 'postgres', ...request });
  expect((await check({ system, ...request })).equal).toBe(true);
  expect((await migrate({ system, ...request })).databases[0]?.applied.changes).toEqual([]);
});

test('the grants alone are what check misses without them', async () => {
  const { system, name } = await made({ engine: 'postgres' });
  expect((await check({ system, role })).equal).toBe(false);
  await server.query(await sqlOf({ engine: 'postgres', role, grantsOnly: true }), name);
  expect((await check({ system, role })).equal).toBe(true);
});

test('in public the role gets nothing of an application', async () => {
  const { system, name } = await made();
  await server.query('CREATE TABLE public.salaries (amount int)', name);
  await server.query(await sqlOf({ engine: 'postgres', schema: 'public', role }), name);
  const rights = `SELECT has_table_privilege('${role}', 'public.salaries', 'SELECT') AS theirs,
    has_table_privilege('${role}', 'public.workflow_status', 'DELETE') AS ours`;
  expect(await server.query(rights, name)).toEqual([{ theirs: false, ours: true }]);
  expect((await check({ system, schema: 'public', role })).equal).toBe(true);
});

test('a second run of the SQL is refused as a whole, and changes nothing', async () => {
  const { system, name } = await made({ engine: 'postgres' });
  await expect(server.query(await sqlOf({ engine: 'postgres' }), name)).rejects.toThrow('already exists');
  expect((await check({ system })).equal).toBe(true);
});
