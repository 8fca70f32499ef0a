import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { systemDefinitions } from '../../schema/index.ts';
import type { FunctionDefinition } from '../../src/model/definition.ts';
import { declare } from '../../src/postgres/declare.ts';
import { dollarQuote, quoteIdentifier } from '../../src/sql/quote.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

const schemaName = 'My "odd" schema-1';
const schema = quoteIdentifier(schemaName);

let server: PostgresServer;
let client: Client;
beforeAll(async () => {
  server = await startPostgres();
  client = new Client({ connectionString: server.url() });
  await client.connect();
  await client.query(`${tables} ${systemDefinitions.functions.map(createFunction).join('')} ${trigger}`);
});
afterAll(async () => {
  await client.end();
  await server.stop();
});
beforeEach(() => client.query(`TRUNCATE ${schema}.workflow_status, ${schema}.workflow_input CASCADE`));

/** As much of the tables as the functions touch. */
const tables = `
CREATE SCHEMA ${schema};
CREATE TABLE ${schema}.workflow_status (
  workflow_uuid text PRIMARY KEY, status text, name text, authenticated_user text, authenticated_roles text,
  created_at bigint NOT NULL, updated_at bigint NOT NULL, application_version text,
  class_name varchar(255), config_name varchar(255), recovery_attempts bigint, queue_name text,
  workflow_timeout_ms bigint, workflow_deadline_epoch_ms bigint, inputs text, deduplication_id text,
  priority integer NOT NULL, queue_partition_key text, owner_xid text, parent_workflow_id text,
  serialization text, delay_until_epoch_ms bigint, application_name text, creator_xid text
);
CREATE UNIQUE INDEX ON ${schema}.workflow_status (queue_name, deduplication_id) WHERE deduplication_id IS NOT NULL;
CREATE TABLE ${schema}.workflow_input (
  workflow_uuid text PRIMARY KEY, inputs text, retention_timestamp bigint NOT NULL
);
CREATE TABLE ${schema}.notifications (
  message_uuid text PRIMARY KEY, destination_uuid text NOT NULL REFERENCES ${schema}.workflow_status ON DELETE CASCADE,
  topic text, message text NOT NULL, serialization text
);`;

const trigger = `
CREATE TRIGGER dbos_notifications_trigger AFTER INSERT ON ${schema}.notifications
FOR EACH ROW EXECUTE FUNCTION ${schema}.notifications_function();`;

function createFunction({ name }: FunctionDefinition): string {
  const catalog = declare(systemDefinitions, { schema: schemaName, database: 'postgres', role: null });
  const declared = [...catalog.values()].find((object) => object.kind === 'function' && object.name === name);
  if (declared?.kind !== 'function') throw new Error(`not declared: ${name}`);
  return `CREATE FUNCTION ${schema}.${name}(${declared.arguments}) RETURNS ${declared.returns} LANGUAGE plpgsql
    SET search_path TO pg_catalog, pg_temp AS ${dollarQuote(declared.body)};`;
}

const rows = async (sql: string, ...values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> =>
  (await client.query<Record<string, unknown>>(sql, [...values])).rows;

const one = async (sql: string, ...values: readonly unknown[]): Promise<Record<string, unknown>> => {
  const [row, ...others] = await rows(sql, ...values);
  if (row === undefined || others.length > 0) throw new Error(`not one row: ${sql}`);
  return row;
};

/** Calls enqueue_workflow with the arguments given as SQL texts by name. */
const enqueue = async (args: Readonly<Record<string, string>> = {}): Promise<string> => {
  const all: Record<string, string> = { workflow_name: "'f'", queue_name: "'q'", ...args };
  const list = Object.entries(all).map(([name, value]) => `${name} => ${value}`);
  return String((await one(`SELECT ${schema}.enqueue_workflow(${list.join(', ')}) AS id`))['id']);
};

const send = (args: string): Promise<readonly Record<string, unknown>[]> =>
  rows(`SELECT ${schema}.send_message(${args})`);
const status = (id: string) => one(`SELECT * FROM ${schema}.workflow_status WHERE workflow_uuid = $1`, id);
const input = (id: string) => one(`SELECT * FROM ${schema}.workflow_input WHERE workflow_uuid = $1`, id);
const messages = () => rows(`SELECT * FROM ${schema}.notifications`);
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('enqueue_workflow', () => {
  test('fills in what is not given', async () => {
    const before = Date.now() - 1;
    const id = await enqueue();
    const row = await status(id);
    expect(id).toMatch(uuid);
    expect(row).toEqual({
      ...Object.fromEntries(Object.keys(row).map((column) => [column, null])),
      workflow_uuid: id,
      status: 'ENQUEUED',
      name: 'f',
      queue_name: 'q',
      priority: 0,
      recovery_attempts: '0',
      serialization: 'portable_json',
      owner_xid: expect.stringMatching(uuid),
      created_at: row['updated_at'],
      updated_at: expect.stringMatching(/^\d{13}$/),
    });
    expect(row['owner_xid']).not.toBe(id);
    expect(Number(row['created_at'])).toBeGreaterThanOrEqual(before);
    expect(Number(row['created_at'])).toBeLessThanOrEqual(Date.now() + 1);
    expect(await input(id)).toEqual({
      workflow_uuid: id,
      inputs: '{"positionalArgs" : [], "namedArgs" : {}}',
      retention_timestamp: row['created_at'],
    });
  });

  test('stores every argument in its column, by position too', async () => {
    const id = (
      await one(`SELECT ${schema}.enqueue_workflow('f', 'q', ARRAY['1', '"x"']::json[], '{"k": [null]}', 'class', 'config',
        'w-1', 'v1', 1000, 2000, 'd', 7, 'p', 'user', '["r"]', 3000, 'app') AS id`)
    )['id'];
    expect(id).toBe('w-1');
    expect(await status('w-1')).toMatchObject({
      status: 'DELAYED',
      name: 'f',
      class_name: 'class',
      config_name: 'config',
      queue_name: 'q',
      application_version: 'v1',
      workflow_timeout_ms: '1000',
      workflow_deadline_epoch_ms: '2000',
      deduplication_id: 'd',
      priority: 7,
      queue_partition_key: 'p',
      authenticated_user: 'user',
      authenticated_roles: '["r"]',
      delay_until_epoch_ms: '3000',
      application_name: 'app',
      parent_workflow_id: null,
      creator_xid: null,
      inputs: null,
    });
    expect((await input('w-1'))['inputs']).toBe('{"positionalArgs" : [1,"x"], "namedArgs" : {"k": [null]}}');
  });

  test('takes null for either kind of arguments', async () => {
    const id = await enqueue({ positional_args: 'NULL', named_args: 'NULL' });
    expect((await input(id))['inputs']).toBe('{"positionalArgs" : null, "namedArgs" : null}');
  });

  test('a delay of 0 is a delay', async () => {
    const row = await status(await enqueue({ delay_until_epoch_ms: '0' }));
    expect(row).toMatchObject({ status: 'DELAYED', delay_until_epoch_ms: '0' });
  });

  test.each([
    [{ workflow_name: 'NULL' }, 'Workflow name cannot be null or empty'],
    [{ workflow_name: "''" }, 'Workflow name cannot be null or empty'],
    [{ queue_name: 'NULL' }, 'Queue name cannot be null or empty'],
    [{ queue_name: "''" }, 'Queue name cannot be null or empty'],
    [{ named_args: "'[]'" }, 'Named args must be a JSON object'],
    [{ named_args: "'null'" }, 'Named args must be a JSON object'],
    [{ named_args: "'1'" }, 'Named args must be a JSON object'],
    [{ workflow_id: "''" }, 'Workflow ID cannot be an empty string if provided.'],
    [{ delay_until_epoch_ms: '-1' }, 'delay_until_epoch_ms must be >= 0'],
    [{ queue_name: "''", named_args: "'[]'", delay_until_epoch_ms: '-1' }, 'Queue name cannot be null or empty'],
  ])('refuses %j', async (args, message) => {
    await expect(enqueue(args)).rejects.toMatchObject({ message, code: 'P0001' });
    expect(await rows(`SELECT FROM ${schema}.workflow_status`)).toEqual([]);
  });

  test('refuses named arguments that jsonb does not hold', async () => {
    await expect(enqueue({ named_args: `'{"a": "\\u0000"}'` })).rejects.toMatchObject({ code: '22P05' });
  });

  test('the same id again renews updated_at and nothing else', async () => {
    await enqueue({ workflow_id: "'w-1'", positional_args: "ARRAY['1']::json[]" });
    await client.query(`UPDATE ${schema}.workflow_status SET status = 'SUCCESS', created_at = 1, updated_at = 1`);
    const before = await status('w-1');
    const inputs = await input('w-1');
    expect(await enqueue({ workflow_id: "'w-1'", workflow_name: "'g'", priority: '5' })).toBe('w-1');
    const after = await status('w-1');
    expect(after).toEqual({ ...before, updated_at: after['updated_at'] });
    expect(Number(after['updated_at'])).toBeGreaterThan(1);
    expect(await input('w-1')).toEqual(inputs);
  });

  test('an input that is there already stays', async () => {
    await client.query(`INSERT INTO ${schema}.workflow_input VALUES ('w-1', 'first', 1)`);
    await enqueue({ workflow_id: "'w-1'" });
    expect(await input('w-1')).toEqual({ workflow_uuid: 'w-1', inputs: 'first', retention_timestamp: '1' });
  });

  test('a deduplication id that another workflow of the queue has is refused, and named', async () => {
    await enqueue({ workflow_id: "'w-1'", deduplication_id: "'d%s'" });
    await expect(enqueue({ workflow_id: "'w-2'", deduplication_id: "'d%s'" })).rejects.toMatchObject({
      message: 'DBOS queue duplicated',
      code: '23505',
      detail: 'Workflow w-2 with queue q and deduplication ID d%s already exists',
    });
    expect(await rows(`SELECT workflow_uuid FROM ${schema}.workflow_status`)).toEqual([{ workflow_uuid: 'w-1' }]);
    expect(await rows(`SELECT workflow_uuid FROM ${schema}.workflow_input`)).toEqual([{ workflow_uuid: 'w-1' }]);
  });

  test('the same deduplication id in another queue is another one', async () => {
    await enqueue({ deduplication_id: "'d'" });
    await enqueue({ deduplication_id: "'d'", queue_name: "'r'" });
    expect(await rows(`SELECT FROM ${schema}.workflow_status`)).toHaveLength(2);
  });

  test('reads no table and no function of the caller', async () => {
    await client.query(`CREATE TEMPORARY TABLE workflow_status (mine int);
      CREATE FUNCTION public.gen_random_uuid() RETURNS uuid LANGUAGE sql AS $$ SELECT NULL::uuid $$;
      SET search_path TO pg_temp, public, pg_catalog`);
    expect(await enqueue()).toMatch(uuid);
    await client.query(`RESET search_path; DROP TABLE pg_temp.workflow_status; DROP FUNCTION public.gen_random_uuid`);
  });
});

describe('send_message', () => {
  test('fills in what is not given', async () => {
    await enqueue({ workflow_id: "'w-1'" });
    await send(`'w-1', '{"a": 1}'`);
    expect(await messages()).toEqual([
      {
        message_uuid: expect.stringMatching(uuid),
        destination_uuid: 'w-1',
        topic: '__null__topic__',
        message: '{"a": 1}',
        serialization: 'portable_json',
      },
    ]);
  });

  test('a message sent twice arrives once', async () => {
    await enqueue({ workflow_id: "'w-1'" });
    await send(`'w-1', '1', 'topic', 'm-1'`);
    await send(`'w-1', '2', 'other', 'm-1'`);
    expect(await messages()).toMatchObject([{ message_uuid: 'm-1', topic: 'topic', message: '1' }]);
  });

  test('a workflow that does not exist is named', async () => {
    await expect(send(`'no %s', '1'`)).rejects.toMatchObject({
      message: 'DBOS non-existent workflow',
      code: '23503',
      detail: 'Destination workflow no %s does not exist',
    });
    expect(await messages()).toEqual([]);
  });
});

describe('notifications_function', () => {
  test('tells the listeners workflow and topic, and nothing where there is no topic', async () => {
    await enqueue({ workflow_id: "'w-1'" });
    const heard: (string | undefined)[] = [];
    client.on('notification', ({ payload }) => heard.push(payload));
    await client.query('LISTEN dbos_notifications_channel');
    await send(`'w-1', '1', 'to::pic'`);
    await send(`'w-1', '1'`);
    await client.query(`INSERT INTO ${schema}.notifications VALUES ('m', 'w-1', NULL, '1')`);
    await client.query('UNLISTEN dbos_notifications_channel');
    expect(heard).toEqual(['w-1::to::pic', 'w-1::__null__topic__', '']);
    expect(await rows(`SELECT FROM ${schema}.notifications`)).toHaveLength(3);
  });
});
