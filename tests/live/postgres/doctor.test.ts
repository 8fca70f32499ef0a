import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { serverTls } from '../../support/tls.ts';
import { amiss, diagnose } from '../support/doctor.ts';
import { migratedDatabase } from '../support/migrated.ts';
import { expectNothingToDo } from '../support/run.ts';

let server: PostgresServer;
let migrated: string;

beforeAll(async () => {
  server = await startPostgres({ password: 'Geheim' });
  migrated = await migratedDatabase(server, 'SELECT');
  await server.query(`CREATE ROLE app LOGIN PASSWORD 'app'; CREATE ROLE blind LOGIN PASSWORD 'blind';
    CREATE ROLE keeper LOGIN PASSWORD 'keeper'; CREATE ROLE crew; GRANT crew TO keeper`);
});
afterAll(() => server.stop());

interface Prepared {
  readonly name: string;
  readonly url: string;
  /** The same with another role's name and password, which are equal. */
  readonly as: (role: string) => string;
  readonly sql: (sql: string) => Promise<Record<string, unknown>[]>;
}

/** A migrated database of its own, changed by the SQL. */
async function prepared(sql = 'SELECT', original: string | null = migrated): Promise<Prepared> {
  const url = await server.createDatabase('examined', original ?? undefined);
  const name = new URL(url).pathname.slice(1);
  await server.query(sql.replaceAll('DATABASE_NAME', name), name);
  return {
    name,
    url,
    as: (role) => server.url(name, { user: role, password: role }),
    sql: (text) => server.query(text, name),
  };
}

/** What a role sees of the table of the version in information_schema.tables, asked as that very role. */
async function seenBy(url: string): Promise<number> {
  const client = new Client({ connectionString: url, ssl: false });
  await client.connect();
  const { rows } = await client.query(
    `SELECT FROM information_schema.tables WHERE table_schema = 'dbos' AND table_name = 'dbos_migrations'`,
  );
  await client.end();
  return rows.length;
}

describe('a database that is as declared', () => {
  test('passes, whatever is asked', async () => {
    const { url } = await prepared();
    const found = await diagnose(['-s', url]);
    expect([found.exitCode, found.verdict]).toEqual([0, 'pass']);
    expect(amiss(found)).toEqual(['unknown docker', 'unknown application role']);
    expect(found.of('server')).toEqual([{ state: 'pass', seen: expect.stringMatching(/^PostgreSQL \d/), todo: null }]);
    expect(found.of('launch')[0]?.seen).toBe('postgres sees dbos.dbos_migrations, and reads version 125');
    expect(found.of('role')[0]?.seen).toBe('postgres; a superuser');
    expect(found.of('TLS')[0]?.seen).toBe('none, within this machine');
    expect(found.of('clock')[0]?.seen).toBe("the server's is the same as this machine's");
    expect(found.of('pooler')[0]?.state).toBe('pass');
    expect(found.printed).not.toContain('Geheim');
    await expectNothingToDo(['-s', url]);
  });

  test('is told in 80 columns, with the sum in the last line', async () => {
    const { url } = await prepared();
    const { stdout, exitCode } = await runCli(['doctor', '-s', url, '--app-role', 'blind'], {
      env: { PATH: '/nowhere' },
    });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('\nSystem database\n  pass  driver: pg ');
    expect(stdout).toMatch(/\n\d fail, \d+ pass, \d not looked at\n$/);
    const wide = stdout.split('\n').filter((line) => line.length > 80 && !/^ {12}[A-Z]|^ {8}do {2}[A-Z]/.test(line));
    expect(wide).toEqual([]);
    await expectNothingToDo(['-s', url]);
  });

  test('passes for the limited role of an application too', async () => {
    const { url, as } = await prepared();
    expect(await runCli(['migrate', '-s', url, '--app-role', 'app'])).toMatchObject({ exitCode: 0 });
    const found = await diagnose(['-s', as('app')]);
    expect(amiss(found)).toEqual(['unknown docker', 'unknown application role']);
    expect(found.of('role')[0]?.seen).toBe(
      'app; may not create databases; may not create schemas in this one; does not own the schema dbos; member of no other role',
    );
    expect((await diagnose(['-s', url, '--app-role', 'app'])).of('application role')[0]?.state).toBe('pass');
    await expectNothingToDo(['-s', url, '--app-role', 'app']);
  });
});

describe('the question of a runtime at its launch', () => {
  test('is answered for a role that cannot see the table of the version', async () => {
    const { url, as } = await prepared();
    expect(await seenBy(as('blind'))).toBe(0);
    const found = await diagnose(['-s', url, '--app-role', 'blind']);
    expect([found.exitCode, amiss(found)]).toEqual([1, ['unknown docker', 'fail launch', 'fail application role']]);
    expect(found.of('launch')).toEqual([
      {
        state: 'fail',
        seen: 'blind does not see dbos.dbos_migrations in information_schema.tables: its runtime takes the schema for version 0, sets out to make it, and fails with "permission denied"',
        todo: 'as the owner: dbos migrate --app-role blind, which grants it all that it needs',
      },
    ]);
    const { todo = null } = found.of('application role')[0] ?? {};
    expect(todo).toContain('GRANT USAGE ON SCHEMA "dbos" TO "blind";\n');
    expect(await runCli(['migrate', '-s', url, '--app-role', 'blind'])).toMatchObject({ exitCode: 0 });
    expect(await seenBy(as('blind'))).toBe(1);
    expect(amiss(await diagnose(['-s', url, '--app-role', 'blind']))).toEqual(['unknown docker']);
    await expectNothingToDo(['-s', url, '--app-role', 'blind']);
  });

  test.each([
    ['a privilege on the table alone', 'GRANT SELECT ON dbos.dbos_migrations TO blind', 'may not use the schema dbos'],
    [
      'a privilege on a column alone',
      'GRANT USAGE ON SCHEMA dbos TO blind; GRANT UPDATE (version) ON dbos.dbos_migrations TO blind',
      'may not read dbos.dbos_migrations',
    ],
  ])('is answered for a role that has %s', async (_, sql, hindrance) => {
    const { url, as } = await prepared(sql);
    expect(await seenBy(as('blind'))).toBe(1);
    const found = (await diagnose(['-s', url, '--app-role', 'blind'])).of('launch');
    expect(found).toMatchObject([{ state: 'fail', seen: `blind ${hindrance}, so its runtime cannot start` }]);
    // Asked as itself, it is told the same.
    expect((await diagnose(['-s', as('blind')])).of('launch')).toMatchObject([{ seen: found[0]?.seen }]);
    await expectNothingToDo(['-s', url]);
  });

  test('is answered for a role that may not connect', async () => {
    const { url } = await prepared('REVOKE CONNECT ON DATABASE "DATABASE_NAME" FROM PUBLIC');
    expect((await diagnose(['-s', url, '--app-role', 'blind'])).of('launch')[0]?.seen).toMatch(
      /^blind may not connect to /,
    );
    await expectNothingToDo(['-s', url]);
  });

  test('fails where the table has two rows', async () => {
    const { url } = await prepared('INSERT INTO dbos.dbos_migrations VALUES (7)');
    const found = await diagnose(['-s', url]);
    expect(found.of('launch')[0]).toMatchObject({
      state: 'fail',
      seen: expect.stringMatching(/has more than one row: .*125/),
    });
    await runCli(['migrate', '-s', url]);
    expect((await diagnose(['-s', url])).of('launch')[0]?.state).toBe('pass');
    await expectNothingToDo(['-s', url]);
  });
});

describe('the roles', () => {
  test('that migrates and may not: what it lacks, and what to grant', async () => {
    const { url, as, sql } = await prepared('SELECT', null);
    const found = await diagnose(['-s', as('keeper')]);
    expect(found.exitCode).toBe(1);
    expect(found.of('role')[0]?.seen).toContain('member of crew');
    const [rights] = found.of('rights');
    expect(rights).toMatchObject({ state: 'fail', seen: 'keeper may not create the schema dbos' });
    const [grant = ''] = rights?.todo?.split('\n') ?? [];
    expect(grant).toMatch(/^GRANT CREATE ON DATABASE /);
    await sql(grant);
    expect((await diagnose(['-s', as('keeper')])).of('rights')).toEqual([
      { state: 'pass', seen: 'keeper may do all that is to be done', todo: null },
    ]);
    expect(await runCli(['migrate', '-s', as('keeper')])).toMatchObject({ exitCode: 0 });
    await expectNothingToDo(['-s', url]);
  });

  test('of the application, which does not exist', async () => {
    const { url } = await prepared();
    const found = await diagnose(['-s', url, '--app-role', 'nobody there']);
    expect(found.of('application role')).toEqual([
      {
        state: 'fail',
        seen: 'role "nobody there" does not exist',
        todo: `CREATE ROLE "nobody there" LOGIN PASSWORD '…';`,
      },
    ]);
    expect(found.of('launch')).toMatchObject([{ state: 'unknown' }]);
    await expectNothingToDo(['-s', url]);
  });

  test('whose password ends soon', async () => {
    const { url, as, sql } = await prepared();
    await sql(`ALTER ROLE keeper VALID UNTIL '${new Date(Date.now() + 86_400_000).toISOString()}'`);
    const [role] = (await diagnose(['-s', as('keeper')])).of('role');
    expect(role).toMatchObject({
      state: 'warn',
      seen: expect.stringMatching(/; its password is valid until \d{4}-\d\d-\d\d$/),
    });
    await sql(role?.todo ?? '');
    expect((await diagnose(['-s', as('keeper')])).of('role')[0]?.state).toBe('pass');
    await expectNothingToDo(['-s', url]);
  });

  test('with a wrong password, which is not printed', async () => {
    const url = server.url('postgres', { user: 'app', password: 'Falsches' });
    const found = await diagnose(['-s', url]);
    expect(found.exitCode).toBe(1);
    expect(found.of('connection')).toEqual([
      {
        state: 'fail',
        seen: expect.stringMatching(
          /^password authentication failed for user "app"\nwhere: postgresql:\/\/app:\*\*\*@/,
        ),
        todo: 'correct user or password; the password came from the URL',
      },
    ]);
    const checks = found.checks.filter(({ group }) => group === 'System database');
    expect(checks.filter(({ state }) => state === 'unknown').length).toBe(checks.length - 3);
    const { stdout, stderr } = await runCli(['doctor', '-s', url]);
    expect(found.printed + stdout + stderr).not.toContain('Falsches');
  });
});

describe('settings', () => {
  test.each([
    ['the role', 'ALTER ROLE app SET', 'ALTER ROLE "app" RESET'],
    ['the database', 'ALTER DATABASE "DATABASE_NAME" SET', 'ALTER DATABASE "DATABASE_NAME" RESET'],
    [
      'the role in the database',
      'ALTER ROLE app IN DATABASE "DATABASE_NAME" SET',
      'ALTER ROLE "app" IN DATABASE "DATABASE_NAME" RESET',
    ],
  ])('of %s that make it read-only, and a limit of time', async (_, set, reset) => {
    const { name, url, sql } = await prepared(
      `${set} default_transaction_read_only = on; ${set} statement_timeout = '2s'`,
    );
    const found = await diagnose(['-s', url, '--app-role', 'app']);
    const [readOnly, limit] = found.of('settings');
    expect(readOnly).toEqual({
      state: 'fail',
      seen: 'default_transaction_read_only is on for app: every write of a session that does not say otherwise is refused',
      todo: `${reset.replace('DATABASE_NAME', name)} default_transaction_read_only;`,
    });
    expect(limit).toEqual({
      state: 'warn',
      seen: 'statement_timeout is 2s for app: statements of the runtime that take longer are cancelled',
      todo: `${reset.replace('DATABASE_NAME', name)} statement_timeout;`,
    });
    await sql(`SET transaction_read_only = off; ${readOnly?.todo}${limit?.todo}`);
    expect((await diagnose(['-s', url, '--app-role', 'app'])).of('settings')).toEqual([
      { state: 'pass', seen: 'nothing stops the sessions of app', todo: null },
    ]);
    await expectNothingToDo(['-s', url]);
  });

  test('that refuse what is written now', async () => {
    const { url, sql, name } = await prepared('ALTER DATABASE "DATABASE_NAME" SET default_transaction_read_only = on');
    const found = await diagnose(['-s', url]);
    expect(found.of('writes')).toMatchObject([
      { state: 'fail', seen: 'the session is read-only by default (default_transaction_read_only)' },
    ]);
    await sql(`SET transaction_read_only = off; ALTER DATABASE "${name}" RESET default_transaction_read_only`);
    await expectNothingToDo(['-s', url]);
  });

  test('in the URL', async () => {
    const { name, url } = await prepared();
    const options = encodeURIComponent('-c idle_session_timeout=5min');
    const [found] = (await diagnose(['-s', server.url(name, { parameters: `options=${options}` })])).of('settings');
    expect(found).toEqual({
      state: 'warn',
      seen: 'idle_session_timeout is 300000 for postgres: the session in which a runtime listens for messages is ended while nothing comes',
      todo: 'take idle_session_timeout out of the options of the URL, or of PGOPTIONS',
    });
    await expectNothingToDo(['-s', url]);
  });

  test('leave room for connections', async () => {
    const { url, sql } = await prepared(
      'ALTER ROLE app CONNECTION LIMIT 3; ALTER DATABASE "DATABASE_NAME" CONNECTION LIMIT 5',
    );
    const found = (await diagnose(['-s', url, '--app-role', 'app'])).of('connections');
    expect(found.map(({ state, seen }) => [state, seen])).toEqual([
      ['warn', expect.stringMatching(/^1 of the 5 that the database examined_\d+ allows are in use/)],
      ['warn', expect.stringMatching(/^0 of the 3 that the role app allows are in use/)],
    ]);
    await sql(found.map(({ todo }) => todo).join(''));
    expect((await diagnose(['-s', url, '--app-role', 'app'])).of('connections')).toMatchObject([{ state: 'pass' }]);
    await expectNothingToDo(['-s', url]);
  });
});

describe('what is in the way', () => {
  test('an event trigger', async () => {
    const { url, sql } =
      await prepared(`CREATE FUNCTION public.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
      CREATE EVENT TRIGGER "My watch" ON ddl_command_end EXECUTE FUNCTION public.watch()`);
    const found = await diagnose(['-s', url]);
    expect([found.exitCode, found.verdict]).toEqual([0, 'warn']);
    const [trigger] = found.of('event triggers');
    expect(trigger).toMatchObject({ state: 'warn', todo: 'ALTER EVENT TRIGGER "My watch" DISABLE;' });
    await sql(trigger?.todo ?? '');
    expect(amiss(await diagnose(['-s', url]))).toEqual(['unknown docker', 'unknown application role']);
    await expectNothingToDo(['-s', url]);
  });

  test('the language of the functions, which is missing', async () => {
    const { url, sql } = await prepared('DROP EXTENSION plpgsql CASCADE');
    const found = await diagnose(['-s', url]);
    expect(found.of('extensions')).toMatchObject([{ state: 'fail', todo: 'CREATE EXTENSION plpgsql;' }]);
    await sql(found.of('extensions')[0]?.todo ?? '');
    expect((await diagnose(['-s', url])).of('extensions')).toMatchObject([{ state: 'pass' }]);
    expect(await runCli(['migrate', '-s', url])).toMatchObject({ exitCode: 0 });
    await expectNothingToDo(['-s', url]);
  });

  test('a dangerous stranger', async () => {
    const { url, sql } = await prepared(
      `ALTER TABLE dbos.workflow_status ADD CONSTRAINT short CHECK (length(name) < 10)`,
    );
    const [stranger] = (await diagnose(['-s', url])).of('strangers');
    expect(stranger).toMatchObject({
      state: 'fail',
      seen: expect.stringMatching(/^check:dbos\.workflow_status\.short is yours and can break the runtime: /),
      todo: expect.stringMatching(/^ALTER TABLE .* DROP CONSTRAINT .*;$/),
    });
    expect((await diagnose(['-s', url, '--ignore', 'check:*short'])).of('strangers')[0]?.state).toBe('pass');
    await sql(stranger?.todo ?? '');
    expect((await diagnose(['-s', url])).of('strangers')[0]?.state).toBe('pass');
    await expectNothingToDo(['-s', url]);
  });

  test('a view that needs a column of another type', async () => {
    const { url, sql } = await prepared(`ALTER TABLE dbos.workflow_status ALTER owner_xid TYPE varchar(40);
      CREATE VIEW public.report AS SELECT owner_xid FROM dbos.workflow_status`);
    const found = await diagnose(['-s', url]);
    expect(found.of('schema')[0]).toMatchObject({
      state: 'fail',
      seen: 'runtime schema 125 (Python 3.4), but damaged: 1 to change',
    });
    expect(found.of('obstacles')).toMatchObject([{ state: 'fail', seen: expect.stringContaining('public.report') }]);
    await sql(/^DROP VIEW [^;]*;/.exec(found.of('obstacles')[0]?.todo ?? '')?.[0] ?? '');
    expect(await runCli(['migrate', '-s', url])).toMatchObject({ exitCode: 0 });
    expect((await diagnose(['-s', url])).exitCode).toBe(0);
    await expectNothingToDo(['-s', url]);
  });

  test('a table under a name of ours, as migrate says it', async () => {
    const { url, sql } = await prepared('CREATE SCHEMA dbos; CREATE TABLE dbos.queues (mine int)', null);
    const found = await diagnose(['-s', url]);
    const { stderr } = await runCli(['migrate', '-s', url]);
    const [schema] = found.of('schema');
    expect(schema?.state).toBe('fail');
    expect(stderr).toContain(`error: ${schema?.seen.split('\n')[0]}`);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(schema?.todo?.replaceAll(/\s+/g, ' '));
    expect(found.of('rights')).toMatchObject([{ state: 'unknown' }]);
    await sql('DROP TABLE dbos.queues');
    await runCli(['migrate', '-s', url]);
    await expectNothingToDo(['-s', url]);
  });
});

describe('the state of the schema', () => {
  test('a damaged one', async () => {
    const { url } = await prepared('DROP INDEX dbos.idx_workflow_status_pending; DROP TABLE dbos.streams');
    const [schema] = (await diagnose(['-s', url])).of('schema');
    expect(schema).toMatchObject({
      state: 'fail',
      seen: expect.stringMatching(/^runtime schema 125 \(Python 3\.4\), but damaged: \d+ to create$/),
      todo: expect.stringContaining('dbos migrate'),
    });
    await runCli(['migrate', '-s', url]);
    expect((await diagnose(['-s', url])).of('schema')).toEqual([{ state: 'pass', seen: 'as declared', todo: null }]);
    await expectNothingToDo(['-s', url]);
  });

  test('a newer one', async () => {
    const { url, sql } = await prepared('UPDATE dbos.dbos_migrations SET version = 999');
    const found = await diagnose(['-s', url, '--app-role', 'app']);
    expect(found.of('schema')).toMatchObject([{ state: 'warn', seen: expect.stringContaining('runtime schema 999') }]);
    await sql('UPDATE dbos.dbos_migrations SET version = 125');
    await expectNothingToDo(['-s', url]);
  });

  test('none, without and with a database', async () => {
    const missing = server.url('not_there');
    const found = await diagnose(['-s', missing]);
    expect([found.exitCode, found.verdict]).toEqual([0, 'warn']);
    expect(found.of('schema')).toMatchObject([{ state: 'warn', seen: 'there is no database not_there yet' }]);
    expect(found.of('launch')).toMatchObject([{ state: 'unknown' }]);
    expect(
      (await diagnose(['-s', server.url('not_there', { user: 'app', password: 'app' })])).of('rights'),
    ).toMatchObject([{ state: 'fail', seen: 'app may not create the database not_there' }]);
    const { url } = await prepared('SELECT', null);
    expect((await diagnose(['-s', url, '--app-role', 'app'])).of('schema')).toMatchObject([
      { state: 'warn', seen: 'there are no tables of DBOS yet', todo: 'dbos migrate creates them' },
    ]);
    await runCli(['migrate', '-s', missing]);
    await expectNothingToDo(['-s', missing]);
  });

  test('of the application database, which has no runtime of its own to launch', async () => {
    const [{ url }, application] = [await prepared(), await prepared('SELECT', null)];
    const found = await diagnose(['-s', url, '-D', application.url]);
    expect(found.checks.filter(({ name }) => name === 'launch').map(({ group }) => group)).toEqual(['System database']);
    expect(found.of('schema').map(({ state }) => state)).toEqual(['pass', 'warn']);
    await runCli(['migrate', '-s', url, '-D', application.url]);
    await expectNothingToDo(['-s', url, '-D', application.url]);
  });
});

test('the runtimes that are connected, as everybody may see them', async () => {
  const { url, as } = await prepared(
    'GRANT USAGE ON SCHEMA dbos TO app; GRANT ALL ON ALL TABLES IN SCHEMA dbos TO app',
  );
  const clients = ['dbos_transact_local_1.0', 'dbos_transact_local_1.0', 'psql'].map(
    (name) => new Client({ connectionString: url, ssl: false, application_name: name }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  for (const from of [url, as('app')]) {
    expect((await diagnose(['-s', from])).of('runtimes')).toEqual([
      {
        state: 'pass',
        seen: 'connected: dbos_transact_local_1.0 (postgres, 2); other sessions: psql (postgres, 1)',
        todo: null,
      },
    ]);
  }
  await Promise.all(clients.map((client) => client.end()));
  expect((await diagnose(['-s', url])).of('runtimes')[0]?.seen).toBe('none is connected');
  await expectNothingToDo(['-s', url]);
});

test('a server with TLS says by which version and cipher', async () => {
  const secure = await startPostgres({
    tls: serverTls,
  });
  try {
    const url = await secure.createDatabase();
    await runCli(['migrate', '-s', url]);
    expect((await diagnose(['-s', url])).of('TLS')).toEqual([
      { state: 'pass', seen: expect.stringMatching(/^TLSv1\.[23], \S+$/), todo: null },
    ]);
    await expectNothingToDo(['-s', url]);
  } finally {
    await secure.stop();
  }
});
