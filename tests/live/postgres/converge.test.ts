import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CliResult, runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { completeDatabase } from '../../support/complete-database.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const migrate = (url: string, ...flags: readonly string[]): Promise<CliResult> =>
  runCli(['migrate', '--sys-db-url', url, ...flags]);

/** A database that is as declared; `sql` is then done to it. */
async function damaged(sql: string): Promise<{ readonly url: string; readonly name: string }> {
  const url = await completeDatabase(server);
  const name = new URL(url).pathname.slice(1);
  await server.query(sql, name);
  return { url, name };
}

async function expectNothingToDo(url: string, ...flags: readonly string[]): Promise<void> {
  const { stdout, exitCode } = await migrate(url, '--check', ...flags);
  expect(stdout).toContain('Nothing to do');
  expect(exitCode).toBe(0);
}

describe('a schema that a newer runtime made', () => {
  test('is never pulled back, and a check says why it fails', async () => {
    const { url, name } = await damaged(
      'UPDATE dbos.dbos_migrations SET version = 126; DROP INDEX dbos.idx_workflow_status_pending',
    );
    const check = await migrate(url, '--check');
    expect(check.exitCode).toBe(2);
    expect(check.stdout).toContain('runtime schema 126 was made by a newer release');
    const run = await migrate(url);
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('nothing is changed');
    expect(await server.query('SELECT version FROM dbos.dbos_migrations', name)).toEqual([{ version: '126' }]);
    expect(await server.query(`SELECT to_regclass('dbos.idx_workflow_status_pending') AS i`, name)).toEqual([
      { i: null },
    ]);
  });

  test('is told by the highest of many rows', async () => {
    const { url } = await damaged(
      'INSERT INTO dbos.dbos_migrations SELECT -i FROM generate_series(1, 300) i UNION SELECT 126',
    );
    expect((await migrate(url)).stdout).toContain('runtime schema 126 was made by a newer release');
  });

  test('gets no grants, and none are said to stand', async () => {
    await server.query('CREATE ROLE latecomer');
    const { url } = await damaged('UPDATE dbos.dbos_migrations SET version = 126');
    const { stdout, exitCode } = await migrate(url, '--app-role', 'latecomer');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('nothing is changed');
    expect(stdout).not.toContain('GRANT');
  });
});

describe('the version row', () => {
  test.each([
    ['among rows without a value', `ALTER TABLE dbos.dbos_migrations ALTER version DROP NOT NULL`, '(NULL), (NULL)'],
    ['among rows that are no number', `ALTER TABLE dbos.dbos_migrations ALTER version TYPE text`, `('x'), ('0125')`],
    ['replaced by texts', `ALTER TABLE dbos.dbos_migrations ALTER version TYPE text USING 'none'`, `('x')`],
  ])('is the only one, whatever was there: %s', async (_, sql, values) => {
    const { url, name } = await damaged(`ALTER TABLE dbos.dbos_migrations DROP CONSTRAINT dbos_migrations_pkey; ${sql};
      INSERT INTO dbos.dbos_migrations VALUES ${values}`);
    expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await server.query('SELECT version FROM dbos.dbos_migrations', name)).toEqual([{ version: '125' }]);
    await expectNothingToDo(url);
  });
});

test.each(['PRIMARY KEY (workflow_uuid) INCLUDE (status)', 'UNIQUE (workflow_uuid)'])(
  'a key that foreign keys of ours rest on is replaced with these kept: %s',
  async (key) => {
    const { url, name } = await damaged(`ALTER TABLE dbos.workflow_status DROP CONSTRAINT workflow_status_pkey CASCADE,
        ADD CONSTRAINT workflow_status_pkey ${key};
      ALTER TABLE dbos.streams ADD CONSTRAINT streams_workflow_uuid_fkey FOREIGN KEY (workflow_uuid)
        REFERENCES dbos.workflow_status (workflow_uuid) ON UPDATE CASCADE ON DELETE CASCADE;
      ALTER TABLE dbos.notifications ADD CONSTRAINT notifications_destination_uuid_foreign
        FOREIGN KEY (destination_uuid) REFERENCES dbos.workflow_status (workflow_uuid)
        ON UPDATE CASCADE ON DELETE CASCADE NOT VALID`);
    expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
    await expectNothingToDo(url);
    expect(
      await server.query(`SELECT count(*)::int AS n FROM pg_constraint WHERE contype = 'f' AND convalidated`, name),
    ).toEqual([{ n: 7 }]);
  },
);

describe('inputs that stand in workflow_inputs only', () => {
  const oldInputs = `DROP TABLE dbos.workflow_input; UPDATE dbos.dbos_migrations SET version = 60;
    INSERT INTO dbos.workflow_status (workflow_uuid) SELECT 'w' || i FROM generate_series(1, 20500) i;
    INSERT INTO dbos.workflow_inputs SELECT 'w' || i, 'input ' || i FROM generate_series(1, 20500) i;`;

  test('are copied before the version row is written', async () => {
    const { url, name } = await damaged(oldInputs);
    const run = await migrate(url);
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
    const lost = `SELECT count(*)::int AS n FROM dbos.workflow_inputs o
      LEFT JOIN dbos.workflow_input n USING (workflow_uuid) WHERE n.inputs IS DISTINCT FROM o.inputs`;
    expect(await server.query(lost, name)).toEqual([{ n: 0 }]);
    expect(await server.query('SELECT version FROM dbos.dbos_migrations', name)).toEqual([{ version: '125' }]);
    await expectNothingToDo(url);
  });

  test('are copied by the next run where the first one was killed between two batches', async () => {
    const { url, name } = await damaged(oldInputs);
    await server.query(
      `CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.workflow_uuid = 'w9999' THEN RAISE EXCEPTION 'killed'; END IF; RETURN NEW; END $$;
       CREATE TABLE dbos.workflow_input (workflow_uuid text PRIMARY KEY, inputs text);
       CREATE TRIGGER stop BEFORE INSERT ON dbos.workflow_input FOR EACH ROW EXECUTE FUNCTION public.stop()`,
      name,
    );
    const first = await migrate(url);
    expect(first.exitCode).toBe(1);
    expect(first.stderr).toContain('killed');
    const [half] = await server.query('SELECT count(*)::int AS n FROM dbos.workflow_input', name);
    expect(half?.['n']).toBe(20_000);
    expect(await server.query('SELECT version FROM dbos.dbos_migrations', name)).toEqual([{ version: '60' }]);
    await server.query('DROP TRIGGER stop ON dbos.workflow_input', name);
    expect(await migrate(url)).toMatchObject({ exitCode: 0 });
    expect(await server.query('SELECT count(*)::int AS n FROM dbos.workflow_input', name)).toEqual([{ n: 20_500 }]);
    await expectNothingToDo(url);
  });

  test('are copied all or none where the schema calls itself complete', async () => {
    const { url, name } = await damaged(oldInputs.replace('version = 60', 'version = 125'));
    await server.query(
      `CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.workflow_uuid = 'w9999' THEN RAISE EXCEPTION 'killed'; END IF; RETURN NEW; END $$;
       CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         CREATE TRIGGER stop BEFORE INSERT ON dbos.workflow_input FOR EACH ROW EXECUTE FUNCTION public.stop(); END $$;
       CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.watch()`,
      name,
    );
    expect((await migrate(url)).stderr).toContain('killed');
    expect(await server.query(`SELECT to_regclass('dbos.workflow_input')`, name)).toEqual([{ to_regclass: null }]);
    await server.query('DROP EVENT TRIGGER watch', name);
    expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await server.query('SELECT count(*)::int AS n FROM dbos.workflow_input', name)).toEqual([{ n: 20_500 }]);
    await expectNothingToDo(url);
  });

  test('are not looked for once the schema is complete, since rows may go again', async () => {
    const { url } = await damaged(
      `INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('w'); INSERT INTO dbos.workflow_inputs VALUES ('w', 'i')`,
    );
    await expectNothingToDo(url);
  });
});

describe("objects of the operator's", () => {
  test.each([
    ['a column that needs a value', 'ALTER TABLE dbos.queues ADD COLUMN mine int NOT NULL', 'column:dbos.queues.mine'],
    ['a unique index', 'CREATE UNIQUE INDEX mine ON dbos.streams (value)', 'index:dbos.streams.mine'],
    ['a constraint', 'ALTER TABLE dbos.streams ADD CONSTRAINT mine CHECK (value <> $$x$$)', 'check:dbos.streams.mine'],
    [
      'a trigger',
      'CREATE TRIGGER mine BEFORE UPDATE ON dbos.streams FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()',
      'trigger:dbos.streams.mine',
    ],
  ])('that can break the runtime are drift, and are left alone: %s', async (_, sql, id) => {
    const { url } = await damaged(sql);
    const check = await migrate(url, '--check');
    expect(check.exitCode).toBe(2);
    expect(check.stdout).toContain(`${id} is yours`);
    expect(await migrate(url)).toMatchObject({ exitCode: 0 });
    expect((await migrate(url, '--check')).exitCode).toBe(2);
    await expectNothingToDo(url, '--ignore', id);
    await expectNothingToDo(url, '--ignore', '*:dbos.*.mine');
  });

  test('that cannot are listed, an index with its size and use, and with the one of ours that covers it', async () => {
    const { url } = await damaged(
      `CREATE INDEX mine ON dbos.workflow_status (created_at); CREATE INDEX mine_too ON dbos.streams (workflow_uuid, key);
       ALTER TABLE dbos.queues ADD COLUMN note text`,
    );
    const { stdout: text, exitCode } = await migrate(url, '--check');
    expect(exitCode).toBe(0);
    const stdout = text.replaceAll(/\n {4,}/g, ' ');
    expect(stdout).toContain('column:dbos.queues.note is yours: left alone\n');
    expect(stdout).toMatch(
      /index:dbos\.workflow_status\.mine is yours \(8192 bytes, 0 scans; redundant, since index:dbos\.workflow_status\.workflow_status_created_at_index covers it\)/,
    );
    expect(stdout).toMatch(
      /index:dbos\.streams\.mine_too is .* redundant, since key:dbos\.streams\.streams_pkey covers/,
    );
  });
});

test('migrate names what can break the runtime, with the statement that mends it, and does what is its own', async () => {
  const { url } = await damaged(
    `CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
     CREATE TRIGGER refuse BEFORE INSERT ON dbos.workflow_status FOR EACH ROW EXECUTE FUNCTION public.refuse()`,
  );
  const { stdout, stderr, exitCode } = await migrate(url);
  const last = stdout.trimEnd().split('\n').at(-1);
  expect([exitCode, last]).toEqual([0, 'System database: nothing to do, the schema is up to date']);
  expect(stderr)
    .toBe(`warning: trigger:dbos.workflow_status.refuse is yours and can break the runtime: it runs inside the statements of the runtime
  do     DROP TRIGGER "refuse" ON "dbos"."workflow_status";
`);
});

test('a retired table stays with its rows, unless their loss is allowed', async () => {
  const { url, name } = await damaged(
    `CREATE TABLE dbos.scheduler_state (workflow_fn_name text PRIMARY KEY, last_run_time bigint NOT NULL);
     INSERT INTO dbos.scheduler_state VALUES ('a', 1)`,
  );
  await expectNothingToDo(url);
  expect((await migrate(url, '--plan')).stdout).toContain('table:dbos.scheduler_state is of an earlier release');
  const silent = await migrate(url, '--check', '--ignore', 'table:dbos.scheduler_state');
  expect(silent.stdout).toBe('Nothing to do: the live schema is as declared.\n');
  await migrate(url);
  expect(await server.query('SELECT * FROM dbos.scheduler_state', name)).toMatchObject([{ workflow_fn_name: 'a' }]);
  expect((await migrate(url, '--allow', 'everything')).exitCode).toBe(1);
  await migrate(url, '--allow', 'data-loss');
  expect(await server.query(`SELECT to_regclass('dbos.scheduler_state') AS t`, name)).toEqual([{ t: null }]);
});

test('without LISTEN and NOTIFY the trigger and its function are retired', async () => {
  const { url, name } = await damaged('SELECT 1');
  await migrate(url, '--no-listen-notify');
  expect(await server.query(`SELECT count(*)::int AS n FROM pg_trigger WHERE NOT tgisinternal`, name)).toEqual([
    { n: 0 },
  ]);
  expect(await server.query(`SELECT to_regproc('dbos.notifications_function') AS f`, name)).toEqual([{ f: null }]);
  await expectNothingToDo(url, '--no-listen-notify');
  expect((await migrate(url, '--check')).exitCode).toBe(2);
});

test('what only has another name or a longer type is neither rebuilt nor written anew', async () => {
  const { url, name } = await damaged(
    `INSERT INTO dbos.workflow_status (workflow_uuid, owner_xid) VALUES ('w', 'x');
     ALTER TABLE dbos.workflow_status ALTER owner_xid TYPE varchar(40);
     ALTER TABLE dbos.notifications RENAME CONSTRAINT notifications_destination_uuid_fkey TO notifications_destination_uuid_foreign;
     ALTER INDEX dbos.idx_workflow_topic RENAME TO dbos_new_idx_workflow_topic;
     ALTER TABLE dbos.queues RENAME CONSTRAINT queues_pkey TO another_key`,
  );
  const files = `SELECT oid, relfilenode FROM pg_class WHERE relnamespace = 'dbos'::regnamespace ORDER BY oid`;
  const keys = `SELECT oid FROM pg_constraint WHERE connamespace = 'dbos'::regnamespace AND contype <> 'n' ORDER BY oid`;
  const before = [await server.query(files, name), await server.query(keys, name)];
  expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
  expect([await server.query(files, name), await server.query(keys, name)]).toEqual(before);
  await expectNothingToDo(url);
});

describe('a function of ours that is kept from everybody', () => {
  const lost = 'REVOKE EXECUTE ON FUNCTION dbos.send_message FROM PUBLIC';
  const isPublic = `SELECT has_function_privilege('public', oid, 'EXECUTE') AS yes FROM pg_proc WHERE proname = 'send_message'`;

  test('is given back', async () => {
    const { url, name } = await damaged(lost);
    const check = await migrate(url, '--check', '--format', 'diff');
    expect(check.exitCode).toBe(2);
    expect(check.stdout).toContain('-  execution: granted\n+  execution: everybody\n');
    expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await server.query(isPublic, name)).toEqual([{ yes: true }]);
    await expectNothingToDo(url);
  });

  test('stays so where all functions of its owner are', async () => {
    await server.query(`CREATE ROLE careful LOGIN PASSWORD 'careful'`);
    const name = new URL(await server.createDatabase()).pathname.slice(1);
    await server.query(`ALTER DATABASE ${name} OWNER TO careful`);
    await server.query('ALTER DEFAULT PRIVILEGES FOR ROLE careful REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC', name);
    const url = server.url(name, { user: 'careful', password: 'careful' });
    expect(await migrate(url)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await server.query(isPublic, name)).toEqual([{ yes: false }]);
    await expectNothingToDo(url);
    await expectNothingToDo(server.url(name));
  });
});
