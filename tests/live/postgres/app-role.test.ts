import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, escapeIdentifier as quote } from 'pg';
import { applicationDefinitions, systemDefinitions } from '../../../schema/index.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';

const role = `my "app"'s role`;
const schema = 'My "odd" schema-1';
let server: PostgresServer;
let system: Client;
let application: Client;

/** The page's own set-up: one role migrates, another one runs the application. */
beforeAll(async () => {
  server = await startPostgres();
  await server.query(
    `CREATE ROLE dbos_admin LOGIN CREATEDB PASSWORD 'admin'; CREATE ROLE ${quote(role)} LOGIN PASSWORD 'app'`,
  );
  const admin = { user: 'dbos_admin', password: 'admin' };
  const flags = [
    ...['--sys-db-url', server.url('myapp_dbos', admin), '--db-url', server.url('myapp', admin)],
    ...['--schema', schema, '--app-role', role],
  ];
  const { stdout } = await succeed(['migrate', ...flags]);
  expect(stdout).toContain(`GRANT USAGE ON SCHEMA "My ""odd"" schema-1" TO "my ""app""'s role"\n`);
  await expectNothingToDo(flags);
  [system, application] = await Promise.all([connect('myapp_dbos'), connect('myapp')]);
});
afterAll(async () => {
  await system.end();
  await application.end();
  await server.stop();
});

async function connect(database: string): Promise<Client> {
  const client = new Client({ connectionString: server.url(database, { user: role, password: 'app' }), ssl: false });
  await client.connect();
  await client.query(`SET search_path TO ${quote(schema)}`);
  return client;
}

describe.each([
  ['system', systemDefinitions, () => system],
  ['application', applicationDefinitions, () => application],
] as const)('the limited role in the %s database', (_, definitions, client) => {
  test.each(definitions.tables.map(({ name, columns }) => [name, Object.keys(columns)[0] ?? ''] as const))(
    'reads and writes %s',
    async (table, column) => {
      const [name, first] = [quote(table), quote(column)];
      await client().query(`BEGIN`);
      await client().query(`DELETE FROM ${name}`);
      await client().query(`INSERT INTO ${name} SELECT * FROM ${name} WHERE false`);
      await client().query(`UPDATE ${name} SET ${first} = ${first}`);
      expect((await client().query(`SELECT * FROM ${name}`)).rows).toEqual([]);
      await client().query('ROLLBACK');
    },
  );

  test('makes nothing in the schema, and no schema', async () => {
    await expect(client().query('CREATE TABLE mine (id int)')).rejects.toThrow('permission denied for schema');
    await expect(client().query('CREATE SCHEMA mine')).rejects.toThrow('permission denied for database');
    await expect(client().query('DROP TABLE migrations')).rejects.toThrow('must be owner of table migrations');
  });

  test('reads and writes a table that the same administrator makes later', async () => {
    const database = client().database ?? '';
    const admin = new Client({
      connectionString: server.url(database, { user: 'dbos_admin', password: 'admin' }),
      ssl: false,
    });
    await admin.connect();
    await admin.query(
      `CREATE TABLE ${quote(schema)}.later (id serial, note text);
       CREATE FUNCTION ${quote(schema)}.later() RETURNS int LANGUAGE sql AS 'SELECT 1';
       REVOKE EXECUTE ON FUNCTION ${quote(schema)}.later FROM PUBLIC`,
    );
    await admin.end();
    await client().query(`INSERT INTO later (note) VALUES ('x'); UPDATE later SET note = 'y'`);
    expect((await client().query('SELECT id, note, later() FROM later')).rows).toEqual([
      { id: 1, note: 'y', later: 1 },
    ]);
    await client().query('DELETE FROM later');
  });
});

test('the limited role enqueues a workflow, sends a message and hears of it', async () => {
  const heard: unknown[] = [];
  system.on('notification', ({ payload }) => heard.push(payload));
  await system.query('LISTEN dbos_notifications_channel');
  const { rows } = await system.query<{ id: string }>(
    `SELECT enqueue_workflow('hello', 'a queue', positional_args => ARRAY['1'::json], workflow_id => 'w1') AS id`,
  );
  expect(rows).toEqual([{ id: 'w1' }]);
  await system.query(`SELECT send_message('w1', '{"a": 1}'::json, 'a topic')`);
  await system.query('SELECT 1');
  expect(heard).toEqual(['w1::a topic']);
  expect(
    (
      await system.query(
        'SELECT status, workflow_input.inputs FROM workflow_status JOIN workflow_input USING (workflow_uuid)',
      )
    ).rows,
  ).toEqual([{ status: 'ENQUEUED', inputs: '{"positionalArgs" : [1], "namedArgs" : {}}' }]);
});

test('the limited role reads and writes what another administrator makes anew', async () => {
  const other = { user: 'another_admin', password: 'other' };
  await server.query(`CREATE ROLE another_admin LOGIN PASSWORD 'other'; GRANT dbos_admin TO another_admin`);
  const url = server.url('myapp_dbos', other);
  const admin = new Client({ connectionString: url, ssl: false });
  await admin.connect();
  await admin.query(`SET ROLE dbos_admin; GRANT CREATE, USAGE ON SCHEMA ${quote(schema)} TO another_admin;
    DROP TABLE ${quote(schema)}.streams; DROP FUNCTION ${quote(schema)}.send_message`);
  await admin.end();
  const flags = ['--sys-db-url', url, '--schema', schema, '--app-role', role];
  const { stdout } = await succeed(['migrate', ...flags]);
  expect(stdout).toContain(`GRANT ALL PRIVILEGES ON TABLE "My ""odd"" schema-1"."streams" TO "my ""app""'s role"\n`);
  await expectNothingToDo(flags);
  expect((await system.query('SELECT FROM streams')).rowCount).toBe(0);
  await system.query(`SELECT send_message('w1', '{"a": 2}'::json, 'a topic')`);
});
