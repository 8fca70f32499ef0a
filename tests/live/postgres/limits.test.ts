import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A system database whose repair takes more than a second, and an application database that waits for it. */
async function slowToRepair(name: string): Promise<readonly string[]> {
  const flags = ['--sys-db-url', server.url(`${name}_dbos`), '--db-url', server.url(name)];
  await succeed(['migrate', ...flags]);
  await server.query(
    `CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1.2); RETURN new; END $$;
     CREATE TRIGGER dawdle BEFORE INSERT ON dbos.dbos_migrations FOR EACH ROW EXECUTE FUNCTION public.dawdle();
     UPDATE dbos.dbos_migrations SET version = 7`,
    `${name}_dbos`,
  );
  await server.query('DROP TABLE dbos.transaction_outputs', name);
  return flags;
}

/** The trigger would be told to a check. */
async function expectDone(flags: readonly string[], name: string): Promise<void> {
  await server.query('DROP TRIGGER dawdle ON dbos.dbos_migrations', `${name}_dbos`);
  await expectNothingToDo(flags);
}

test('limits that a database sets its sessions end no migration', async () => {
  const name = 'limited';
  const flags = await slowToRepair(name);
  const limits = ['statement_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout'];
  if (server.major >= 17) limits.push('transaction_timeout');
  for (const database of ['limited', 'limited_dbos']) {
    for (const limit of limits) await server.query(`ALTER DATABASE ${database} SET ${limit} = '500ms'`);
    await server.query(`ALTER DATABASE ${database} SET default_transaction_isolation = 'serializable'`);
  }
  await succeed(['migrate', ...flags]);
  await expectDone(flags, name);
});

test('a session that is ended while another database is migrated is told in one message, and nothing is half done', async () => {
  const name = 'ended';
  const flags = await slowToRepair(name);
  const { child, ended } = startCli(['migrate', ...flags]);
  let isEnded = false;
  while (!isEnded && child.exitCode === null) {
    const rows = await server.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = 'ended' AND EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')`,
    );
    isEnded = rows.length > 0;
  }
  const { exitCode, stderr } = await ended;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(
    /^warning: trigger:dbos\.dbos_migrations\.dawdle is yours .*\n {2}do .*\nerror: terminating connection due to administrator command\n {2}where {2}\S+\/ended\S*\n {2}do {5}run it again when the server is there: .*\n$/,
  );
  await succeed(['migrate', ...flags]);
  await expectDone(flags, name);
});

test('a record that nobody lets in is not waited for', async () => {
  const url = server.url('unrecorded');
  await succeed(['migrate', '--sys-db-url', url]);
  await server.query('DROP INDEX dbos.idx_workflow_status_pending', 'unrecorded');
  const holder = server.query('LOCK TABLE dbos.migrations IN EXCLUSIVE MODE; SELECT pg_sleep(15)', 'unrecorded');
  while (
    (await server.query(`SELECT FROM pg_locks WHERE mode = 'ExclusiveLock' AND relation IS NOT NULL`)).length === 0
  );
  const { stdout, stderr } = await succeed(['migrate', '--sys-db-url', url]);
  expect(stdout).toContain('1 created');
  expect(stderr).toContain('this is not recorded in migrations: canceling statement due to lock timeout');
  await holder;
});
