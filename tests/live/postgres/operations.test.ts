import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { check, migrate, plan, RefusedError, reset } from '../../../src/index.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { userErrorOf } from '../../support/rejection.ts';

let server: PostgresServer;
let made = 0;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A migrated database with something to do in it. */
async function damaged(): Promise<{ system: string; name: string }> {
  const name = `damaged_${(made += 1)}`;
  const system = server.url(name);
  await migrate({ system });
  await server.query('ALTER TABLE dbos.notifications ALTER COLUMN message DROP NOT NULL', name);
  return { system, name };
}

const sessions = (name: string) =>
  server.query(
    `SELECT pid, state, query FROM pg_stat_activity WHERE datname = '${name}' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );

test('an abort cancels the statement on the server, rolls it back and leaves no session', async () => {
  const { system, name } = await damaged();
  // The version row is written last: the trigger keeps the plan's transaction in its last statement.
  await server.query(
    `DELETE FROM dbos.dbos_migrations;
     CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NEW; END $$;
     CREATE TRIGGER wait BEFORE INSERT ON dbos.dbos_migrations FOR EACH ROW EXECUTE FUNCTION public.wait()`,
    name,
  );
  const before = await plan({ system });
  const controller = new AbortController();
  const reason = new Error('the operator has gone');
  const run = migrate({
    system,
    signal: controller.signal,
    on: { segment: ({ state }) => void (state === 'begins' && setTimeout(() => controller.abort(reason), 500)) },
  });
  run.catch(() => {});
  await new Promise((resolve) => controller.signal.addEventListener('abort', resolve));
  const aborted = Date.now();
  await expect(run).rejects.toBe(reason);
  expect(Date.now() - aborted).toBeLessThan(2_000);
  for (let i = 0; i < 50 && (await sessions(name)).length > 0; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(await sessions(name)).toEqual([]);
  const after = await plan({ system });
  expect(after.databases[0]?.plan.basis).toBe(before.databases[0]?.plan.basis);
  expect(await server.query(`SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'`)).toEqual([{ n: 0 }]);
  await server.query('DROP TRIGGER wait ON dbos.dbos_migrations', name);
  await migrate({ system });
  expect((await check({ system })).equal).toBe(true);
});

test('an abort while a lock is waited for ends at once', async () => {
  const { system } = await damaged();
  const controller = new AbortController();
  const reason = new Error('too long');
  const holder = new Client({ connectionString: system, ssl: false });
  await holder.connect();
  try {
    await holder.query('BEGIN; LOCK TABLE dbos.notifications IN ACCESS SHARE MODE');
    const waits: string[] = [];
    const run = migrate({
      system,
      signal: controller.signal,
      on: {
        wait: ({ what }) => {
          waits.push(what);
          controller.abort(reason);
        },
      },
    });
    await expect(run).rejects.toBe(reason);
    expect(waits).toEqual([expect.stringMatching(/^a lock: ALTER TABLE /)]);
  } finally {
    await holder.end();
  }
  await migrate({ system });
  expect((await check({ system })).equal).toBe(true);
});

test('an abort while a server does not answer at all ends at once', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as { port: number };
  const controller = new AbortController();
  const reason = new Error('gone');
  setTimeout(() => controller.abort(reason), 100);
  const started = Date.now();
  await expect(plan({ system: `postgresql://a:b@127.0.0.1:${port}/c`, signal: controller.signal })).rejects.toBe(
    reason,
  );
  expect(Date.now() - started).toBeLessThan(2_000);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => silent.close(resolve));
});

test('what depends on the tables is refused until it may go, and its definition is given', async () => {
  const system = server.url(`dependents_${(made += 1)}`);
  const name = `dependents_${made}`;
  await migrate({ system });
  await server.query('CREATE VIEW public.report AS SELECT workflow_uuid FROM dbos.workflow_status', name);
  const refused = await userErrorOf(() => reset({ system }));
  expect(refused).toBeInstanceOf(RefusedError);
  expect(refused.message).toContain('view public.report');
  expect((await check({ system })).equal).toBe(true);
  const { databases } = await reset({ system, cascade: true });
  expect(databases[0]?.definitions.join('\n')).toContain('CREATE VIEW public.report');
  expect(databases[0]?.applied?.changes.map(({ id }) => id)).toContainEqual(expect.stringMatching(/^dependent:/));
  expect(await server.query(`SELECT to_regclass('public.report') AS view`, name)).toEqual([{ view: null }]);
});
