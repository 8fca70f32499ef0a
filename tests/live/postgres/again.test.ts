import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ settings: { log_connections: true } });
});
afterAll(() => server.stop());

/** Connections and messages together: each costs the wire's latency at least once. */
async function roundTrips(): Promise<{ readonly connections: number; readonly messages: readonly string[] }> {
  const log = await server.log();
  return {
    connections: log.split('LOG:  connection authorized').length - 1,
    messages: await server.messages(),
  };
}

const asTables = `SELECT relname, relfilenode FROM pg_class WHERE relnamespace = 'dbos'::regnamespace ORDER BY 1`;

describe.each(['that exists', 'that is missing'])('a database %s', (which) => {
  const name = which === 'that exists' ? 'is_there' : 'is_missing';
  const flags = (): readonly string[] => ['--sys-db-url', server.url(name)];

  test('is filled in at most ten round trips and one transaction', async () => {
    if (which === 'that exists') await server.query(`CREATE DATABASE ${name}`);
    await server.mark();
    await succeed(['migrate', ...flags()]);
    const { connections, messages } = await roundTrips();
    // A missing one is asked for, then made through another one, then entered.
    expect(connections).toBe(which === 'that exists' ? 1 : 3);
    expect(connections + messages.length).toBeLessThanOrEqual(10);
    expect(messages.filter((message) => /^BEGIN\b[^]*\bCREATE TABLE\b[^]*\bCOMMIT$/.test(message))).toHaveLength(1);
    await expectNothingToDo(flags());
  });

  test('is missed by a check when it is dropped, and made again', async () => {
    await server.query(`DROP DATABASE ${name}`);
    const check = await runCli(['migrate', ...flags(), '--check']);
    expect(check.exitCode).toBe(2);
    expect(check.stdout.split('\n')).toContain(`  - database ${name}`);
    await succeed(['migrate', ...flags()]);
    await expectNothingToDo(flags());
  });

  test('is left alone by the second run: one look, and not one statement that writes', async () => {
    const before = await server.query(asTables, name);
    await server.mark();
    const { stdout } = await succeed(['migrate', ...flags()]);
    expect(stdout).toContain('nothing to do');
    const messages = await server.messages();
    expect(messages).toHaveLength(1);
    expect(messages.join('\n')).not.toMatch(
      /^\s*(?:CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|GRANT|COMMENT|TRUNCATE|DO|LOCK)\b/im,
    );
    expect(await server.query(asTables, name)).toEqual(before);
    expect(await server.query('SELECT count(*)::int AS n FROM dbos.migrations', name)).toEqual([{ n: 1 }]);
  });
});

test('one with a derived name is made in as many, though the official default is looked for first', async () => {
  await server.query('CREATE DATABASE derived');
  await server.mark();
  await succeed(['migrate', '--db-url', server.url('derived')]);
  const { connections, messages } = await roundTrips();
  const others = 1 + (await server.messages('derived')).length;
  expect(connections + messages.length - others).toBeLessThanOrEqual(10);
});

test('two databases, filled once, are left alone too', async () => {
  const flags = ['--sys-db-url', server.url('two_dbos'), '--db-url', server.url('two')];
  await succeed(['migrate', ...flags]);
  await server.mark();
  await succeed(['migrate', ...flags]);
  expect(await server.messages()).toHaveLength(2);
  await expectNothingToDo(flags);
});
