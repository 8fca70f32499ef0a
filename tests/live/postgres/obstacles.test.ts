import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type CliResult, runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.query(`CREATE ROLE limited LOGIN PASSWORD 'secret'`);
});
afterAll(() => server.stop());

async function succeed(args: readonly string[]): Promise<CliResult> {
  const result = await runCli(args);
  expect([result.exitCode, result.exitCode === 0 ? '' : result.stderr]).toEqual([0, '']);
  return result;
}

const expectNothingToDo = async (flags: readonly string[]): Promise<void> =>
  expect((await succeed(['migrate', ...flags, '--check'])).stdout).toMatch(/^Nothing to do: /);

interface Prepared {
  readonly name: string;
  readonly flags: readonly string[];
}

/** A migrated database, changed by the SQL. */
async function prepared(sql: string): Promise<Prepared> {
  const url = await server.createDatabase('obstacle');
  const name = new URL(url).pathname.slice(1);
  await succeed(['migrate', '--sys-db-url', url]);
  await server.query(sql, name);
  return { name, flags: ['--sys-db-url', url] };
}

interface Told {
  readonly obstacles: readonly { readonly what: string; readonly remedy: string }[];
  readonly changes: readonly unknown[];
}

async function toldBy(flags: readonly string[], mode = '--plan'): Promise<readonly Told[]> {
  const { stdout, exitCode } = await runCli(['migrate', ...flags, mode, '--format', 'json']);
  expect(exitCode).toBe(mode === '--plan' ? 0 : 2);
  return (JSON.parse(stdout) as { databases: readonly Told[] }).databases;
}

/** A refusal before the first change: no transaction that writes was begun. */
async function refused(flags: readonly string[], name: string): Promise<CliResult> {
  await server.mark();
  const result = await runCli(['migrate', ...flags]);
  expect(result.exitCode).toBe(1);
  expect((await server.messages(name)).filter((message) => message.includes('BEGIN'))).toEqual([]);
  return result;
}

const inLine = (text: string): string => text.replaceAll(/\s+/g, ' ');

const narrow = 'ALTER TABLE dbos.streams ALTER COLUMN value TYPE varchar(40)';

/** What somebody can build on our tables, what the plan has to change, and how it is named. */
const blocked: readonly (readonly [what: string, sql: string, by: string, since?: number])[] = [
  [
    'a view on a column whose type changes',
    `${narrow}; CREATE VIEW public.v AS SELECT value FROM dbos.streams`,
    'view public.v',
  ],
  [
    'a materialized view',
    `${narrow}; CREATE MATERIALIZED VIEW public.v AS SELECT value FROM dbos.streams`,
    'materialized view public.v',
  ],
  [
    'a rule',
    `${narrow}; CREATE TABLE public.mine (v text);
     CREATE RULE note AS ON INSERT TO public.mine DO ALSO UPDATE dbos.streams SET value = NEW.v`,
    'rule note on table public.mine',
  ],
  [
    'a trigger on our table',
    `${narrow}; CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
     CREATE TRIGGER t AFTER UPDATE OF value ON dbos.streams FOR EACH ROW EXECUTE FUNCTION public.f()`,
    'trigger t on table dbos.streams',
  ],
  [
    'a policy on our table',
    `${narrow}; CREATE POLICY p ON dbos.streams USING (value <> '')`,
    'policy p on table dbos.streams',
  ],
  [
    'a generated column',
    `${narrow}; ALTER TABLE dbos.streams ADD COLUMN long int GENERATED ALWAYS AS (length(value)) STORED`,
    'column long of table dbos.streams',
  ],
  [
    'a publication with a condition',
    `${narrow}; CREATE PUBLICATION p FOR TABLE dbos.streams WHERE (value = 'a') WITH (publish = 'insert')`,
    'publication of table dbos.streams in publication p',
    15,
  ],
  [
    'a function with a body in SQL',
    `${narrow}; CREATE FUNCTION public.f() RETURNS text BEGIN ATOMIC SELECT max(value) FROM dbos.streams; END`,
    'function public.f()',
  ],
  [
    'a table with a column of our row type',
    `${narrow}; CREATE TABLE public.mine (s dbos.streams)`,
    'column s of table public.mine',
  ],
  [
    'a foreign key on a key that is replaced',
    `ALTER TABLE dbos.queues DROP CONSTRAINT queues_pkey, ADD CONSTRAINT queues_pkey PRIMARY KEY (queue_id) DEFERRABLE;
     ALTER TABLE dbos.queues DROP CONSTRAINT queues_pkey, ADD CONSTRAINT queues_pkey PRIMARY KEY (queue_id) INCLUDE (name);
     CREATE TABLE public.mine (q text CONSTRAINT mine_q REFERENCES dbos.queues (queue_id))`,
    'constraint mine_q on table public.mine',
  ],
  [
    'a view that relies on a key that is replaced',
    `ALTER TABLE dbos.queues DROP CONSTRAINT queues_pkey, ADD CONSTRAINT queues_pkey PRIMARY KEY (queue_id) INCLUDE (name);
     CREATE VIEW public.v AS SELECT queue_id, name, count(*) FROM dbos.queues GROUP BY queue_id`,
    'view public.v',
  ],
];

describe.each(blocked)('%s', (_, sql, by, since = 14) => {
  test('is told by plan and check, and refused before the first change, with the statement that helps', async () => {
    if (server.major < since) {
      console.warn(`skipped: PostgreSQL ${server.major} has no such thing`);
      return;
    }
    const { name, flags } = await prepared(sql);
    const [told] = await toldBy(flags);
    expect(told?.changes.length).toBeGreaterThan(0);
    expect(told?.obstacles.map(({ what }) => what)).toEqual([
      expect.stringMatching(`^blocked by ${by.replaceAll(/[()]/g, '\\$&')}, which needs the `),
    ]);
    expect((await toldBy(flags, '--check'))[0]?.obstacles).toEqual(told?.obstacles);
    const { what = '', remedy = '' } = told?.obstacles[0] ?? {};
    for (const [mode, exitCode] of [
      ['--plan', 0],
      ['--check', 2],
    ] as const) {
      const shown = await runCli(['migrate', ...flags, mode]);
      expect(shown.exitCode).toBe(exitCode);
      expect(inLine(shown.stdout)).toContain(`! ${what} ${inLine(remedy)}`);
    }
    const { stderr } = await refused(flags, name);
    expect(stderr).toContain(`error: ${what}\n`);
    expect(stderr).toContain(`  do     ${remedy}\n`);

    const statement = remedy.startsWith('change that') ? 'DROP TABLE public.mine' : (remedy.split(';')[0] ?? '');
    await server.query(statement, name);
    expect((await toldBy(flags))[0]?.obstacles).toEqual([]);
    await succeed(['migrate', ...flags]);
    await expectNothingToDo(flags);
  });
});

test('what depends on what does not change is in nobody’s way', async () => {
  const { flags } = await prepared(
    `${narrow}; CREATE VIEW public.v AS SELECT workflow_uuid, key FROM dbos.streams;
     CREATE TABLE public.mine (w text REFERENCES dbos.workflow_status ON DELETE CASCADE, s dbos.queues)`,
  );
  expect((await toldBy(flags))[0]?.obstacles).toEqual([]);
  await succeed(['migrate', ...flags]);
  await expectNothingToDo(flags);
});

test('all databases are told of before any is changed', async () => {
  const system = await server.createDatabase('system');
  const { name, flags: application } = await prepared('');
  const applicationUrl = application[1] ?? '';
  await succeed(['migrate', '-s', system, '-D', applicationUrl]);
  const systemName = new URL(system).pathname.slice(1);
  await server.query('DROP INDEX dbos.idx_workflow_status_pending', systemName);
  await server.query(
    `ALTER TABLE dbos.transaction_completion ALTER COLUMN output TYPE varchar(40);
     CREATE VIEW public.v AS SELECT output FROM dbos.transaction_completion`,
    name,
  );
  const flags = ['-s', system, '-D', applicationUrl];
  expect((await toldBy(flags)).map(({ obstacles }) => obstacles.length)).toEqual([0, 1]);
  expect((await refused(flags, systemName)).stderr).toContain('blocked by view public.v');
  expect(
    await server.query(`SELECT FROM pg_indexes WHERE indexname = 'idx_workflow_status_pending'`, systemName),
  ).toEqual([]);
});

test('a role that may not is told of by plan, check and the script, which do their work', async () => {
  const url = await server.createDatabase('rights');
  const as = new URL(url);
  [as.username, as.password] = ['limited', 'secret'];
  const flags = ['--sys-db-url', as.toString()];
  const name = as.pathname.slice(1);
  expect((await toldBy(flags))[0]?.obstacles).toEqual([
    {
      what: 'cannot be applied by limited: it may not create the schema dbos',
      remedy: `GRANT CREATE ON DATABASE "${name}" TO "limited";\nor run it as the owner, postgres`,
    },
  ]);
  const planned = await runCli(['migrate', ...flags, '--plan']);
  expect(planned.exitCode).toBe(0);
  expect(inLine(planned.stdout)).toContain('! cannot be applied by limited: it may not create the schema dbos');
  expect(planned.stdout).toContain('CREATE SCHEMA');
  expect((await runCli(['migrate', ...flags, '--check'])).stdout).toContain('! cannot be applied by limited:');
  expect((await runCli(['migrate', ...flags, '--dry-run'])).stdout).toContain('\n-- cannot be applied by limited: ');
  expect((await refused(flags, name)).stderr).toContain('or run it as the owner, postgres\n');
});

test('a missing CREATEDB is told with both ways out', async () => {
  const flags = ['--sys-db-url', server.url('not_there', { user: 'limited', password: 'secret' })];
  expect((await toldBy(flags))[0]?.obstacles).toEqual([
    {
      what: 'cannot be applied by limited: it may not create the database not_there',
      remedy:
        'CREATE DATABASE "not_there" OWNER "limited";   or ALTER ROLE "limited" CREATEDB;\nor run it as a role that may create databases',
    },
  ]);
  const { stderr } = await runCli(['migrate', ...flags]);
  expect(stderr).toContain('CREATE DATABASE "not_there" OWNER "limited";');
  await server.query('CREATE DATABASE "not_there" OWNER "limited"');
  await succeed(['migrate', ...flags]);
});

test('a session that is read-only is told of', async () => {
  const { name, flags } = await prepared('DROP INDEX dbos.idx_workflow_status_pending');
  await server.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  expect((await toldBy(flags))[0]?.obstacles).toMatchObject([
    { what: expect.stringMatching(/^nothing can be changed here: the session is read-only/) },
  ]);
  expect((await refused(flags, name)).stderr).toContain('nothing can be changed here');
});

test('a login that does not inherit gets the remedy that works', async () => {
  await server.query(`CREATE ROLE house; CREATE ROLE lodger LOGIN NOINHERIT PASSWORD 'secret' IN ROLE house`);
  const { name, flags } = await prepared('');
  await server.query(
    `DO $$ DECLARE t text; BEGIN
       FOR t IN SELECT format('TABLE %s', oid::regclass) FROM pg_class WHERE relnamespace = 'dbos'::regnamespace AND relkind = 'r'
         UNION ALL SELECT format('FUNCTION %s', oid::regprocedure) FROM pg_proc WHERE pronamespace = 'dbos'::regnamespace
       LOOP EXECUTE 'ALTER ' || t || ' OWNER TO house'; END LOOP; END $$;
     ALTER SCHEMA dbos OWNER TO house; DROP INDEX dbos.idx_workflow_status_pending;
     GRANT USAGE ON SCHEMA dbos TO lodger; GRANT SELECT ON ALL TABLES IN SCHEMA dbos TO lodger`,
    name,
  );
  const url = new URL(flags[1] ?? '');
  [url.username, url.password] = ['lodger', 'secret'];
  const as = ['--sys-db-url', url.toString()];
  const { stderr } = await refused(as, name);
  await server.query('REVOKE USAGE ON SCHEMA dbos FROM lodger', name);
  expect((await refused(as, name)).stderr).toMatch(/may not read the table dbos_migrations[^]*options=-c role=house/);
  await server.query('GRANT USAGE ON SCHEMA dbos TO lodger', name);
  const sql = server.major >= 16 ? 'GRANT "house" TO "lodger" WITH INHERIT TRUE;' : 'ALTER ROLE "lodger" INHERIT;';
  expect(stderr).toContain(sql);
  expect(stderr).toContain('options=-c role=house');
  const option = /options=-c%20\S+/.exec(stderr)?.[0] ?? '';
  const inRole = ['--sys-db-url', `${url.toString()}?${option}`];
  expect((await toldBy(inRole))[0]?.obstacles).toEqual([]);
  await server.query(sql, name);
  expect((await toldBy(as))[0]?.obstacles).toEqual([]);
  await succeed(['migrate', ...inRole]);
  await expectNothingToDo(as);
});

test('a session in the template of a new database is waited for, and named', async () => {
  const template = new Client({ connectionString: server.url('template1'), ssl: false });
  await template.connect();
  // The server itself waits five seconds for it before it refuses.
  const leaving = setTimeout(7_000).then(() => template.end());
  const { exitCode, stderr } = await runCli(['migrate', '--sys-db-url', server.url('waited')]);
  await leaving;
  expect(exitCode).toBe(0);
  expect(stderr).toContain('others to leave the template database: CREATE DATABASE "waited"');
  await expectNothingToDo(['--sys-db-url', server.url('waited')]);
});

test('a column that was renamed by hand is named with the statement that renames it back', async () => {
  const { name, flags } = await prepared('ALTER TABLE dbos.streams RENAME COLUMN value TO content');
  const { stdout } = await runCli(['migrate', ...flags, '--check']);
  const sql = 'ALTER TABLE "dbos"."streams" RENAME COLUMN "content" TO "value";';
  expect(inLine(stdout)).toContain(`! streams.value was most likely renamed to content; to rename it back: ${sql}`);
  await server.query(sql, name);
  await expectNothingToDo(flags);
});

describe.each(['SQL_ASCII', 'LATIN1'])('in a database of the encoding %s', (encoding) => {
  test('a table of the operator’s with a name beyond ASCII is in nobody’s way', async () => {
    const name = `in_${encoding.toLowerCase()}`;
    await server.query(`CREATE DATABASE ${name} ENCODING '${encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
    const flags = ['--sys-db-url', server.url(name)];
    await succeed(['migrate', ...flags]);
    await server.query(`CREATE TABLE dbos."Büro" (a text REFERENCES dbos.workflow_status ON DELETE CASCADE)`, name);
    await expectNothingToDo(flags);
    expect((await runCli(['reset', ...flags, '--yes'])).stderr).toContain('Büro');
    await succeed(['reset', ...flags, '--yes', '--cascade']);
  });
});

test('a name that is no UTF8 stops no check, and reset names it with the encoding', async () => {
  await server.query(`CREATE DATABASE bytes ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
  const flags = ['--sys-db-url', server.url('bytes')];
  await succeed(['migrate', ...flags]);
  await server.query(
    `SET client_encoding = 'SQL_ASCII'; DO $$ BEGIN EXECUTE convert_from('CREATE TABLE dbos."x'::bytea || '\\xff'::bytea
       || '" (a text CONSTRAINT c REFERENCES dbos.workflow_status ON DELETE CASCADE)'::bytea, 'SQL_ASCII'); END $$`,
    'bytes',
  );
  await expectNothingToDo(flags);
  const { exitCode, stderr } = await runCli(['reset', ...flags, '--yes']);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(String.raw`table dbos."x\377"`);
  expect(stderr).toContain('SQL_ASCII');
});

test('a schema that the encoding of the database cannot spell is named', async () => {
  await server.query(`CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`);
  for (const args of [['migrate'], ['migrate', '--check'], ['reset', '--yes']]) {
    const { exitCode, stderr } = await runCli([...args, '--sys-db-url', server.url('latin'), '--schema', '日本']);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('lacks a character of "日本"');
    expect(stderr).toContain('LATIN1');
  }
});
