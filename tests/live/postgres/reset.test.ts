import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A migrated database in which somebody has objects of their own, as the SQL says. */
async function shared(sql: string): Promise<{ readonly name: string; readonly flags: readonly string[] }> {
  const url = await server.createDatabase('reset');
  const name = new URL(url).pathname.slice(1);
  const flags = ['--sys-db-url', url];
  await succeed(['migrate', ...flags]);
  await server.query(`INSERT INTO dbos.workflow_status (workflow_uuid, status) VALUES ('w', 'PENDING'); ${sql}`, name);
  return { name, flags };
}

/** Everything that is not ours, each object in the server's own words. */
const others = (name: string): Promise<readonly Record<string, unknown>[]> =>
  server.query(
    `SELECT n.nspname, c.relname, c.relkind, c.relacl::text, obj_description(c.oid, 'pg_class') AS comment,
       (SELECT json_agg(format('%s %s %s', a.attname, a.atttypid::regtype, a.attnotnull) ORDER BY a.attnum)
        FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
       (SELECT json_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_constraint k WHERE k.conrelid = c.oid) AS constraints
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' OR c.relname LIKE 'mine%' ORDER BY 1, 2`,
    name,
  );

test('reset, migrate, check: tables and rows of others are untouched', async () => {
  const { name, flags } = await shared(
    `CREATE TABLE public.mine (id serial PRIMARY KEY, note text); INSERT INTO public.mine (note) VALUES ('a'), ('b');
     CREATE TABLE dbos.mine_too (id int PRIMARY KEY REFERENCES public.mine, note text DEFAULT 'x');
     INSERT INTO dbos.mine_too VALUES (1), (2);
     CREATE VIEW dbos.mine_seen AS SELECT * FROM dbos.mine_too;
     CREATE FUNCTION dbos.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE dbos.mood AS ENUM ('ok');
     COMMENT ON TABLE dbos.mine_too IS 'keep me'; GRANT SELECT ON dbos.mine_too TO PUBLIC`,
  );
  const before = await others(name);
  const reset = await succeed(['reset', ...flags, '--yes']);
  expect(reset.stdout).toBe('Resetting system database...\nSystem database reset successfully.\n');
  expect(await others(name)).toEqual(before);
  expect(await server.query(`SELECT to_regclass('dbos.workflow_status') AS t`, name)).toEqual([{ t: null }]);

  await succeed(['migrate', ...flags]);
  await expectNothingToDo(flags);
  expect(await others(name)).toEqual(before);
  expect(await server.query('SELECT * FROM dbos.mine_seen ORDER BY id', name)).toEqual([
    { id: 1, note: 'x' },
    { id: 2, note: 'x' },
  ]);
  expect(await server.query('SELECT note FROM public.mine ORDER BY id', name)).toEqual([{ note: 'a' }, { note: 'b' }]);
  expect(await server.query('SELECT dbos.mine() AS n, count(*)::int AS w FROM dbos.workflow_status', name)).toEqual([
    { n: 1, w: 0 },
  ]);
});

/** What somebody can build on our tables, and what a check of it gives where it stands. */
const dependents: readonly (readonly [what: string, named: string, sql: string, stands: string])[] = [
  [
    'a foreign key',
    'constraint mine_w_fkey on table public.mine',
    `CREATE TABLE public.mine (w text REFERENCES dbos.workflow_status ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED)`,
    `SELECT pg_get_constraintdef(oid) AS it FROM pg_constraint WHERE conname = 'mine_w_fkey'`,
  ],
  [
    'a foreign key of a table in our schema, with odd names',
    'constraint My "odd" key on table dbos."My ""odd"" table"',
    `CREATE TABLE dbos."My ""odd"" table" ("a b" text CONSTRAINT "My ""odd"" key" REFERENCES dbos.workflow_status
       ON DELETE SET NULL)`,
    `SELECT pg_get_constraintdef(oid) AS it FROM pg_constraint WHERE conname = 'My "odd" key'`,
  ],
  [
    'a view',
    'view public.report',
    `CREATE VIEW public.report AS SELECT status, count(*) AS n FROM dbos.workflow_status GROUP BY status`,
    `SELECT pg_get_viewdef('public.report') AS it`,
  ],
  [
    'a view on a view, in a schema of its own',
    'view other.top',
    `CREATE SCHEMA other; CREATE VIEW public.below AS SELECT workflow_uuid FROM dbos.workflow_status;
     CREATE VIEW other."top" WITH (security_barrier) AS SELECT count(*) AS n FROM public.below`,
    `SELECT pg_get_viewdef('other.top') AS it, reloptions FROM pg_class WHERE oid = 'other.top'::regclass`,
  ],
  [
    'a materialized view with an index',
    'materialized view public.summed',
    `CREATE MATERIALIZED VIEW public.summed AS SELECT status, count(*) AS n FROM dbos.workflow_status GROUP BY status;
     CREATE UNIQUE INDEX summed_status ON public.summed (status)`,
    `SELECT pg_get_viewdef('public.summed') AS it, pg_get_indexdef('public.summed_status'::regclass) AS index`,
  ],
  [
    'a function of a row of ours',
    'function public.is_late(dbos.workflow_status)',
    `CREATE FUNCTION public.is_late(w dbos.workflow_status) RETURNS boolean LANGUAGE sql AS $$ SELECT w.status = 'PENDING'; $$`,
    `SELECT pg_get_functiondef('public.is_late'::regproc) AS it`,
  ],
  [
    'a trigger that runs our function',
    'trigger tell on table public.mine',
    `CREATE TABLE public.mine (destination_uuid text, topic text);
     CREATE TRIGGER tell AFTER INSERT ON public.mine FOR EACH ROW EXECUTE FUNCTION dbos.notifications_function()`,
    `SELECT pg_get_triggerdef(oid) AS it FROM pg_trigger WHERE tgname = 'tell'`,
  ],
  [
    'a policy that asks our table',
    'policy own on table public.mine',
    `CREATE TABLE public.mine (w text); ALTER TABLE public.mine ENABLE ROW LEVEL SECURITY;
     CREATE POLICY own ON public.mine AS RESTRICTIVE FOR UPDATE TO PUBLIC
       USING (w IN (SELECT workflow_uuid FROM dbos.workflow_status)) WITH CHECK (w <> 'x')`,
    `SELECT policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies`,
  ],
  [
    'a rule that writes to our table',
    'rule note on table public.mine',
    `CREATE TABLE public.mine (w text);
     CREATE RULE note AS ON INSERT TO public.mine DO ALSO INSERT INTO dbos.workflow_status (workflow_uuid) VALUES (NEW.w)`,
    `SELECT pg_get_ruledef(oid) AS it FROM pg_rewrite WHERE rulename = 'note'`,
  ],
  [
    'a default that calls our function',
    'default value for column w of table public.mine',
    `CREATE TABLE public.mine (id int, w text DEFAULT dbos.enqueue_workflow('a', 'b'))`,
    `SELECT pg_get_expr(adbin, adrelid) AS it FROM pg_attrdef WHERE adrelid = 'public.mine'::regclass`,
  ],
];

/** What no definition makes again. */
const lasting: readonly (readonly [what: string, named: string, sql: string])[] = [
  [
    'a table with a column of a row type of ours',
    'table public.mine',
    `CREATE TABLE public.mine (id int, w dbos.workflow_status); INSERT INTO public.mine VALUES (1, NULL)`,
  ],
  ['a table that inherits from one of ours', 'table public.mine', 'CREATE TABLE public.mine () INHERITS (dbos.queues)'],
  ['a composite type of a row of ours', 'composite type public.mine', 'CREATE TYPE public.mine AS (w dbos.queues)'],
];

test.each(lasting)('%s is named, and refused even with --cascade', async (_, named, sql) => {
  const { name, flags } = await shared(sql);
  const before = await others(name);
  const check = () => runCli(['migrate', ...flags, '--check']);
  const found = await check();
  for (const cascade of [[], ['--cascade']]) {
    const { stderr, exitCode } = await runCli(['reset', ...flags, '--yes', ...cascade]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(` ${named}\n`);
    expect(stderr).toContain('nothing could make them again');
  }
  expect(found.stdout).toMatch(/as declared/);
  expect(await check()).toEqual(found);
  expect(await others(name)).toEqual(before);
});

describe.each(dependents)('%s', (_, named, sql, stands) => {
  test('is named and refused, dropped with --cascade, and made again by what was printed', async () => {
    const { name, flags } = await shared(sql);
    const before = await server.query(stands, name);
    expect(before).toHaveLength(1);

    const refused = await runCli(['reset', ...flags, '--yes']);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain(`  ${named}\n`);
    await expectNothingToDo(flags);
    expect(await server.query(stands, name)).toEqual(before);

    const { stdout } = await succeed(['reset', ...flags, '--yes', '--cascade']);
    const printed = /These go with it; to make them again:\n([^]*)System database reset successfully\.\n$/.exec(
      stdout,
    )?.[1];
    await succeed(['migrate', ...flags]);
    await expectNothingToDo(flags);
    await server.query(printed ?? '', name);
    expect(await server.query(stands, name)).toEqual(before);
    await expectNothingToDo(flags);
  });
});
