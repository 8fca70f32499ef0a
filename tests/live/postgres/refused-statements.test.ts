import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { failure } from '../../cli/failure.ts';
import { runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ password: 'superuser' });
});
afterAll(() => server.stop());

const tablesIn = async (database: string): Promise<number> =>
  (await server.query(`SELECT FROM pg_class WHERE relnamespace::regnamespace::text NOT LIKE 'pg\\_%'`, database))
    .length;

describe('a statement that the server refuses', () => {
  test('leaves nothing behind, and is named with what to do', async () => {
    const url = await server.createDatabase('refused');
    const name = new URL(url).pathname.slice(1);
    await server.query(
      `CREATE SCHEMA dbos; CREATE TABLE dbos.streams (workflow_uuid text, key text, value text, "offset" int);
       INSERT INTO dbos.streams VALUES (NULL, 'k', 'v', 1)`,
      name,
    );
    const before = await tablesIn(name);
    const { message, where, hint } = await failure(['migrate', '-s', url]);
    expect(message).toContain('contains null values');
    expect(where).toContain(`/${name} · `);
    expect(hint).toContain('fill or delete them');
    expect(await tablesIn(name)).toBe(before);
    expect(await server.query('SELECT * FROM dbos.streams', name)).toHaveLength(1);
  });

  test('a name that somebody else has taken', async () => {
    const url = await server.createDatabase('taken');
    await server.query('CREATE SCHEMA dbos; CREATE VIEW dbos.streams AS SELECT 1', new URL(url).pathname.slice(1));
    const { message, where, hint } = await failure(['migrate', '-s', url]);
    expect(message).toBe('the table dbos.streams cannot be created: its name is taken by the view dbos.streams');
    expect(where).toBe(url.replace('superuser', '***'));
    expect(hint).toContain('rename or drop that view');
  });

  test.each([
    ['TYPE dbos.streams AS ENUM ()', 'table dbos.streams', 'type dbos.streams', 'TYPE dbos.streams'],
    ['SEQUENCE dbos.streams', 'table dbos.streams', 'sequence dbos.streams', 'SEQUENCE dbos.streams'],
  ])('a name that somebody else has taken for a %s: plan and check say it', async (what, wanted, by, renamed) => {
    const url = await server.createDatabase('taken');
    const name = new URL(url).pathname.slice(1);
    await server.query(`CREATE SCHEMA dbos; CREATE ${what}`, name);
    const before = await tablesIn(name);
    const { message, where, hint } = await failure(['migrate', '-s', url]);
    expect(message).toBe(`the ${wanted} cannot be created: its name is taken by the ${by}`);
    expect(where).toBe(url.replace('superuser', '***'));
    expect(hint).toMatch(`ALTER ${renamed} RENAME TO `);
    expect(hint).toMatch(/_other; {3}or drop it, then run it again$/);
    for (const [flag, expected] of [
      ['--plan', 0],
      ['--check', 2],
    ] as const) {
      const { stdout, exitCode } = await runCli(['migrate', '-s', url, flag]);
      expect([stdout.replaceAll(/\s+/g, ' ').includes(`! ${message} ALTER ${renamed} `), exitCode]).toEqual([
        true,
        expected,
      ]);
    }
    expect(await tablesIn(name)).toBe(before);
    await server.query(hint?.split(';')[0] ?? '', name);
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    expect((await runCli(['migrate', '-s', url, '--check'])).exitCode).toBe(0);
  });

  test('a name that somebody else has taken for a procedure: plan and check say it too', async () => {
    const url = await server.createDatabase('taken');
    const name = new URL(url).pathname.slice(1);
    await server.query(
      `CREATE SCHEMA dbos; CREATE PROCEDURE dbos.notifications_function() LANGUAGE sql AS 'SELECT 1'`,
      name,
    );
    const before = await tablesIn(name);
    for (const flags of [[], ['--plan'], ['--check']]) {
      const { stdout, stderr } = await runCli(['migrate', '-s', url, ...flags]);
      expect((stdout + stderr).replaceAll(/\s+/g, ' ')).toContain(
        'the function dbos.notifications_function() cannot be created: its name is taken by the routine dbos.notifications_function()',
      );
    }
    expect(await tablesIn(name)).toBe(before);
    await server.query('DROP PROCEDURE dbos.notifications_function()', name);
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    expect((await runCli(['migrate', '-s', url, '--check'])).exitCode).toBe(0);
  });

  test('a table of ours that is part of another one', async () => {
    const url = await server.createDatabase('partition');
    await server.query(
      `CREATE SCHEMA dbos; CREATE TABLE public.whole (workflow_uuid text, key text, value text, "offset" int) PARTITION BY LIST (key);
       CREATE TABLE dbos.streams PARTITION OF public.whole FOR VALUES IN ('k')`,
      new URL(url).pathname.slice(1),
    );
    const { message, where, hint } = await failure(['migrate', '-s', url]);
    expect(message).toBe('dbos.streams is a partition of public.whole, and takes only rows within its bounds');
    expect(where).toBe(url.replace('superuser', '***'));
    expect(hint).toBe('ALTER TABLE public.whole DETACH PARTITION "dbos"."streams";   then run migrate again');
  });
});
