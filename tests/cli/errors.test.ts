import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { bareEnvironment, programPath, startCli } from '../support/cli.ts';
import { encoded, type Failure, failure, password } from './failure.ts';
import { type CliOptions, runCli } from './run.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ password: 'superuser' });
  await server.query(`CREATE ROLE secretive LOGIN PASSWORD '${password.replaceAll("'", "''")}'`);
});
afterAll(() => server.stop());

const secretive = (database: string, parameters = ''): string =>
  `postgresql://secretive:${encoded}@127.0.0.1:${server.port}/${database}${parameters}`;

const tablesIn = async (database: string): Promise<number> =>
  (await server.query(`SELECT FROM pg_class WHERE relnamespace::regnamespace::text NOT LIKE 'pg\\_%'`, database))
    .length;

describe('a server that cannot be used', () => {
  const masked = (rest: string): string => `postgresql://secretive:***@${rest}`;

  test('nothing listens', async () => {
    const found = await failure(['migrate', '-s', `postgresql://secretive:${encoded}@127.0.0.1:1/db`]);
    expect(found).toMatchObject({
      message: 'nothing listens at 127.0.0.1:1',
      where: masked('127.0.0.1:1/db'),
      hint: 'start the server, or correct host and port',
    });
  });

  /** A server that sends this once a session is to begin, over TLS or in clear, and what is said of it. */
  async function saidOf(answer: Uint8Array, isSecure: boolean): Promise<Failure> {
    const [key, cert] = ['server.key', 'server.crt'].map((file) =>
      readFileSync(new URL(`../../fixtures/tls/${file}`, import.meta.url)),
    );
    const odd = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        if (!isSecure) return socket.end(answer);
        socket.write('S');
        const channel = new TLSSocket(socket, { isServer: true, key, cert });
        channel.on('error', () => {});
        return channel.once('data', () => channel.end(answer));
      });
    }).listen(0, '127.0.0.1');
    await once(odd, 'listening');
    const { port } = odd.address() as { port: number };
    const mode = isSecure ? 'require' : 'disable';
    const url = `postgresql://secretive:${encoded}@127.0.0.1:${port}/db?sslmode=${mode}&connect_timeout=20`;
    const found = await failure(['migrate', '--check', '-s', url]);
    odd.close();
    return found;
  }

  describe.each([false, true])('with TLS: %s', (isSecure) => {
    test.each([
      [
        'an authentication that nobody knows',
        [0x52, 0, 0, 0, 8, 0, 0, 0, 99],
        'ended the connection while it was being made',
      ],
      [
        'another protocol',
        [...Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
        isSecure ? 'no TLS connection' : 'is not PostgreSQL',
      ],
      ['half a message', [0x52, 0, 0], isSecure ? 'no TLS connection' : 'ended the connection'],
    ])('it answers with %s', async (_, answer, message) => {
      const found = await saidOf(Uint8Array.from(answer), isSecure);
      expect(found.message).toContain(message);
      expect(found.hint).toMatch(/\w/);
    });
  });

  test('it takes the connection and says nothing', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    const started = Date.now();
    const { message } = await failure([
      'migrate',
      '--check',
      '-s',
      `postgresql://secretive:${encoded}@127.0.0.1:${port}/db?connect_timeout=1`,
    ]);
    silent.close();
    expect(message).toBe(`127.0.0.1:${port} takes connections but did not answer within 1 s`);
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  test('the password is wrong', async () => {
    const wrong = `postgresql://secretive:${encodeURIComponent(`${password}2`)}@127.0.0.1:${server.port}/postgres`;
    const found = await failure(['migrate', '-s', wrong]);
    expect(found.message).toBe('password authentication failed for user "secretive"');
    expect(found.hint).toContain('the password came from the URL');
  });

  test.each([
    ['PGPASSWORD', (): CliOptions => ({ env: { PGPASSWORD: `${password}3` } })],
    [
      'the configuration file',
      (): CliOptions => ({
        cwd: temporaryDirectory({
          'dbos-config.yaml': `system_database_url: ${JSON.stringify(secretive('postgres').replace(':Geh', ':xGeh'))}\n`,
        }),
      }),
    ],
    [
      'the environment',
      (): CliOptions => ({ env: { DBOS_SYSTEM_DATABASE_URL: secretive('postgres').replace('Geh', 'xGeh') } }),
    ],
  ])('a wrong password from %s', async (source, options) => {
    const url = source === 'PGPASSWORD' ? ['-s', `postgresql://secretive@127.0.0.1:${server.port}/postgres`] : [];
    expect((await failure(['reset', '--yes', ...url], options())).message).toContain('password authentication failed');
  });

  test('it offers no TLS', async () => {
    const { message } = await failure(['migrate', '-s', secretive('postgres', '?sslmode=require&sslpassword=Geheim')]);
    expect(message).toContain('does not offer TLS');
  });
});

describe('a role that may not', () => {
  test('create the database: nothing is made', async () => {
    const { message, hint } = await failure(['migrate', '-s', secretive('mine')]);
    expect(message).toContain('role secretive may not');
    expect(hint).toBe('CREATE DATABASE "mine" OWNER "secretive";   or ALTER ROLE "secretive" CREATEDB;');
    expect(await server.query(`SELECT FROM pg_database WHERE datname = 'mine'`)).toEqual([]);
  });

  test.each([
    ['create the schema', 'SELECT', (db: string) => `GRANT CREATE ON DATABASE "${db}" TO "secretive";`],
    ['create in the schema', 'CREATE SCHEMA dbos', () => 'GRANT CREATE, USAGE ON SCHEMA "dbos" TO "secretive";'],
  ])('%s: the hint is the grant that helps', async (what, arrange, grant) => {
    const name = new URL(await server.createDatabase('guarded')).pathname.slice(1);
    await server.query(arrange, name);
    const { message, hint } = await failure(['migrate', '-s', secretive(name)]);
    expect(message).toContain(what);
    expect(hint).toBe(grant(name));
    expect(await tablesIn(name)).toBe(await tablesIn('template1'));
    await server.query(grant(name), name);
    expect(await runCli(['migrate', '-s', secretive(name)])).toMatchObject({ stderr: '', exitCode: 0 });
  });

  test('do it in the second database: the first is not changed', async () => {
    const first = new URL(await server.createDatabase('first')).pathname.slice(1);
    const second = new URL(await server.createDatabase('second')).pathname.slice(1);
    await server.query(`GRANT CREATE ON DATABASE "${first}" TO secretive`);
    const { where } = await failure(['migrate', '-s', secretive(first), '-D', secretive(second)]);
    expect(where).toContain(`/${second}`);
    expect(await server.query(`SELECT FROM pg_namespace WHERE nspname = 'dbos'`, first)).toEqual([]);
  });

  test('connect to the database', async () => {
    const name = new URL(await server.createDatabase('closed')).pathname.slice(1);
    await server.query(`REVOKE CONNECT ON DATABASE "${name}" FROM PUBLIC`);
    const { hint } = await failure(['migrate', '--check', '-s', secretive(name)]);
    expect(hint).toContain(`GRANT CONNECT ON DATABASE "${name}" TO "secretive";`);
  });

  test('be granted to, as it does not exist', async () => {
    const name = new URL(await server.createDatabase('roleless')).pathname.slice(1);
    await server.query(`GRANT CREATE ON DATABASE "${name}" TO secretive`);
    const { message, hint } = await failure(['migrate', '-s', secretive(name), '--app-role', 'ghost']);
    expect(message).toBe('role "ghost" does not exist');
    expect(hint).toContain('CREATE ROLE "ghost" LOGIN');
    expect(await server.query(`SELECT FROM pg_namespace WHERE nspname = 'dbos'`, name)).toEqual([]);
  });
});

describe('a URL that cannot be read', () => {
  test.each([
    [`postgresql://u:${encoded}@127.0.0.1:1`, 'names no database', 'put /database behind the host'],
    [`postgresql://u:${encoded}@127.0.0.1:1/`, 'names no database', 'put /database behind the host'],
    ['postgresql://u:Geh@eim@host/db', 'an @ that may belong to the password', '@ as %40'],
    ['postgresql://u:Geh/eim@host/db', '@', 'percent-encode'],
    ['postgresql://u:Geheim%zz@host/db', 'a % that encodes no character', '% as %25'],
    [`postgresql://u:${encoded}@host:99999/db`, 'port', ''],
    [`postgresql://u:${encoded}@a,b:0/db`, 'names port 0, which is no port', 'from 1 to 65535'],
    [`postgresql://u:${encoded}@host/db\n`, 'a line break or another control character', 'take it out'],
    [`mysql://u:${encoded}@host/db`, 'neither a PostgreSQL nor an SQLite one', 'postgresql://user:password@host'],
    [`u:${encoded}@host/db`, 'neither a PostgreSQL nor an SQLite one', 'postgresql://user:password@host'],
    ['postgresql://u@host/db?password=Geheim&x', 'a parameter of the database URL has no =', ''],
    ['postgresql://u@host/db?requirepeer=x&password=Geheim', 'parameter requirepeer is not supported', 'leave it out'],
    [`postgresql://u:${encoded}@host/db?connect_timeout=soon`, 'connect_timeout is no number', 'connect_timeout=10'],
    [`postgresql://u:${encoded}@host/${'x'.repeat(64)}`, 'is 64 bytes long', 'at most 63 bytes'],
  ])('%j', async (url, message, hint) => {
    const found = await failure(['migrate', '--sys-db-url', url]);
    expect(found.message).toContain(message);
    expect(found.where).toMatch(/^--sys-db-url · /);
    expect(found.hint ?? '').toContain(hint);
    expect(found.stdout).toBe('');
  });

  test('none at all names the three ways to give one', async () => {
    const { message, hint } = await failure(['migrate'], { env: { DBOS_SYSTEM_DATABASE_URL: '' } });
    expect(message).toBe('no database URL is given');
    expect(hint).toBe(
      'pass --sys-db-url, set DBOS_SYSTEM_DATABASE_URL, or write system_database_url into dbos-config.yaml',
    );
  });
});

describe('a configuration that is wrong', () => {
  test.each([
    ['broken YAML', `system_database_url: "postgresql://u:${encoded}@host/db\nname: [\n`],
    ['a URL that cannot be read', `system_database_url: postgresql://u:Geh@eim@host/db\n`],
    ['a mapping in its place', `system_database_url: { password: Geheim }\n`],
    ['a list of secrets as the name', `name: [Geheim]\n`],
    ['commands that are no list', `system_database_url: sqlite:///./x\ndatabase: { migrate: "PGPASSWORD=Geheim x" }\n`],
    [
      'two URLs that contradict',
      `database_url: postgresql://u:Geheim@a/b\napplication_database_url: postgresql://u:Geheim2@a/b\n`,
    ],
  ])('%s', async (_, content) => {
    const found = await failure(['migrate'], { cwd: temporaryDirectory({ 'dbos-config.yaml': content }) });
    expect(`${found.where}\n${found.message}`).toMatch(/dbos-config\.yaml:\d+:\d+/);
  });

  test('all errors of a file are told at once, each with its line', async () => {
    const { message } = await failure(['migrate'], {
      cwd: temporaryDirectory({
        'dbos-config.yaml': `name: No
system_database_url: postgresql://u:\${GEHEIM_1}@host/\${NO_SUCH_NAME}
use_listen_notify: perhaps
`.replaceAll('GEHEIM_1', 'NO_SUCH_VALUE'),
      }),
    });
    for (const part of [
      'dbos-config.yaml:1',
      'dbos-config.yaml:2',
      'dbos-config.yaml:3',
      'NO_SUCH_VALUE',
      'NO_SUCH_NAME',
    ])
      expect(message).toContain(part);
  });
});

describe('an SQLite file', () => {
  test.each(['migrate', 'reset'])('%s where there is no directory for it', async (command) => {
    const cwd = temporaryDirectory();
    const flags = command === 'reset' ? ['--yes'] : [];
    const { message, hint } = await failure([command, ...flags, '-s', 'sqlite:///./no/such/file.sqlite'], { cwd });
    expect(message).toBe(`there is no directory ${join(cwd, 'no/such')} for the database`);
    expect(hint).toBe(`mkdir -p "${join(cwd, 'no/such')}"`);
    expect(existsSync(join(cwd, 'no'))).toBe(false);
  });

  test('that is no database stays as it is', async () => {
    const cwd = temporaryDirectory({ 'notes.txt': 'no database, but the only copy of something\n'.repeat(50) });
    const before = readFileSync(join(cwd, 'notes.txt'), 'utf8');
    for (const args of [['migrate'], ['migrate', '--check'], ['reset', '--yes']]) {
      const { message } = await failure([...args, '-s', 'sqlite:///./notes.txt'], { cwd });
      expect(message).toBe(`${join(cwd, 'notes.txt')} is no SQLite database, or an encrypted one`);
    }
    expect(readFileSync(join(cwd, 'notes.txt'), 'utf8')).toBe(before);
  });

  test('that is a directory', async () => {
    const cwd = temporaryDirectory();
    mkdirSync(join(cwd, 'data'));
    const { message } = await failure(['migrate', '-s', 'sqlite:///./data'], { cwd });
    expect(message).toBe(`${join(cwd, 'data')} is a directory, not a database`);
  });

  test.each(['sqlite://', 'sqlite:///', 'sqlite:///:memory:', 'sqlite://file.sqlite'])('%s names none', async (url) => {
    const { hint } = await failure(['migrate', '-s', url]);
    expect(hint).toContain('sqlite:///./relative/file.sqlite');
  });

  test('has no roles', async () => {
    const cwd = temporaryDirectory();
    const { message } = await failure(['migrate', '-s', 'sqlite:///./x.sqlite', '--app-role', 'app'], { cwd });
    expect(message).toBe('SQLite has no roles to grant permissions to');
    expect(existsSync(join(cwd, 'x.sqlite'))).toBe(false);
  });

  test('that another process writes to is waited for', async () => {
    const cwd = temporaryDirectory();
    const other = new Database(join(cwd, 'x.sqlite'));
    other.exec('CREATE TABLE mine (a); BEGIN IMMEDIATE');
    const { ended } = startCli(['migrate', '-s', 'sqlite:///./x.sqlite'], { cwd });
    await setTimeout(800);
    other.exec('COMMIT');
    other.close();
    expect(await ended).toMatchObject({ stderr: '', exitCode: 0 });
  });
});

describe('an output that is closed early', () => {
  test('is no error, and the work is done', async () => {
    const cwd = temporaryDirectory();
    const { child, ended } = startCli(['migrate', '-s', 'sqlite:///./x.sqlite'], { cwd });
    ended.catch(() => {});
    child.stdout.once('data', () => child.stdout.destroy());
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect((await runCli(['migrate', '--check', '-s', 'sqlite:///./x.sqlite'], { cwd })).exitCode).toBe(0);
  });

  const full = '/dev/full';
  if (!existsSync(full)) process.stderr.write('no /dev/full here: the test of a full disk is skipped\n');
  (existsSync(full) ? test : test.skip)('but one that cannot be written is', async () => {
    const child = spawn('sh', ['-c', `"$1" "$2" --version > ${full}`, 'sh', process.execPath, programPath()], {
      env: bareEnvironment(),
    });
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect(stderr).toMatch(/^error: the output cannot be written: ENOSPC[^\n]*\n$/);
    expect(exitCode).toBe(1);
  });
});

test('a warning is no error: --schema means nothing on SQLite', async () => {
  const cwd = temporaryDirectory();
  writeFileSync(join(cwd, 'empty.yaml'), '');
  const args = ['migrate', '-s', 'sqlite:///./x.sqlite', '--schema', 'mine', '--config', 'empty.yaml'];
  const { stdout, stderr, exitCode } = await runCli(args, { cwd });
  expect([stderr, exitCode]).toEqual(['warning: --schema is ignored: SQLite has no schemas\n', 0]);
  expect(stdout).toContain('DBOS system schema: main\n');
});
