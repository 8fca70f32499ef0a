import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { runCli } from '../../cli/run.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A file that an application made, and its whole content as text. */
function applicationFile(sql: string): { readonly url: string; readonly content: () => unknown } {
  const path = join(temporaryDirectory(), 'app.sqlite');
  const content = (): unknown => {
    const database = new Database(path);
    const tables = database.prepare(`SELECT name, sql FROM sqlite_master ORDER BY name`).all() as { name: string }[];
    const rows = tables.map(({ name }) => {
      try {
        return database.prepare(`SELECT rowid, * FROM "${name}"`).all();
      } catch {
        return null;
      }
    });
    database.close();
    return [tables, rows];
  };
  const database = new Database(path);
  database.exec(sql);
  database.close();
  return { url: `sqlite:///${path}`, content };
}

describe('a file of an application that was never of DBOS', () => {
  const queues = `CREATE TABLE queues (id integer primary key autoincrement, name text not null);
    INSERT INTO queues (name) VALUES ('mine'); CREATE TABLE jobs (queue REFERENCES queues (id)); INSERT INTO jobs VALUES (1)`;

  test('with queues of its own is refused, and stays as it is', async () => {
    const { url, content } = applicationFile(queues);
    const before = content();
    for (const flags of [[], ['--allow', 'data-loss'], ['--plan'], ['--check'], ['--dry-run']]) {
      const { stderr, exitCode } = await runCli(['migrate', '-s', url, ...flags]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('not of DBOS:\n           table main.queues (id, name)\n');
      expect(stderr).toContain('a file of its own');
      expect(stderr).toContain(`--adopt 'table:main.queues'`);
    }
    expect(content()).toEqual(before);
  });

  test('with migrations and notifications of its own keeps them through a reset', async () => {
    const { url, content } = applicationFile(
      `CREATE TABLE migrations (id, n); INSERT INTO migrations VALUES (1, 2); CREATE TABLE notifications (id, body);
       INSERT INTO notifications VALUES (1, 'b')`,
    );
    const before = content();
    const { stdout, exitCode } = await runCli(['reset', '--yes', '-s', url]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`Nothing to reset: there are no DBOS system tables.
Left alone, since it is not of DBOS: table:main.migrations
Left alone, since it is not of DBOS: table:main.notifications
`);
    expect(content()).toEqual(before);
  });

  test('with names that only earlier releases gave is migrated beside them', async () => {
    const { url, content } = applicationFile(
      `CREATE TABLE job_queue (id integer primary key, payload); INSERT INTO job_queue VALUES (1, 'p');
       CREATE TABLE scheduler_state (a); INSERT INTO scheduler_state VALUES (1)`,
    );
    const ofApplication = (): unknown => {
      const [tables, rows] = content() as [{ name: string }[], unknown[]];
      return tables.flatMap(({ name }, i) => (/job_queue|scheduler_state/.test(name) ? [[name, rows[i]]] : []));
    };
    const before = ofApplication();
    expect((await runCli(['migrate', '-s', url, '--allow', 'data-loss'])).exitCode).toBe(0);
    const { stdout, exitCode } = await runCli(['migrate', '-s', url, '--check']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`table:main.job_queue has a name of DBOS's and is not of DBOS: left alone`);
    expect((await runCli(['reset', '--yes', '-s', url])).exitCode).toBe(0);
    expect(ofApplication()).toEqual(before);
  });

  test.each([
    [
      'a virtual table named streams, which no word makes ours',
      'CREATE VIRTUAL TABLE streams USING fts5 (a, b); INSERT INTO streams VALUES (1, 2)',
      'table main.streams',
      ['--adopt', 'table:main.streams'],
    ],
    [
      'dbos_migrations of another shape',
      'CREATE TABLE dbos_migrations (version text PRIMARY KEY, name text)',
      'table main.dbos_migrations (name, version)',
      [],
    ],
  ])('with %s is refused, and stays as it is', async (_, sql, told, flags) => {
    const { url, content } = applicationFile(sql);
    const before = content();
    const { stderr, exitCode } = await runCli(['migrate', '-s', url, ...flags]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`not of DBOS:\n           ${told}\n`);
    expect((await runCli(['reset', '--yes', '-s', url])).stdout).toContain('Left alone');
    expect(content()).toEqual(before);
  });

  test('keeps what depends on a table of our name through reset --cascade', async () => {
    const { url, content } = applicationFile(
      `CREATE TABLE application_versions (id integer PRIMARY KEY, version_name text UNIQUE);
       INSERT INTO application_versions VALUES (1, 'a'); CREATE TABLE app (v REFERENCES application_versions (id));
       INSERT INTO app VALUES (1); CREATE VIEW versions AS SELECT * FROM application_versions`,
    );
    const before = content();
    for (const flags of [[], ['--cascade']]) {
      expect(await runCli(['reset', '--yes', '-s', url, ...flags])).toMatchObject({ stderr: '', exitCode: 0 });
    }
    expect(content()).toEqual(before);
  });

  test('loses only its keys to ours where it has keys to others too', async () => {
    const { url, content } = applicationFile('CREATE TABLE job_queue (id integer PRIMARY KEY, payload)');
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    const database = new Database(new URL(url).pathname.replace('///', '/'));
    database.exec(
      `CREATE TABLE app (j REFERENCES job_queue (id), w REFERENCES workflow_status (workflow_uuid) ON DELETE CASCADE);
       INSERT INTO job_queue VALUES (1, 'p'); INSERT INTO app VALUES (1, NULL)`,
    );
    database.close();
    expect((await runCli(['reset', '--yes', '--cascade', '-s', url])).exitCode).toBe(0);
    const [tables] = content() as [{ name: string; sql: string }[]];
    expect(tables.find(({ name }) => name === 'app')?.sql).toMatch(/\(j REFERENCES job_queue \(id\), w\s*\)/);
  });

  test('may be given over by the operator’s word', async () => {
    const { url } = applicationFile('CREATE TABLE scheduled_workflows (id text, note text)');
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(1);
    const adopted = await runCli(['migrate', '-s', url, '--adopt', 'table:main.scheduled_workflows']);
    expect(adopted).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await runCli(['migrate', '-s', url, '--plan'])).stdout).toContain('nothing to do');
  });
});

/** A database in whose schema `public` an application has these objects. */
async function applicationDatabase(sql: string): Promise<{ readonly url: string; readonly name: string }> {
  const url = await server.createDatabase('application');
  const name = new URL(url).pathname.slice(1);
  await server.query(sql, name);
  return { url, name };
}

describe('a schema that is shared with an application', () => {
  const objects = `CREATE TABLE public.queues (id serial PRIMARY KEY, name text); INSERT INTO queues (name) VALUES ('mine');
    CREATE TABLE public.migrations (id serial PRIMARY KEY, name text); INSERT INTO migrations (name) VALUES ('first');
    CREATE TABLE public.job_queue (id int); INSERT INTO job_queue VALUES (1)`;
  const content = `SELECT (SELECT json_agg(q) FROM public.queues q) AS queues, (SELECT json_agg(m) FROM public.migrations m) AS migrations,
    (SELECT json_agg(j) FROM public.job_queue j) AS jobs, (SELECT json_agg(conname ORDER BY conname) FROM pg_constraint WHERE conrelid IN ('public.queues'::regclass, 'public.migrations'::regclass) AND contype <> 'n') AS keys`;

  test('is refused where it has tables of our names, and nothing of it changes', async () => {
    const { url, name } = await applicationDatabase(objects);
    const before = await server.query(content, name);
    const refused = await runCli(['migrate', '--schema', 'public', '-s', url]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('table public.migrations (id, name)');
    expect(refused.stderr).toContain('table public.queues (id, name)');
    expect(refused.stderr).toContain('--schema NAME');
    const reset = await runCli(['reset', '--schema', 'public', '--yes', '-s', url]);
    expect(reset.exitCode).toBe(0);
    expect(reset.stdout).toContain('Left alone, since it is not of DBOS: table:public.queues');
    expect(await server.query(content, name)).toEqual(before);
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    expect(await server.query(content, name)).toEqual(before);
  });

  test.each([
    ['a function of other arguments', 'send_message(to_user int, body text) RETURNS void', 1],
    ['a function of an earlier name', 'streams_function() RETURNS int', 0],
  ])('keeps %s', async (_, signature, exitCode) => {
    const { url, name } = await applicationDatabase(`CREATE FUNCTION public.${signature} LANGUAGE sql AS 'SELECT 1'`);
    expect((await runCli(['migrate', '--schema', 'public', '-s', url])).exitCode).toBe(exitCode);
    expect((await runCli(['reset', '--schema', 'public', '--yes', '-s', url])).exitCode).toBe(0);
    const functions = `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`;
    expect(await server.query(functions, name)).toEqual([{ proname: signature.split('(')[0] }]);
  });

  test("keeps a trigger's function of an earlier name through every later run", async () => {
    const { url, name } = await applicationDatabase(
      `CREATE TABLE public.mine (id int); CREATE FUNCTION public.workflow_events_function() RETURNS trigger LANGUAGE plpgsql
         AS 'BEGIN RETURN NEW; END'; CREATE FUNCTION public.streams_function() RETURNS trigger LANGUAGE plpgsql
         AS 'BEGIN RETURN NEW; END';
       CREATE TRIGGER mine BEFORE INSERT ON public.mine FOR EACH ROW EXECUTE FUNCTION public.workflow_events_function()`,
    );
    for (const flags of [['migrate'], ['migrate', '--allow', 'data-loss'], ['reset', '--yes']]) {
      expect((await runCli([...flags, '--schema', 'public', '-s', url])).exitCode).toBe(0);
    }
    const functions = `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1`;
    expect(await server.query(functions, name)).toEqual([
      { proname: 'streams_function' },
      { proname: 'workflow_events_function' },
    ]);
    expect(await server.query('INSERT INTO public.mine VALUES (1) RETURNING id', name)).toEqual([{ id: 1 }]);
  });

  test('is refused where it has a function with the very arguments of ours', async () => {
    const { url, name } = await applicationDatabase(
      `CREATE FUNCTION public.send_message(a text, b json, c text, d text) RETURNS void LANGUAGE sql AS 'SELECT 1'`,
    );
    const { stderr, exitCode } = await runCli(['migrate', '--schema', 'public', '-s', url]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('function public.send_message(text, json, text, text)');
    expect((await runCli(['reset', '--schema', 'public', '--yes', '-s', url])).exitCode).toBe(0);
    expect(await server.query(`SELECT prosrc FROM pg_proc WHERE proname = 'send_message'`, name)).toEqual([
      { prosrc: 'SELECT 1' },
    ]);
  });

  test('keeps what depends on a table and a function of our names through reset --cascade', async () => {
    const { url, name } = await applicationDatabase(
      `CREATE TABLE public.application_versions (id int PRIMARY KEY, version_name text);
       CREATE FUNCTION public.send_message(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';
       CREATE TABLE public.app (v int REFERENCES public.application_versions, d int DEFAULT public.send_message(1));
       CREATE VIEW public.versions AS SELECT * FROM public.application_versions`,
    );
    const flags = ['reset', '--schema', 'public', '--yes', '--cascade', '-s', url];
    expect(await runCli(flags)).toMatchObject({ stderr: '', exitCode: 0 });
    const left = `SELECT count(*)::int AS keys, (SELECT count(*)::int FROM pg_views WHERE schemaname = 'public') AS views,
      (SELECT count(*)::int FROM pg_attrdef) AS defaults FROM pg_constraint WHERE contype = 'f'`;
    expect(await server.query(left, name)).toEqual([{ keys: 1, views: 1, defaults: 1 }]);
  });

  test('keeps a view of an earlier name', async () => {
    const { url, name } = await applicationDatabase('CREATE VIEW public.job_queue AS SELECT 1 AS one');
    expect((await runCli(['migrate', '--schema', 'public', '-s', url])).exitCode).toBe(0);
    expect((await runCli(['reset', '--schema', 'public', '--yes', '-s', url])).exitCode).toBe(0);
    expect(await server.query('SELECT * FROM public.job_queue', name)).toEqual([{ one: 1 }]);
  });

  test('is refused in the application database too, before the system database is changed', async () => {
    const { url, name } = await applicationDatabase(
      'CREATE SCHEMA dbos; CREATE TABLE dbos.migrations (id serial PRIMARY KEY, name text)',
    );
    const system = server.url(`${name}_untouched`);
    const { stderr, exitCode } = await runCli(['migrate', '-s', system, '-D', url]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('table dbos.migrations (id, name)');
    expect(await server.query(`SELECT FROM pg_database WHERE datname = '${name}_untouched'`)).toEqual([]);
  });
});

test('an index and a constraint of the operator’s keep their names, however equal they are to ours', async () => {
  const { url, name } = await applicationDatabase('SELECT 1');
  await runCli(['migrate', '-s', url]);
  await server.query(
    `ALTER INDEX dbos.idx_workflow_topic RENAME TO by_topic;
     ALTER TABLE dbos.workflow_queue RENAME CONSTRAINT workflow_queue_queue_name_deduplication_id_key TO one_of_each`,
    name,
  );
  expect(await runCli(['migrate', '-s', url])).toMatchObject({ exitCode: 0, stderr: '' });
  const names = `SELECT relname FROM pg_class WHERE relname IN ('by_topic', 'idx_workflow_topic', 'one_of_each', 'workflow_queue_queue_name_deduplication_id_key') ORDER BY 1`;
  expect(await server.query(names, name)).toEqual(
    ['by_topic', 'idx_workflow_topic', 'one_of_each', 'workflow_queue_queue_name_deduplication_id_key'].map(
      (relname) => ({ relname }),
    ),
  );
  const { stdout, exitCode } = await runCli(['migrate', '-s', url, '--check']);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('index:dbos.notifications.by_topic is yours');
});

describe('a table of ours whose column was renamed by hand', () => {
  const renamed = 'workflow_inputs RENAME COLUMN workflow_uuid TO id';
  const expectTold = async (url: string, sql: string): Promise<void> => {
    for (const flags of [[], ['--plan'], ['--check']]) {
      const { stderr, exitCode } = await runCli(['migrate', '-s', url, ...flags]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/table (?:dbos|main)\.workflow_inputs \((?:id, inputs|inputs, id)\)/);
      expect(stderr).toContain(`${sql}   where workflow_inputs.workflow_uuid was renamed to id\n`);
      expect(stderr).toContain(`--adopt 'table:`);
    }
  };

  test('so that it is not known as ours: the refusal names the statement that renames it back', async () => {
    const url = await server.createDatabase('renamed');
    const name = new URL(url).pathname.slice(1);
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    await server.query(
      `INSERT INTO dbos.workflow_status (workflow_uuid, status, updated_at) VALUES ('w', 'PENDING', 1);
       INSERT INTO dbos.workflow_inputs VALUES ('w', 'input'); UPDATE dbos.dbos_migrations SET version = 60;
       ALTER TABLE dbos.${renamed}`,
      name,
    );
    const sql = 'ALTER TABLE "dbos"."workflow_inputs" RENAME COLUMN "id" TO "workflow_uuid";';
    await expectTold(url, sql);
    await server.query(sql, name);
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    expect(await server.query('SELECT inputs FROM dbos.workflow_input', name)).toEqual([{ inputs: 'input' }]);
    expect((await runCli(['migrate', '-s', url, '--check'])).exitCode).toBe(0);
  });

  test('is named in a file too', async () => {
    const path = join(temporaryDirectory(), 'dbos.sqlite');
    const url = `sqlite:///${path}`;
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    const database = new Database(path);
    database.exec(`ALTER TABLE ${renamed}; UPDATE dbos_migrations SET version = 3`);
    const sql = 'ALTER TABLE "workflow_inputs" RENAME COLUMN "id" TO "workflow_uuid";';
    await expectTold(url, sql);
    database.exec(sql);
    database.close();
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    expect((await runCli(['migrate', '-s', url, '--check'])).exitCode).toBe(0);
  });

  test('and another one of an application, which only has a column like ours, is not', async () => {
    const url = await server.createDatabase('likeness');
    await server.query(
      'CREATE SCHEMA dbos; CREATE TABLE dbos.workflow_inputs (id bigint, payload text NOT NULL)',
      new URL(url).pathname.slice(1),
    );
    const { stderr } = await runCli(['migrate', '-s', url]);
    expect(stderr).toContain('not of DBOS');
    expect(stderr).not.toContain('RENAME COLUMN');
  });

  test.each([
    ['a key', 'workflow_status', 'workflow_uuid', 'id'],
    ['another column', 'streams', 'value', 'content'],
  ])('%s: plan, check and script name it, and migrate before it adds another one', async (_, table, column, other) => {
    const url = await server.createDatabase('known');
    const name = new URL(url).pathname.slice(1);
    expect((await runCli(['migrate', '-s', url])).exitCode).toBe(0);
    await server.query(
      `INSERT INTO dbos.workflow_status (workflow_uuid, status, updated_at) VALUES ('w', 'PENDING', 1);
       INSERT INTO dbos.streams (workflow_uuid, key, value, "offset") VALUES ('w', 'k', 'v', 1);
       ALTER TABLE dbos.${table} RENAME COLUMN ${column} TO ${other}`,
      name,
    );
    const said = `${table}.${column} was most likely renamed to ${other}; to rename it back:`;
    const sql = `ALTER TABLE "dbos"."${table}" RENAME COLUMN "${other}" TO "${column}";`;
    for (const flags of [['--plan'], ['--check'], ['--dry-run']]) {
      const { stdout } = await runCli(['migrate', '-s', url, ...flags]);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`${said} ${sql}`);
    }
    const { stderr, exitCode } = await runCli(['migrate', '-s', url]);
    expect([stderr.startsWith(`warning: ${said}\n         ${sql}\nerror: column "${column}"`), exitCode]).toEqual([
      true,
      1,
    ]);
    await server.query(sql, name);
    expect(await runCli(['migrate', '-s', url])).toMatchObject({ stderr: '', exitCode: 0 });
    expect((await runCli(['migrate', '-s', url, '--check'])).exitCode).toBe(0);
  });
});
