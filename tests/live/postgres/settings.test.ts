import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { check, migrate, plan, reset } from '../../../src/index.ts';
import { planSql } from '../../../src/report/plan-sql.ts';
import { catalogText } from '../../support/apply-changes.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { runShell, testWith } from '../support/shells.ts';

const temporaryDirectory = temporaryDirectories();
const testWithPsql = testWith('psql');
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ settings: { log_statement: 'none' } });
});
afterAll(() => server.stop());

/** Settings with a value that changes what a statement of ours means, or how the server prints what it is asked for. */
const wrong: readonly (readonly [setting: string, value: string])[] = [
  ['search_path', 'public, pg_catalog'],
  ['quote_all_identifiers', 'on'],
  ['standard_conforming_strings', 'off'],
  ['transform_null_equals', 'on'],
  ['client_encoding', `'LATIN1'`],
  ['datestyle', `'German'`],
  ['intervalstyle', `'iso_8601'`],
  ['extra_float_digits', '-15'],
  ['bytea_output', `'escape'`],
  ['xmloption', `'document'`],
  ['check_function_bodies', 'off'],
  ['session_replication_role', `'replica'`],
  ['row_security', 'off'],
  ['statement_timeout', `'1s'`],
  ['lock_timeout', `'1ms'`],
  ['idle_session_timeout', `'1s'`],
  ['idle_in_transaction_session_timeout', `'100ms'`],
  ['default_transaction_isolation', `'serializable'`],
  ['default_transaction_deferrable', 'on'],
  ['array_nulls', 'off'],
  ['backslash_quote', 'off'],
  ['escape_string_warning', 'off'],
  ['lc_messages', `'C'`],
  ['timezone', `'Asia/Kathmandu'`],
];

/** What stands before the system's own, where the search path puts the application's schema first. */
const shadows = `
  CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$;
  CREATE FUNCTION public.gen_random_uuid() RETURNS uuid LANGUAGE sql AS $$ SELECT '00000000-0000-0000-0000-000000000000'::uuid $$;
  CREATE FUNCTION public.query_to_xml(text, boolean, boolean, text) RETURNS xml LANGUAGE sql AS $$ SELECT '<none/>'::xml $$;
  CREATE FUNCTION public.to_regclass(text) RETURNS regclass LANGUAGE sql AS $$ SELECT NULL::regclass $$;
  CREATE FUNCTION public.texteq(text, text) RETURNS boolean LANGUAGE sql AS $$ SELECT false $$;
  CREATE DOMAIN public.text AS pg_catalog.text CHECK (VALUE <> 'PENDING');
  CREATE DOMAIN public.bigint AS pg_catalog.int8;
  CREATE TABLE public.pg_class (oid int); CREATE TABLE public.pg_namespace (oid int);
  CREATE TABLE public.workflow_status (mine int); CREATE TABLE public.migrations (mine int)`;

/** What is to be mended: a damage of each sort, and rows that are copied. */
const damage = `
  INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('w');
  INSERT INTO dbos.workflow_inputs (workflow_uuid, inputs) VALUES ('w', 'i');
  DROP INDEX dbos.idx_workflow_status_pending;
  ALTER TABLE dbos.workflow_status ALTER COLUMN created_at DROP DEFAULT;
  ALTER TABLE dbos.operation_outputs DROP COLUMN started_at_epoch_ms;
  DROP FUNCTION dbos.send_message;
  UPDATE dbos.dbos_migrations SET version = 124`;

let clean: string;

async function catalogOf(url: string): Promise<readonly string[]> {
  const { databases } = await plan({ system: url });
  return catalogText(new Map([...databases[0]!.live].filter(([id]) => !id.startsWith('database:'))));
}

beforeAll(async () => {
  clean = await server.createDatabase('clean');
  await migrate({ system: clean });
});

describe.each(wrong)('%s = %s', (setting, value) => {
  test('changes nothing of what any command does', async () => {
    const url = await server.createDatabase('settings');
    const name = new URL(url).pathname.slice(1);
    await server.query(shadows, name);
    await server.query(`ALTER DATABASE "${name}" SET ${setting} = ${value}`);
    await migrate({ system: url });
    expect(await check({ system: url })).toMatchObject({ equal: true });
    expect(await catalogOf(url)).toEqual(await catalogOf(clean));

    await server.query(`SET session_replication_role = origin; SET search_path = pg_catalog; ${damage}`, name);
    await migrate({ system: url });
    expect(await check({ system: url })).toMatchObject({ equal: true });
    expect(await catalogOf(url)).toEqual(await catalogOf(clean));
    const rows = 'SELECT workflow_uuid::pg_catalog.text AS w, inputs::pg_catalog.text AS i FROM dbos.workflow_input';
    expect(await server.query(rows, name)).toEqual([{ w: 'w', i: 'i' }]);
    const records = 'SELECT count(*)::int AS n FROM dbos.migrations WHERE completed_at IS NOT NULL';
    expect(await server.query(records, name)).toEqual([{ n: 2 }]);

    await reset({ system: url });
    expect(await server.query(`SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = 'dbos'`, name)).toEqual([]);
  });

  testWithPsql('changes nothing of what the script does', async () => {
    const url = await server.createDatabase('script');
    const name = new URL(url).pathname.slice(1);
    await server.query(shadows, name);
    await server.query(`ALTER DATABASE "${name}" SET ${setting} = ${value}`);
    const input = planSql(await plan({ system: url }));
    expect(runShell('psql', ['--quiet', url], { input, cwd: temporaryDirectory() })).toMatchObject({ exitCode: 0 });
    expect(await check({ system: url })).toMatchObject({ equal: true });
    expect(await catalogOf(url)).toEqual(await catalogOf(clean));
  });
});

test('all of them at once, set for the role, change nothing of what any command does', async () => {
  await server.query(`CREATE ROLE peculiar LOGIN SUPERUSER PASSWORD 'p'`);
  for (const [setting, value] of wrong) await server.query(`ALTER ROLE peculiar SET ${setting} = ${value}`);
  const name = new URL(await server.createDatabase('role')).pathname.slice(1);
  const url = server.url(name, { user: 'peculiar', password: 'p' });
  await server.query(shadows, name);
  await migrate({ system: url });
  expect(await check({ system: url })).toMatchObject({ equal: true });
  expect(await catalogOf(url)).toEqual(await catalogOf(clean));
  await server.query(damage, name);
  await migrate({ system: url });
  expect(await check({ system: url })).toMatchObject({ equal: true });
  expect(await catalogOf(url)).toEqual(await catalogOf(clean));
});

test('a default tablespace of the database is none of ours', async () => {
  if (server.major < 15) {
    console.warn(`skipped: PostgreSQL ${server.major} makes no tablespace without a directory of its own`);
    return;
  }
  const url = await server.createDatabase('tablespace');
  const name = new URL(url).pathname.slice(1);
  await server.query(`ALTER SYSTEM SET allow_in_place_tablespaces = on`);
  await server.query('SELECT pg_reload_conf()');
  await server.query(`CREATE TABLESPACE elsewhere LOCATION ''`);
  await server.query(`ALTER DATABASE "${name}" SET default_tablespace = elsewhere`);
  await migrate({ system: url });
  expect(await server.query('SELECT relname FROM pg_class WHERE reltablespace > 1664', name)).toEqual([]);
  expect(await check({ system: url })).toMatchObject({ equal: true });
});
