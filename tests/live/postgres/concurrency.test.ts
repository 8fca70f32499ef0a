import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type CliResult, runCli, startCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const sessions: Client[] = [];
afterEach(async () => {
  for (const client of sessions.splice(0)) await client.end();
});

async function session(database: string): Promise<Client> {
  const client = new Client({ connectionString: server.url(database), ssl: false });
  await client.connect();
  sessions.push(client);
  return client;
}

const flagsFor = (database: string): readonly string[] => ['--sys-db-url', server.url(database)];

async function migrated(prefix: string, damage = ''): Promise<string> {
  const name = new URL(await server.createDatabase(prefix)).pathname.slice(1);
  await succeed(['migrate', ...flagsFor(name)]);
  await server.query(damage, name);
  return name;
}

/** Waits until a query gives a row. */
async function until(sql: string, database = 'postgres'): Promise<void> {
  const client = await session(database);
  while ((await client.query(sql)).rows.length === 0) await sleep(5);
}

/** How many applied plans the database's own record knows. */
const recorded = async (name: string): Promise<number> =>
  (await server.query('SELECT FROM dbos.migrations', name)).length;

describe('four migrations at once', () => {
  const four = (name: string): Promise<readonly CliResult[]> =>
    Promise.all([1, 2, 3, 4].map(() => runCli(['migrate', ...flagsFor(name)])));

  test.each([
    ['of a missing database', 'missing', ''],
    ['of an empty one', 'empty', 'CREATE DATABASE empty'],
  ])('%s', async (_, name, sql) => {
    await server.query(sql);
    const results = await four(name);
    expect(results.map(({ exitCode, stderr }) => [exitCode, stderr.replaceAll(/^waiting for .*\n/gm, '')])).toEqual(
      results.map(() => [0, '']),
    );
    expect(await server.query('SELECT version FROM dbos.dbos_migrations', name)).toEqual([{ version: '125' }]);
    expect(await recorded(name)).toBe(1);
    await expectNothingToDo(flagsFor(name));
  });

  test('of one that needs repair: one does the work, the others wait and find nothing to do', async () => {
    const name = await migrated('repair', 'DROP INDEX dbos.idx_workflow_status_pending; DROP TABLE dbos.streams');
    const results = await four(name);
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(await recorded(name)).toBe(2);
    await expectNothingToDo(flagsFor(name));
  });
});

describe('killed', () => {
  /** Starts a migration, kills it as soon as it has come that far, lets others go, and runs it again. */
  async function killAt(name: string, reached: (output: () => string) => Promise<void>, release: () => Promise<void>) {
    const { child, ended } = startCli(['migrate', ...flagsFor(name)]);
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    const outcome = ended.then(
      () => 'ended',
      () => 'killed',
    );
    await Promise.race([reached(() => stderr), once(child, 'exit')]);
    child.kill('SIGKILL');
    const how = await outcome;
    await release();
    await succeed(['migrate', ...flagsFor(name)]);
    await expectNothingToDo(flagsFor(name));
    expect(await server.query('SELECT version FROM dbos.dbos_migrations', name)).toEqual([{ version: '125' }]);
    return how;
  }

  const says = (text: string) => async (output: () => string) => {
    while (!output().includes(text)) await sleep(5);
  };

  test('while it waits for another migration', async () => {
    const name = await migrated('killed', 'DROP TABLE dbos.streams');
    const other = await session(name);
    await other.query('SELECT pg_advisory_lock(1234567890)');
    const how = await killAt(name, says('waiting for another migration'), async () => {
      await other.query('SELECT pg_advisory_unlock_all()');
    });
    expect(how).toBe('killed');
  });

  test('while it waits for a table in the middle of its transaction', async () => {
    const name = await migrated(
      'killed',
      'DROP TABLE dbos.streams; ALTER TABLE dbos.workflow_status DROP COLUMN creator_xid',
    );
    const other = await session(name);
    await other.query('BEGIN; SELECT count(*) FROM dbos.workflow_status');
    const how = await killAt(name, says('waiting for'), async () => {
      await other.query('COMMIT');
    });
    expect(how).toBe('killed');
  });

  test('while the server still works on what it was sent', async () => {
    const name = await migrated('killed', 'DROP INDEX dbos.idx_workflow_status_pending; DROP TABLE dbos.streams');
    // The statement that makes the index takes a second, and says so.
    await server.query(
      `CREATE FUNCTION public.dawdle() RETURNS event_trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM set_config('application_name', 'dawdling', false); PERFORM pg_sleep(1); END $$;
       CREATE EVENT TRIGGER dawdle ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.dawdle()`,
      name,
    );
    const how = await killAt(
      name,
      () => until(`SELECT FROM pg_stat_activity WHERE datname = '${name}' AND application_name = 'dawdling'`),
      () => Promise.resolve(),
    );
    expect(how).toBe('killed');
  });

  test('when the database is made, and nothing in it', async () => {
    const how = await killAt(
      'killed_early',
      () => until(`SELECT FROM pg_database WHERE datname = 'killed_early'`),
      () => Promise.resolve(),
    );
    expect(how).toBe('killed');
  });

  test('when all is done, and not yet recorded', async () => {
    const name = await migrated('killed', 'DROP TABLE dbos.streams');
    const other = await session(name);
    await other.query('BEGIN; LOCK TABLE dbos.migrations IN EXCLUSIVE MODE');
    const how = await killAt(
      name,
      () => until(`SELECT WHERE to_regclass('dbos.streams') IS NOT NULL`, name),
      async () => {
        await other.query('COMMIT');
      },
    );
    expect(how).toBe('killed');
  });

  test.each([50, 150, 250, 350, 450, 600, 800])('%i ms after its start', async (delay) => {
    await killAt(
      `killed_after_${delay}`,
      () => sleep(delay),
      () => Promise.resolve(),
    );
  });
});

describe('a table that another session holds', () => {
  const damage = `ALTER TABLE dbos.workflow_status DROP COLUMN creator_xid; DROP INDEX dbos.idx_workflow_status_pending`;

  test('is waited for, and no writer waits behind the migration', async () => {
    const name = await migrated('held', damage);
    const holder = await session(name);
    await holder.query('BEGIN; SELECT count(*) FROM dbos.workflow_status');
    const running = waiting(name);
    const released = running.isWaiting.then(() => sleep(1_000)).then(() => holder.query('COMMIT'));
    const isRunning = { yes: true };
    const ended = running.ended.finally(() => {
      isRunning.yes = false;
    });
    const longest = await write(name, isRunning);
    const { exitCode } = await ended;
    await released;
    expect(exitCode).toBe(0);
    // What a writer waits for is one attempt of 200 ms; the rest is room for a busy machine.
    expect(longest).toBeLessThan(1_000);
    await expectNothingToDo(flagsFor(name));
  });

  test('exclusively, is waited for too', async () => {
    const name = await migrated('held', damage);
    const holder = await session(name);
    await holder.query('BEGIN; LOCK TABLE dbos.workflow_status IN ACCESS EXCLUSIVE MODE');
    const running = waiting(name);
    await running.isWaiting;
    await holder.query('COMMIT');
    expect(await running.ended).toMatchObject({
      exitCode: 0,
      stderr: 'waiting for the database to answer; a lock may hold it up\n',
    });
    await expectNothingToDo(flagsFor(name));
  });

  test('exclusively and for long, is said to be locked, by a check and by a reset', async () => {
    const name = await migrated('held', damage);
    const holder = await session(name);
    await holder.query('BEGIN; LOCK TABLE dbos.workflow_status IN ACCESS EXCLUSIVE MODE');
    const runs = [
      ['migrate', '--check'],
      ['reset', '--yes'],
    ].map((command) => runCli([...command, ...flagsFor(name)]));
    for (const { exitCode, stderr } of await Promise.all(runs)) {
      expect(exitCode).toBe(1);
      expect(stderr).toContain('error: the catalog cannot be read: canceling statement due to lock timeout\n');
      expect(stderr).toContain('another session holds a lock on the table: look in pg_stat_activity');
    }
    await holder.query('COMMIT');
  }, 120_000);

  /** A migration, and the promise that it has said that it waits. */
  function waiting(name: string): { readonly ended: Promise<CliResult>; readonly isWaiting: Promise<void> } {
    const { child, ended } = startCli(['migrate', ...flagsFor(name)]);
    const isWaiting = new Promise<void>((resolve) => {
      let printed = '';
      child.stderr.on('data', (data: Buffer) => {
        printed += data.toString();
        if (printed.includes('waiting for')) resolve();
      });
    });
    return { ended, isWaiting };
  }

  /** Writes one row after the other. @returns the milliseconds that the slowest took */
  async function write(name: string, isRunning: { readonly yes: boolean }): Promise<number> {
    const writer = await session(name);
    let longest = 0;
    for (let i = 0; isRunning.yes; i += 1) {
      const start = performance.now();
      await writer.query('INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ($1)', [`w${i}`]);
      longest = Math.max(longest, performance.now() - start);
      await sleep(10);
    }
    return longest;
  }
});
