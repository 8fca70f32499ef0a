import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { InfluenceObject } from '../../../src/model/objects.ts';
import { connect } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { look, planOf, run, scopeOf } from '../../postgres/support.ts';

let server: PostgresServer;
let url: string;
/** Somebody who calls the function of ours, and whom an error does not end. */
let caller: Client;
let database: string;

beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase('overload');
  database = new URL(url).pathname.slice(1);
  const connection = await connect(url);
  caller = new Client({ connectionString: url });
  await caller.connect();
  await run(connection, await planOf(connection, scopeOf(database)));
  await caller.query(`CREATE FUNCTION public.pick(text, text, json) RETURNS text LANGUAGE sql AS 'SELECT $2';
    INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('w')`);
});
afterAll(async () => {
  await caller.end();
  await server.stop();
});

afterEach(async () => {
  for (const { removal } of await influences()) await caller.query(removal);
});

/** Ways to call the function of ours, with and without types and names. */
const calls = [
  `'w', '1'`,
  `'w', '1'::json`,
  `'w'::text, '1'`,
  `'w', '1', 't'`,
  `'w', '1'::json, 't', 'm'`,
  `'w', '1', 't', 'm'`,
  `destination_id => 'w', message => '1'`,
  `destination_id => 'w', message => '1', topic => 't'`,
  `'w', '1', message_id => 'm'`,
];

async function isConfused(): Promise<boolean> {
  for (const args of calls) {
    try {
      const { rows } = await caller.query(`SELECT pg_typeof(dbos.send_message(${args}))::text AS type`);
      if (rows[0]?.type !== 'void') return true;
    } catch {
      return true;
    }
  }
  return false;
}

const procedure = (args: string): string =>
  `CREATE PROCEDURE dbos.send_message(${args}) LANGUAGE plpgsql AS 'BEGIN END'`;

async function influences(): Promise<readonly InfluenceObject[]> {
  const { catalog } = await look(await connect(url), scopeOf(database));
  return [...catalog.values()].filter((o) => o.kind === 'influence');
}

describe('what is told of a routine beside ours is what the server does', () => {
  test.each([
    'a text',
    'a text, b text',
    'a text, b json',
    'a text, b jsonb',
    'a text, b int',
    'a int, b json',
    'a int, b int',
    'a int, b text',
    'a varchar, b json',
    'a varchar, b varchar',
    'a varchar, b int',
    'a name, b json',
    'a regclass, b json',
    'a json, b text',
    'a anyelement, b anyelement',
    'a text, b json, c int',
    'a text, b json, c text',
    'a text, b json, c text, d text, e text',
    `a text, b json, c text, d text, e text DEFAULT ''`,
    'a text, b json, c int DEFAULT 1',
    'a int DEFAULT 1, b int DEFAULT 1',
    'VARIADIC a text[]',
    'VARIADIC a int[]',
    'a text, VARIADIC b json[]',
    'a text, b text, c text, d text, e text, VARIADIC f text[]',
    'message json, destination_id text',
    'message json, destination_id varchar',
    'message int, destination_id int',
    'topic int, message json, destination_id text',
    'destination_id text, message json, more int',
    'INOUT a text, b json',
  ])('a procedure of (%s)', async (args) => {
    await caller.query(procedure(args));
    const confused = await isConfused();
    const found = await influences();
    expect(found).toHaveLength(1);
    expect([args, found[0]?.danger !== null]).toEqual([args, confused]);
  });

  test('an aggregate', async () => {
    await caller.query('CREATE AGGREGATE dbos.send_message(text, json) (sfunc = public.pick, stype = text)');
    expect(await isConfused()).toBe(true);
    const [found] = await influences();
    expect(found?.danger).toMatch(/^calls of send_message fail or mean the aggregate/);
  });

  test('and nothing without one, nor of one beside the function of a trigger', async () => {
    expect(await isConfused()).toBe(false);
    await caller.query(`CREATE PROCEDURE dbos.notifications_function(a text DEFAULT '') LANGUAGE sql AS ''`);
    expect((await influences()).map(({ danger }) => danger)).toEqual([null]);
  });
});
