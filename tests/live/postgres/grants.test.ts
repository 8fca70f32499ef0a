import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type CliResult, runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.query(`CREATE ROLE app LOGIN PASSWORD 'app'; CREATE ROLE house LOGIN PASSWORD 'house'`);
});
afterAll(() => server.stop());

const note =
  'The schema holds objects that are not of DBOS: nothing is granted on these, nor on what is made there later.\n';

/** A database whose schema public belongs to `house` and holds what the SQL makes, and the flags to migrate it by. */
async function shared(sql: string): Promise<{ readonly name: string; readonly flags: readonly string[] }> {
  const url = new URL(await server.createDatabase('grants'));
  const name = url.pathname.slice(1);
  await server.query(`ALTER SCHEMA public OWNER TO house; ${sql}`, name);
  [url.username, url.password] = ['house', 'house'];
  return { name, flags: ['--sys-db-url', url.toString(), '--schema', 'public', '--app-role', 'app'] };
}

async function succeed(...args: readonly string[]): Promise<CliResult> {
  const result = await runCli(args);
  expect([result.exitCode, result.exitCode === 0 ? '' : result.stderr]).toEqual([0, '']);
  return result;
}

const may = (name: string, what: string): Promise<readonly unknown[]> => server.query(`SELECT ${what} AS may`, name);

/** Of the operator: a table, a function denied to all, a sequence, and something of an extension's with another owner. */
const theirs = `CREATE TABLE public.salaries (id serial, amount int); ALTER TABLE public.salaries OWNER TO house;
  CREATE FUNCTION public.secret() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
  REVOKE EXECUTE ON FUNCTION public.secret FROM PUBLIC;
  CREATE FUNCTION public.of_extension() RETURNS int LANGUAGE sql AS 'SELECT 1';
  REVOKE EXECUTE ON FUNCTION public.of_extension FROM PUBLIC;
  ALTER EXTENSION plpgsql ADD FUNCTION public.of_extension()`;

test('in a schema with objects of others the grants are on ours only, one by one', async () => {
  const { name, flags } = await shared(theirs);
  const { stdout, stderr } = await succeed('migrate', ...flags);
  expect(stderr).toBe('');
  expect(stdout).toContain(note);
  expect(stdout).toContain('GRANT USAGE ON SCHEMA "public" TO "app"\n');
  expect(stdout).toContain('GRANT ALL PRIVILEGES ON TABLE "public"."streams" TO "app"\n');
  expect(stdout).toMatch(/GRANT EXECUTE ON FUNCTION "public"\."send_message"\(.*\) TO "app"\n/);
  expect(stdout).not.toMatch(/ALL TABLES|ALL SEQUENCES|ALL FUNCTIONS|DEFAULT PRIVILEGES|OWNER TO/);
  expect(
    await may(
      name,
      `has_table_privilege('app', 'public.salaries', 'SELECT') OR has_sequence_privilege('app', 'public.salaries_id_seq', 'USAGE')
        OR has_function_privilege('app', 'public.secret()', 'EXECUTE')`,
    ),
  ).toEqual([{ may: false }]);
  expect(await server.query('SELECT FROM pg_default_acl', name)).toEqual([]);
  expect(
    await may(
      name,
      `(SELECT bool_and(has_table_privilege('app', 'public.' || t, 'DELETE')) FROM unnest(ARRAY['streams', 'workflow_status', 'migrations']) t)`,
    ),
  ).toEqual([{ may: true }]);
  expect((await succeed('migrate', ...flags, '--check')).stdout).toMatch(/^Nothing to do: /);
  await server.query('CREATE TABLE public.later (a int); ALTER TABLE public.later OWNER TO house', name);
  await server.query('DROP TABLE public.streams', name);
  const again = await succeed('migrate', ...flags);
  expect(again.stdout).toContain(note);
  expect(await may(name, `has_table_privilege('app', 'public.later', 'SELECT')`)).toEqual([{ may: false }]);
  expect(await may(name, `has_table_privilege('app', 'public.streams', 'INSERT')`)).toEqual([{ may: true }]);
  expect((await succeed('migrate', ...flags, '--check')).stdout).toMatch(/^Nothing to do: /);
});

test('in a schema that holds nothing but ours the statements of the users’ page are sent', async () => {
  const { name, flags } = await shared('');
  const { stdout } = await succeed('migrate', ...flags);
  expect(stdout).not.toContain(note);
  for (const kind of ['TABLES', 'SEQUENCES', 'FUNCTIONS']) {
    expect(stdout).toMatch(new RegExp(`GRANT \\w[\\w ]* ON ALL ${kind} IN SCHEMA "public" TO "app"\n`));
  }
  expect(await server.query('SELECT FROM pg_default_acl', name)).toHaveLength(3);
  const again = await succeed('migrate', ...flags);
  expect(again.stdout).toContain('The role had all of these already.\n');
});

test.each([
  ['in a schema of ours', ''],
  ['in a shared schema', theirs],
])('a lost grant is counted in the drift, %s', async (_, sql) => {
  const { name, flags } = await shared(sql);
  await succeed('migrate', ...flags);
  await server.query('REVOKE DELETE ON public.streams FROM app', name);
  const checked = await runCli(['migrate', ...flags, '--check']);
  expect(checked.exitCode).toBe(2);
  expect(checked.stdout).toMatch(/lacking: streams$/m);
  expect(checked.stdout).toMatch(/^1 differs: /m);
  const without = flags.slice(0, -2);
  expect((await succeed('migrate', ...without, '--check')).stdout).toMatch(/^Nothing to do: /);
  const env = { DBOS_APP_ROLE: 'app' };
  expect((await runCli(['migrate', ...without, '--check'], { env })).exitCode).toBe(2);
  await succeed('migrate', ...flags);
  expect(await may(name, `has_table_privilege('app', 'public.streams', 'DELETE')`)).toEqual([{ may: true }]);
});

test('what an administrator may not grant is told with the owner, and nothing is handed to the application’s role', async () => {
  const { name, flags } = await shared(theirs);
  await succeed('migrate', ...flags.slice(0, -2));
  await server.query('ALTER TABLE public.streams OWNER TO postgres', name);
  const url = new URL(flags[1] ?? '');
  [url.username, url.password] = ['app', 'app'];
  await server.query('GRANT SELECT ON ALL TABLES IN SCHEMA public TO app; GRANT CREATE ON SCHEMA public TO app', name);
  const { stderr, exitCode } = await runCli(['migrate', '--sys-db-url', url.toString(), ...flags.slice(2)]);
  expect(exitCode).toBe(1);
  expect(stderr).not.toContain('OWNER TO');
  expect(stderr).not.toContain('of_extension');
  expect(stderr).toMatch(/or run it as the owner, .*postgres/);
});
