import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { startCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';

let server: PostgresServer;
let url: string;
let name: string;

beforeAll(async () => {
  server = await startPostgres({ settings: { log_statement: 'none' } });
});
afterAll(() => server.stop());

beforeEach(async () => {
  url = await server.createDatabase('interrupted');
  name = new URL(url).pathname.slice(1);
  await succeed(['migrate', '-s', url]);
});

/** Something to do whose last statement takes half a minute: the version row is written behind all else. */
const slow = `
  ALTER TABLE dbos.notifications ALTER COLUMN message DROP NOT NULL;
  UPDATE dbos.dbos_migrations SET version = 124;
  CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;
  CREATE TRIGGER wait BEFORE INSERT ON dbos.dbos_migrations FOR EACH ROW EXECUTE FUNCTION public.wait()`;
const quick = 'DROP TRIGGER wait ON dbos.dbos_migrations';

const sessions = `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i += 1) {
    if (await holds()) return;
    await sleep(25);
  }
  throw new Error('it did not come to that within 10 s');
}

const isSleeping = async (): Promise<boolean> =>
  (await server.query(`${sessions} AND wait_event = 'PgSleep'`, name)).length > 0;

const noSession = (): Promise<void> => until(async () => (await server.query(sessions, name)).length === 0);

describe('migrate', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s in a long statement rolls back, says what stands, and leaves nothing on the server',
    async (signal, code) => {
      await server.query(slow, name);
      const { child, ended } = startCli(['migrate', '-s', url]);
      await until(isSleeping);
      const started = Date.now();
      child.kill(signal);
      const { stderr, exitCode } = await ended;
      expect(Date.now() - started).toBeLessThan(5_000);
      expect({ stderr, exitCode }).toEqual({
        stderr: 'interrupted: the running segment was rolled back, 0 of 1 are done; run it again to finish\n',
        exitCode: code,
      });
      await noSession();
      expect(await server.query('SELECT version::int AS v FROM dbos.dbos_migrations', name)).toEqual([{ v: 124 }]);
      await server.query(quick, name);
      await succeed(['migrate', '-s', url]);
      await expectNothingToDo(['-s', url]);
    },
  );

  test('a second signal goes at once, and says that the server may still be working', async () => {
    await server.query(slow, name);
    const { child, ended } = startCli(['migrate', '-s', url]);
    await until(isSleeping);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    const { stderr, exitCode } = await ended;
    // Which of two signals that are sent together a process hears last is up to the operating system.
    expect([130, 143]).toContain(exitCode);
    expect(stderr).toContain('ended at once: the server may still be working on what it was sent last\n');
    await server.query(
      `SELECT pg_terminate_backend(pid) FROM (${sessions.replace('SELECT query', 'SELECT pid')}) s`,
      name,
    );
    await noSession();
  });

  test('a signal while a lock is waited for ends the run, and nothing is done later', async () => {
    await server.query('ALTER TABLE dbos.notifications ALTER COLUMN message DROP NOT NULL', name);
    const holder = new Client({ connectionString: url, ssl: false });
    await holder.connect();
    try {
      await holder.query('BEGIN; LOCK TABLE dbos.notifications IN ACCESS SHARE MODE');
      const { child, ended } = startCli(['migrate', '-s', url]);
      child.stderr.on('data', (data: Buffer) => {
        if (data.toString().includes('waiting for a lock')) child.kill('SIGINT');
      });
      const { stderr, exitCode } = await ended;
      expect(exitCode).toBe(130);
      expect(stderr).toMatch(/^waiting for a lock: ALTER TABLE .*\ninterrupted: .*run it again to finish\n$/);
    } finally {
      await holder.end();
    }
    await noSession();
    const nullable = `SELECT attnotnull AS n FROM pg_attribute WHERE attrelid = 'dbos.notifications'::regclass AND attname = 'message'`;
    expect(await server.query(nullable, name)).toEqual([{ n: false }]);
  });

  test('a signal while another run is waited for, and one inside a look, end the run', async () => {
    await server.query('ALTER TABLE dbos.notifications ALTER COLUMN message DROP NOT NULL', name);
    const holder = new Client({ connectionString: url, ssl: false });
    await holder.connect();
    try {
      await holder.query('SELECT pg_advisory_lock(1234567890)');
      const waiting = startCli(['migrate', '-s', url]);
      waiting.child.stderr.once('data', () => waiting.child.kill('SIGINT'));
      expect(await waiting.ended).toMatchObject({
        exitCode: 130,
        stderr: 'waiting for another migration of this database\ninterrupted: nothing was changed\n',
      });
      await holder.query('BEGIN; LOCK TABLE dbos.notifications IN ACCESS EXCLUSIVE MODE');
      const looking = startCli(['migrate', '-s', url, '--check']);
      looking.child.stderr.once('data', () => looking.child.kill('SIGTERM'));
      expect(await looking.ended).toMatchObject({
        exitCode: 143,
        stderr: expect.stringContaining('interrupted: nothing was changed'),
      });
      await until(async () => (await server.query(`${sessions} AND state = 'active'`, name)).length === 0);
    } finally {
      await holder.end();
    }
  });

  test('a run that is ended between two segments leaves a record of what it had done', async () => {
    await server.query(
      `INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('w'); INSERT INTO dbos.workflow_inputs VALUES ('w', 'i');
       DROP INDEX dbos.idx_workflow_topic; ${slow}`,
      name,
    );
    const { child, ended } = startCli(['migrate', '-s', url]);
    await until(isSleeping);
    child.kill('SIGINT');
    const { stderr, exitCode } = await ended;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(
      /^interrupted: the running segment was rolled back, [1-9] of [2-9] are done; run it again to finish\n$/,
    );
    const records = 'SELECT completed_at IS NULL AS broken FROM dbos.migrations ORDER BY started_at';
    expect(await server.query(records, name)).toEqual([{ broken: false }, { broken: true }]);
    await server.query(quick, name);
    await succeed(['migrate', '-s', url]);
    await expectNothingToDo(['-s', url]);
  });
});

describe('reset', () => {
  test('a signal while it waits leaves all tables and rows', async () => {
    await server.query(`INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('kept')`, name);
    const holder = new Client({ connectionString: url, ssl: false });
    await holder.connect();
    try {
      await holder.query('BEGIN; LOCK TABLE dbos.workflow_status IN ACCESS SHARE MODE');
      const { child, ended } = startCli(['reset', '--yes', '-s', url]);
      child.stderr.once('data', () => child.kill('SIGINT'));
      const { stderr, exitCode } = await ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('interrupted: ');
    } finally {
      await holder.end();
    }
    await noSession();
    expect(await server.query('SELECT workflow_uuid AS w FROM dbos.workflow_status', name)).toEqual([{ w: 'kept' }]);
    await expectNothingToDo(['-s', url]);
  });
});
