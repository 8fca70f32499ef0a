import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { connectMaintenance, connectPostgres } from '../../../src/postgres/connection/connect.ts';
import { bare, closeLater, connect, refusal, targetOf } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';

const makeDirectory = temporaryDirectories();
const password = 'Geheim:@/%20 ü';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({
    password,
    hba: [
      'host all trusted 127.0.0.1/32 trust',
      'host all cannot_log_in 127.0.0.1/32 trust',
      'host all absent 127.0.0.1/32 trust',
    ],
  });
  await server.query(`
    CREATE ROLE trusted LOGIN;
    CREATE ROLE cannot_log_in NOLOGIN;
    CREATE ROLE crowded LOGIN PASSWORD 'Geheim' CONNECTION LIMIT 0;
    CREATE ROLE limited LOGIN PASSWORD 'Geheim' CREATEDB`);
  await server.query('CREATE DATABASE closed');
  await server.query('CREATE DATABASE shut ALLOW_CONNECTIONS false');
  await server.query('REVOKE CONNECT ON DATABASE closed FROM PUBLIC');
});

afterAll(() => server.stop());

const without = (url: string): string => url.replace(/:[^/]*@/, '@');

describe('the password', () => {
  test('comes from the URL', async () => {
    const connection = await connect(server.url());
    expect(await connection.query('SELECT current_user AS name')).toEqual([{ name: 'postgres' }]);
  });

  test('comes from PGPASSWORD', async () => {
    const connection = await connect(without(server.url()), { PGPASSWORD: password });
    expect(connection.url).toBe(server.url());
  });

  test('comes from the password file', async () => {
    const line = `127.0.0.1:${server.port}:*:postgres:${password.replace(':', '\\:')}\n`;
    const HOME = makeDirectory({ '.pgpass': line, other: line });
    for (const name of ['.pgpass', 'other']) chmodSync(join(HOME, name), 0o600);
    expect((await connect(without(server.url()), { HOME })).url).toBe(server.url());
    await connect(without(server.url()), { PGPASSFILE: join(HOME, 'other') });
    await connect(`${without(server.url())}?passfile=${join(HOME, 'other')}`);
  });

  test('is missed where the server asks for it', async () => {
    const error = await refusal(without(server.url()));
    expect(error.message).toBe(
      'the server asks for the password of user "postgres" and none was given (there is no /nowhere/.pgpass)',
    );
    expect(error.hint).toContain('PGPASSWORD');
  });

  test('is not asked for where the server trusts the user', async () => {
    const connection = await connect(without(server.url('postgres', { user: 'trusted' })));
    expect(connection.url).toBe(`postgresql://trusted@127.0.0.1:${server.port}/postgres`);
  });

  test('may be wrong; then it is said where it came from', async () => {
    const inUrl = await refusal(server.url('postgres', { password: 'Geheim' }));
    expect(inUrl).toMatchObject({
      message: 'password authentication failed for user "postgres"',
      where: `postgresql://postgres:***@127.0.0.1:${server.port}/postgres`,
      hint: 'correct user or password; the password came from the URL',
    });
    const inEnvironment = await refusal(without(server.url()), { PGPASSWORD: 'Geheim' });
    expect(inEnvironment.hint).toContain('came from PGPASSWORD');
  });
});

describe('the connection', () => {
  test('has a complete URL that another driver connects with', async () => {
    const { url } = await connect(without(server.url()), { PGPASSWORD: password });
    const client = new Client({ connectionString: url, ssl: false });
    await client.connect();
    await client.end();
  });

  test('goes through a unix socket, named in the URL or by PGHOST', async () => {
    const inUrl = await connect(server.url('postgres', { parameters: `host=${server.socketDirectory}` }));
    expect(await inUrl.query('SELECT inet_client_addr() AS address')).toEqual([{ address: null }]);
    const environment = { PGHOST: server.socketDirectory, PGPORT: String(server.port), PGPASSWORD: password };
    const inEnvironment = await connect('postgresql://postgres@/postgres', environment);
    expect(await inEnvironment.query('SELECT inet_client_addr() AS address')).toEqual([{ address: null }]);
    expect(await connect(inEnvironment.url)).toBeDefined();
  });

  test.each([
    ['', {}, 'dbos'],
    ['', { PGAPPNAME: 'deploy' }, 'deploy'],
    ['application_name=mine', { PGAPPNAME: 'deploy' }, 'mine'],
  ])('has a name: %j, %j', async (parameters, environment, name) => {
    const connection = await connect(server.url('postgres', { parameters }), environment);
    expect(await connection.query('SHOW application_name')).toEqual([{ application_name: name }]);
  });

  test('takes the options of the session', async () => {
    const connection = await connect(server.url('postgres', { parameters: 'options=-c%20work_mem%3D1MB' }));
    expect(await connection.query('SHOW work_mem')).toEqual([{ work_mem: '1MB' }]);
  });

  test('closes, twice if need be', async () => {
    const connection = await connect(server.url());
    await connection.close();
    await connection.close();
    await expect(connection.query('SELECT 1')).rejects.toThrow('the connection to the server was lost');
  });
});

describe('a server that refuses', () => {
  test.each([
    [
      'postgres',
      'cannot_log_in',
      'role "cannot_log_in" is not permitted to log in',
      'CREATE ROLE "cannot_log_in" LOGIN',
    ],
    ['postgres', 'absent', 'role "absent" does not exist', 'CREATE ROLE "absent" LOGIN'],
    ['postgres', 'crowded', 'too many connections for role "crowded"', 'end connections that nobody needs'],
    [
      'shut',
      'limited',
      'database "shut" is not currently accepting connections',
      'ALTER DATABASE "shut" ALLOW_CONNECTIONS true;   or name another database',
    ],
    ['closed', 'limited', 'permission denied for database "closed"', 'GRANT CONNECT ON DATABASE "closed" TO "limited"'],
  ])('database %s, user %s', async (database, user, message, hint) => {
    const error = await refusal(server.url(database, { user, password: 'Geheim' }));
    expect(error.message).toBe(message);
    expect(error.hint).toContain(hint);
  });

  test('a host that pg_hba.conf has no line for', async () => {
    const strict = await startPostgres({ password: 'Geheim', hba: ['host all somebody 127.0.0.1/32 reject'] });
    try {
      const error = await refusal(strict.url('postgres', { user: 'somebody' }));
      expect(error.message).toMatch(/^pg_hba\.conf rejects connection for host "127\.0\.0\.1", user "somebody"/);
      expect(error.hint).toBe('add a line for this user and host to pg_hba.conf');
    } finally {
      await strict.stop();
    }
  });

  test('because it shuts down', async () => {
    const leaving = await startPostgres({ password: 'Geheim' });
    const last = await connect(leaving.url());
    const pid = Number((await readFile(join(leaving.socketDirectory, 'data/postmaster.pid'), 'utf8')).split('\n')[0]);
    // A smart shutdown waits for the last connection.
    process.kill(pid, 'SIGTERM');
    let error = await refusal(leaving.url()).catch(() => null);
    while (error === null) error = await refusal(leaving.url()).catch(() => null);
    expect(error).toMatchObject({
      message: 'the database system is shutting down',
      hint: 'wait until the server is up, and run again',
    });
    await last.close();
    await leaving.stop();
  });
});

describe('a database that does not exist', () => {
  test('is told apart', async () => {
    const target = targetOf(server.url('a "b"', { parameters: 'sslmode=disable' }));
    const { connection, missing } = await connectPostgres(target, { environment: bare });
    expect(connection).toBeNull();
    expect(missing).toMatchObject({
      message: 'database "a "b"" does not exist',
      where: `postgresql://postgres:***@127.0.0.1:${server.port}/a%20%22b%22?sslmode=disable`,
      hint: 'CREATE DATABASE "a ""b""";   or correct the name',
    });
  });

  test('is created through database postgres', async () => {
    const target = targetOf(server.url('fresh', { parameters: 'maintenance_db=template1' }));
    const maintenance = closeLater(await connectMaintenance(target, { environment: bare }));
    expect(await maintenance.query('SELECT current_database() AS name')).toEqual([{ name: 'postgres' }]);
    await maintenance.query('CREATE DATABASE fresh');
    const connection = await connect(target.text);
    expect(await connection.query('SELECT current_database() AS name')).toEqual([{ name: 'fresh' }]);
    expect(connection.url).toBe(server.url('fresh'));
  });

  test('is created through the named one where postgres is refused', async () => {
    await server.query('REVOKE CONNECT ON DATABASE postgres FROM PUBLIC');
    try {
      const url = (parameters: string) => server.url('fresh2', { user: 'limited', password: 'Geheim', parameters });
      const named = targetOf(url('maintenance_db=template1'));
      const maintenance = closeLater(await connectMaintenance(named, { environment: bare }));
      expect(await maintenance.query('SELECT current_database() AS name')).toEqual([{ name: 'template1' }]);
      await expect(connectMaintenance(targetOf(url('')), { environment: bare })).rejects.toMatchObject({
        name: 'UserError',
        message: 'database "fresh2" cannot be created: permission denied for database "postgres"',
        hint: expect.stringContaining('maintenance_db=NAME'),
      });
      const closed = targetOf(url('maintenance_db=closed'));
      await expect(connectMaintenance(closed, { environment: bare })).rejects.toMatchObject({
        name: 'UserError',
        message: 'permission denied for database "closed"',
      });
    } finally {
      await server.query('GRANT CONNECT ON DATABASE postgres TO PUBLIC');
    }
  });

  test('is not tried to be created with a wrong password', async () => {
    const target = targetOf(server.url('fresh3', { password: 'Geheim', parameters: 'maintenance_db=template1' }));
    await server.mark();
    await expect(connectMaintenance(target, { environment: bare })).rejects.toThrow('password authentication failed');
    expect((await server.log()).match(/password authentication failed/g)).toHaveLength(1);
  });
});

describe('what is no server', () => {
  const listen = async (listener: Server): Promise<number> => {
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return (listener.address() as AddressInfo).port;
  };
  const url = (port: number, parameters = ''): string => `postgresql://me:Geheim@127.0.0.1:${port}/app?${parameters}`;

  test('a port at which nothing listens', async () => {
    const probe = createServer();
    const port = await listen(probe);
    probe.close();
    await once(probe, 'close');
    expect(await refusal(url(port))).toMatchObject({
      message: `nothing listens at 127.0.0.1:${port}`,
      hint: 'start the server, or correct host and port',
    });
    expect((await refusal(url(port).replace('127.0.0.1', 'localhost'))).message).toBe(
      `nothing listens at localhost:${port}`,
    );
  });

  test('a host that is unknown', async () => {
    const error = await refusal('postgresql://me:Geheim@nowhere.invalid/app');
    expect(error.message).toMatch(/^host "nowhere\.invalid" (?:is unknown|cannot be looked up)$/);
  });

  test('a directory without a socket', async () => {
    const directory = makeDirectory();
    const error = await refusal(`postgresql://me:Geheim@/app?host=${directory}`);
    expect(error.message).toBe(`no server has its socket at ${directory}/.s.PGSQL.5432`);
  });

  test.each(['disable', 'prefer', 'require'])('a listener that never answers, sslmode=%s', async (mode) => {
    const silent = createServer();
    const port = await listen(silent);
    const start = Date.now();
    expect(await refusal(url(port, `connect_timeout=1&sslmode=${mode}`))).toMatchObject({
      message: `127.0.0.1:${port} takes connections but did not answer within 1 s`,
      hint: expect.stringContaining('connect_timeout=SECONDS'),
    });
    expect(Date.now() - start).toBeLessThan(1900);
    silent.close();
  });

  test.each(['disable', 'prefer', 'require'])('a web server, sslmode=%s', async (mode) => {
    const web = createHttpServer();
    const port = await listen(web);
    expect(await refusal(url(port, `connect_timeout=5&sslmode=${mode}`))).toMatchObject({
      message: `what listens at 127.0.0.1:${port} is not PostgreSQL`,
    });
    web.close();
  });

  test.each(['disable', 'require'])('a server that speaks first, sslmode=%s', async (mode) => {
    const greeting = createServer((socket) => {
      socket.on('error', () => {});
      socket.write('SSH-2.0-OpenSSH_9.6\r\n');
    });
    const port = await listen(greeting);
    expect((await refusal(url(port, `connect_timeout=5&sslmode=${mode}`))).message).toBe(
      `what listens at 127.0.0.1:${port} is not PostgreSQL`,
    );
    greeting.close();
  });

  test('a server that hangs up', async () => {
    const rude = createServer((socket) => socket.destroy());
    const port = await listen(rude);
    expect((await refusal(url(port))).message).toMatch(
      `127.0.0.1:${port} ended the connection while it was being made`,
    );
    rude.close();
  });
});
