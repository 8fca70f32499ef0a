import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CliResult, runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
  await server.query(`CREATE ROLE guest LOGIN PASSWORD 'secret'; CREATE ROLE host LOGIN PASSWORD 'secret';
    CREATE ROLE somebody; CREATE ROLE app`);
});
afterAll(() => server.stop());

/** An empty database, as the role sees it. */
async function databaseOf(user: string): Promise<{ readonly url: string; readonly name: string }> {
  const url = new URL(await server.createDatabase());
  const name = url.pathname.slice(1);
  return { url: as(url.toString(), user), name };
}

const as = (url: string, user: string): string => {
  const other = new URL(url);
  other.username = user;
  other.password = 'secret';
  return other.toString();
};

const migrate = (url: string, ...flags: readonly string[]): Promise<CliResult> =>
  runCli(['migrate', '--sys-db-url', url, ...flags]);

async function expectNothingToDo(url: string, ...flags: readonly string[]): Promise<void> {
  expect(await migrate(url, '--check', ...flags)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('Nothing to do'),
  });
}

/** The run is refused before its first change, with the statement that helps; that done, it is not. */
async function expectRemedy(
  { url, name }: { readonly url: string; readonly name: string },
  remedy: string,
  ...flags: readonly string[]
): Promise<void> {
  await server.mark();
  const { stderr, exitCode } = await migrate(url, ...flags);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(remedy);
  expect((await server.messages(name)).filter((message) => message.includes('BEGIN'))).toEqual([]);
  await server.query(remedy, name);
  expect(await migrate(url, ...flags)).toMatchObject({ exitCode: 0, stderr: '' });
  await expectNothingToDo(url, ...flags);
}

describe('a login that is a member of the owner', () => {
  const isNew = Number(process.env['PG_MAJOR'] ?? 18) >= 16;
  if (!isNew)
    process.stderr.write('before PostgreSQL 16 each membership allows SET ROLE: tests of others are skipped\n');
  const testWithSet = isNew ? test : test.skip;
  let number = 0;

  /** A schema that a role of its own has made, from which an index is missing. */
  async function owned() {
    number += 1;
    const [house, lodger] = [`house_${number}`, `lodger_${number}`];
    await server.query(`CREATE ROLE ${house} LOGIN PASSWORD 'secret'; CREATE ROLE ${lodger} LOGIN PASSWORD 'secret'`);
    const url = await server.createDatabase();
    const name = new URL(url).pathname.slice(1);
    await server.query(`GRANT CREATE ON DATABASE ${name} TO ${house}`, name);
    expect((await migrate(as(url, house))).exitCode).toBe(0);
    await server.query(
      `GRANT USAGE ON SCHEMA dbos TO ${lodger}; GRANT SELECT ON ALL TABLES IN SCHEMA dbos TO ${lodger};
       ALTER TABLE dbos.streams DROP COLUMN function_id`,
      name,
    );
    return { house, lodger, at: { url: as(url, lodger), name } };
  }

  const inRole = (url: string, role: string): string => `${url}?options=-c%20role%3D${role}`;

  testWithSet('and may neither use its rights nor become it: no way leads through SET ROLE, nor is made', async () => {
    const { house, lodger, at } = await owned();
    await server.query(`GRANT ${house} TO ${lodger} WITH INHERIT FALSE, SET FALSE`);
    const { stderr } = await migrate(at.url);
    expect(stderr).not.toContain('options=');
    expect((await migrate(inRole(at.url, house), '--check')).exitCode).toBe(1);
    await expectRemedy(at, `GRANT "${house}" TO "${lodger}" WITH INHERIT TRUE, SET FALSE;`);
    expect((await migrate(inRole(at.url, house), '--check')).exitCode).toBe(1);
  });

  test('and may become it: SET ROLE is a way', async () => {
    const { house, lodger, at } = await owned();
    await server.query(`ALTER ROLE ${lodger} NOINHERIT; GRANT ${house} TO ${lodger}`);
    const remedy = isNew ? `GRANT "${house}" TO "${lodger}" WITH INHERIT TRUE;` : `ALTER ROLE "${lodger}" INHERIT;`;
    const { stderr } = await migrate(at.url);
    expect(stderr).toContain(`${remedy}   or connect with options=-c role=${house}`);
    const obstacles = (url: string): Promise<CliResult> => migrate(url, '--plan');
    expect((await obstacles(at.url)).stdout).toContain('cannot be applied by');
    expect((await obstacles(inRole(at.url, house))).stdout).not.toContain('cannot be applied by');
    await expectRemedy(at, remedy);
  });

  test('by way of a role that does not hand its rights on', async () => {
    const { house, lodger, at } = await owned();
    const hall = `hall_${number}`;
    await server.query(`CREATE ROLE ${hall} NOINHERIT; GRANT ${house} TO ${hall}; GRANT ${hall} TO ${lodger}`);
    await expectRemedy(at, `GRANT "${house}" TO "${lodger}"${isNew ? ' WITH INHERIT TRUE' : ''};`);
  });

  test('or is none yet, and inherits nothing', async () => {
    const { house, lodger, at } = await owned();
    await server.query(`ALTER ROLE ${lodger} NOINHERIT`);
    const remedy = isNew
      ? `GRANT "${house}" TO "${lodger}" WITH INHERIT TRUE;`
      : `GRANT "${house}" TO "${lodger}"; ALTER ROLE "${lodger}" INHERIT;`;
    await expectRemedy(at, remedy);
  });

  testWithSet('which is a superuser that it may not become: its rights are handed over, one by one', async () => {
    const { house, lodger, at } = await owned();
    await server.query(`ALTER ROLE ${house} SUPERUSER; GRANT ${house} TO ${lodger} WITH INHERIT FALSE, SET FALSE`);
    await server.query(`GRANT INSERT, UPDATE ON dbos.migrations TO ${lodger}`, at.name);
    const { stderr } = await migrate(at.url);
    expect(stderr).not.toContain(`GRANT "${house}"`);
    await expectRemedy(at, `ALTER TABLE "dbos"."streams" OWNER TO "${lodger}";`);
  });
});

describe('what the role may not do', () => {
  test('is found out before the first change, and said with the statement that helps', async () => {
    const url = await server.createDatabase();
    const name = new URL(url).pathname.slice(1);
    const refused = await migrate(as(url, 'guest'));
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`GRANT CREATE ON DATABASE "${name}" TO "guest";`);

    await server.query('CREATE SCHEMA dbos; GRANT USAGE ON SCHEMA dbos TO guest', name);
    expect((await migrate(as(url, 'guest'))).stderr).toContain('GRANT CREATE, USAGE ON SCHEMA "dbos" TO "guest";');

    await server.query('GRANT CREATE ON SCHEMA dbos TO guest, host', name);
    expect(await migrate(as(url, 'guest'))).toMatchObject({ exitCode: 0, stderr: '' });

    expect((await migrate(as(url, 'host'), '--check')).stderr).toContain(
      'GRANT USAGE ON SCHEMA "dbos" TO "host"; GRANT SELECT ON "dbos"."dbos_migrations" TO "host";',
    );
    await server.query(
      'GRANT USAGE ON SCHEMA dbos TO host; GRANT SELECT ON dbos.dbos_migrations TO host; ALTER TABLE dbos.streams DROP COLUMN function_id',
      name,
    );
    const notOwner = await migrate(as(url, 'host'));
    expect(notOwner.exitCode).toBe(1);
    expect(notOwner.stderr).toContain('change what guest owns: table streams');
    await server.query('GRANT guest TO host', name);
    expect(await migrate(as(url, 'host'))).toMatchObject({ exitCode: 0, stderr: '' });
    await expectNothingToDo(as(url, 'host'));
    await server.query('REVOKE guest FROM host');

    const missing = new URL(as(url, 'guest'));
    missing.pathname = '/not_there';
    expect((await migrate(missing.toString())).stderr).toContain('ALTER ROLE "guest" CREATEDB;');
  });

  const own = 'CREATE SCHEMA dbos AUTHORIZATION guest';
  const theirs = 'CREATE SCHEMA dbos AUTHORIZATION somebody; GRANT USAGE, CREATE ON SCHEMA dbos TO guest';

  test.each([
    [
      'USAGE on the schema',
      'CREATE SCHEMA dbos AUTHORIZATION somebody; GRANT CREATE ON SCHEMA dbos TO guest',
      'GRANT CREATE, USAGE ON SCHEMA "dbos" TO "guest";',
    ],
    ['a grant on the schema', theirs, 'GRANT USAGE ON SCHEMA "dbos" TO "app";', '--app-role', 'app'],
  ])('is found out in a schema without our tables: %s', async (_, sql, remedy, ...flags) => {
    const database = await databaseOf('guest');
    await server.query(sql, database.name);
    await expectRemedy(database, remedy, ...flags);
    await server.query('REVOKE somebody FROM guest');
  });

  test.each([
    ['tables', `${own}; CREATE TABLE dbos.mine (); ALTER TABLE dbos.mine OWNER TO somebody`],
    ['sequences', `${own}; CREATE SEQUENCE dbos.mine; ALTER SEQUENCE dbos.mine OWNER TO somebody`],
  ])('is not asked of %s that others made in the schema, on which nothing is granted', async (_, sql) => {
    const database = await databaseOf('guest');
    await server.query(sql, database.name);
    expect(await migrate(database.url, '--app-role', 'app')).toMatchObject({ exitCode: 0, stderr: '' });
    await expectNothingToDo(database.url, '--app-role', 'app');
    expect(await server.query(`SELECT relacl FROM pg_class WHERE relname = 'mine'`, database.name)).toEqual([
      { relacl: null },
    ]);
  });

  test('is found out of the database itself, where not everybody may connect', async () => {
    const database = await databaseOf('guest');
    const on = `ON DATABASE ${database.name}`;
    await server.query(`REVOKE CONNECT ${on} FROM PUBLIC; GRANT CONNECT, CREATE ${on} TO guest`);
    await expectRemedy(database, `GRANT CONNECT ON DATABASE "${database.name}" TO "app";`, '--app-role', 'app');
  });

  const withoutCreate = 'REVOKE CREATE ON SCHEMA dbos FROM guest';
  const remedyOfCreate = 'GRANT CREATE, USAGE ON SCHEMA "dbos" TO "guest";';

  test.each([
    [
      'an index that is replaced',
      `${withoutCreate}; DROP INDEX dbos.idx_workflow_status_delayed;
       CREATE INDEX idx_workflow_status_delayed ON dbos.workflow_status (delay_until_epoch_ms)`,
      remedyOfCreate,
    ],
    [
      'an index that is renamed',
      `${withoutCreate}; ALTER INDEX dbos.idx_workflow_status_delayed RENAME TO another`,
      remedyOfCreate,
    ],
    ['a function that is replaced', `${withoutCreate}; ALTER FUNCTION dbos.send_message RESET ALL`, remedyOfCreate],
    [
      'a key that is replaced',
      `${withoutCreate}; ALTER TABLE dbos.streams DROP CONSTRAINT streams_pkey,
         ADD CONSTRAINT streams_pkey PRIMARY KEY (workflow_uuid, key)`,
      remedyOfCreate,
    ],
    [
      'a table of a superuser, which is handed over',
      'ALTER TABLE dbos.streams OWNER TO postgres; ALTER TABLE dbos.streams DROP COLUMN serialization',
      'ALTER TABLE "dbos"."streams" OWNER TO "guest";',
    ],
    [
      'rows of a version table of others',
      `ALTER TABLE dbos.dbos_migrations OWNER TO somebody; GRANT SELECT ON dbos.dbos_migrations TO guest;
       INSERT INTO dbos.dbos_migrations VALUES (8)`,
      'GRANT INSERT, DELETE ON "dbos"."dbos_migrations" TO "guest";',
    ],
    [
      'a foreign key onto a table of others',
      'ALTER TABLE dbos.workflow_status OWNER TO somebody; DROP TABLE dbos.streams',
      'GRANT REFERENCES ON "dbos"."workflow_status" TO "guest";',
    ],
    [
      'a backlog that cannot be read',
      `ALTER TABLE dbos.workflow_inputs OWNER TO somebody; DROP TABLE dbos.workflow_input;
       UPDATE dbos.dbos_migrations SET version = 60`,
      'GRANT SELECT ON "dbos"."workflow_inputs" TO "guest";',
    ],
  ])('is found out on our tables: %s', async (_, sql, remedy) => {
    const database = await databaseOf('guest');
    await server.query(theirs, database.name);
    await migrate(database.url);
    await server.query(sql, database.name);
    await expectRemedy(database, remedy);
  });
});
