import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve as absolutePath } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseDatabaseUrl } from '../../../src/config/database-url.ts';
import { UserError } from '../../../src/model/errors.ts';
import { resolveAll, type Settings } from '../../../src/postgres/connection/settings.ts';
import type { Environment, PostgresTarget } from '../../../src/model/target.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';

const makeDirectory = temporaryDirectories();

/** The settings for a URL of one server. */
async function resolve(url: string, environment: Environment = {}): Promise<Settings> {
  const target = parseDatabaseUrl(url, 'test');
  if (target.dialect !== 'postgres') throw new Error(url);
  const { servers } = await resolveAll(target satisfies PostgresTarget, { HOME: '/nowhere', ...environment });
  return servers[0]!;
}

describe('what the URL leaves open', () => {
  test('comes from the environment', async () => {
    const environment = {
      PGHOST: 'db',
      PGPORT: '6000',
      PGUSER: 'me',
      PGPASSWORD: 'secret',
      PGAPPNAME: 'deploy',
      PGCONNECT_TIMEOUT: '3',
      PGOPTIONS: '-c work_mem=1MB',
      PGSSLMODE: 'require',
    };
    expect(await resolve('postgresql:///app', environment)).toMatchObject({
      host: 'db',
      port: 6000,
      user: 'me',
      password: { value: 'secret', source: 'PGPASSWORD' },
      applicationName: 'deploy',
      timeout: 3000,
      options: '-c work_mem=1MB',
      ssl: { mode: 'require' },
      url: 'postgresql://me:secret@db:6000/app',
      where: 'postgresql://me:***@db:6000/app',
    });
  });

  test('is not asked for where the URL says it', async () => {
    const environment = { PGHOST: 'no', PGPORT: '1', PGUSER: 'no', PGPASSWORD: 'no', PGAPPNAME: 'no', PGSSLMODE: 'no' };
    const url = 'postgresql://me:secret@db:6000/app?application_name=deploy&sslmode=disable';
    expect(await resolve(url, environment)).toMatchObject({
      host: 'db',
      port: 6000,
      user: 'me',
      password: { value: 'secret', source: 'the URL' },
      applicationName: 'deploy',
      ssl: { mode: 'disable', attempts: [null] },
      url,
    });
  });

  test('has defaults', async () => {
    const settings = await resolve('postgresql://db/app', { PGUSER: '', PGPASSWORD: '', PGCONNECT_TIMEOUT: '' });
    expect(settings).toMatchObject({
      user: userInfo().username,
      password: { value: null },
      port: 5432,
      applicationName: 'dbos',
      timeout: 10_000,
      options: null,
      ssl: { mode: 'prefer' },
    });
  });

  test('waits for ever where the timeout is 0', async () => {
    expect((await resolve('postgresql://db/app?connect_timeout=0')).timeout).toBe(0);
  });
});

describe('the complete URL', () => {
  test.each([
    [
      'postgres://u:p%40ss%2F%25%20+@db/a%20b?sslmode=require',
      'postgresql://u:p%40ss%2F%25%20%2B@db:5432/a%20b?sslmode=require',
    ],
    ['postgres+psycopg://u:p@db/app', 'postgresql+psycopg://u:p@db:5432/app'],
    ['postgresql+psycopg://u:p@db/app', 'postgresql+psycopg://u:p@db:5432/app'],
    ['postgresql://u@[::1]:6000/app', 'postgresql://u@[::1]:6000/app'],
    ['postgresql://u:p@/app?host=/run/pg', 'postgresql://u:p@/app?host=%2Frun%2Fpg&port=5432'],
    ['postgresql://u:p@%2Frun%2Fpg:6000/app', 'postgresql://u:p@/app?host=%2Frun%2Fpg&port=6000'],
    [
      'postgresql://u@db/app?sslmode=disable&sslrootcert=ca.crt',
      `postgresql://u@db:5432/app?sslmode=disable&sslrootcert=${encodeURIComponent(absolutePath('ca.crt'))}`,
    ],
    ['postgresql://db/app?user=u&password=p&maintenance_db=m', 'postgresql://u:p@db:5432/app'],
  ])('%s is %s', async (given, complete) => {
    expect((await resolve(given)).url).toBe(complete);
  });
});

describe('what cannot be meant', () => {
  test.each([
    [{ PGPORT: 'x' }, 'PGPORT "x" is no port'],
    [{ PGPORT: '70000' }, 'PGPORT "70000" is no port'],
    [{ PGPORT: '99999' }, 'PGPORT "99999" is no port'],
    [{ PGPORT: '0' }, 'PGPORT "0" is no port'],
    [{ PGPORT: 'postgresql://u:secret@h' }, 'PGPORT (not shown, since it may hold a password) is no port'],
    [{ PGCHANNELBINDING: 'requre' }, 'channel_binding "requre" is unknown'],
    [{ PGCONNECT_TIMEOUT: '5s' }, 'connect_timeout "5s" is no number of seconds'],
    [{ PGSSLMODE: 'on' }, 'sslmode "on" is unknown'],
    [{ PGSSLROOTCERT: '/nowhere/ca.crt' }, 'the file of sslrootcert cannot be read: ENOENT'],
  ])('%j', async (environment, message) => {
    const error = await resolve('postgresql://db/app', environment).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ message, hint: expect.any(String) });
  });
});

describe('TLS', () => {
  test('takes the files of the default names', async () => {
    const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/tls/${name}`, import.meta.url), 'utf8');
    const HOME = makeDirectory({
      '.postgresql/root.crt': fixture('ca.crt'),
      '.postgresql/postgresql.crt': fixture('client.crt'),
      '.postgresql/postgresql.key': fixture('client.key'),
    });
    const { ssl } = await resolve('postgresql://db/app?sslmode=require', { HOME });
    expect(ssl.attempts).toEqual([
      expect.objectContaining({
        ca: Buffer.from(fixture('ca.crt')),
        cert: Buffer.from(fixture('client.crt')),
        key: Buffer.from(fixture('client.key')),
        rejectUnauthorized: true,
      }),
    ]);
  });

  test('takes no file that is none of a certificate', async () => {
    const HOME = makeDirectory({ '.postgresql/postgresql.crt': 'certificate' });
    await expect(resolve('postgresql://db/app', { HOME })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^the files of TLS do not fit together: /),
    });
  });

  test('verifies everything against the authorities of the system where these are named', async () => {
    const { ssl } = await resolve('postgresql://db/app?sslrootcert=system');
    expect(ssl).toEqual({ mode: 'verify-full', isDirect: false, attempts: [{ rejectUnauthorized: true }] });
  });

  test.each(['sslmode=no-verify', 'ssl=true'])('takes %s for sslmode=require', async (parameter) => {
    expect((await resolve(`postgresql://db/app?${parameter}`)).ssl.mode).toBe('require');
  });

  test.each([
    ['ssl=1', 'require'],
    ['ssl=require', 'require'],
    ['ssl=no-verify', 'require'],
    ['ssl=verify-full', 'verify-full'],
    ['ssl=prefer', 'prefer'],
    ['ssl=true&sslmode=verify-full', 'verify-full'],
    ['sslmode=verify-ca&ssl=true', 'verify-ca'],
    ['sslmode=disable&ssl=true', 'require'],
    ['ssl=disable&sslmode=require', 'require'],
    ['ssl=false', 'allow'],
    ['ssl=0', 'allow'],
    ['ssl=', 'allow'],
    ['ssl=true&sslmode=', 'require'],
  ])('takes the stricter of ssl and sslmode: %s', async (parameters, mode) => {
    expect((await resolve(`postgresql://db/app?${parameters}`, { PGSSLMODE: 'allow' })).ssl.mode).toBe(mode);
  });

  test.each(['ssl=yes', 'ssl=requre', 'sslmode=requre', 'sslmode=true'])(
    'takes no other word: %s',
    async (parameter) => {
      await expect(resolve(`postgresql://db/app?${parameter}`)).rejects.toMatchObject({
        message: `${parameter.replace('=', ' "')}" is unknown`,
        hint: 'use one of disable, allow, prefer, require, verify-ca, verify-full',
      });
    },
  );

  test('does not wait for a pipe in the place of a file', async () => {
    const directory = makeDirectory();
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    for (const parameter of ['sslrootcert', 'sslcert']) {
      await expect(resolve(`postgresql://db/app?${parameter}=${directory}/pipe`)).rejects.toMatchObject({
        message: `the file of ${parameter} cannot be read: it is no regular file`,
      });
    }
  });

  test('is never used on a unix socket', async () => {
    const { ssl } = await resolve('postgresql:///app?host=/run/pg&sslmode=verify-full');
    expect(ssl.attempts).toEqual([null]);
  });
});

describe('channel_binding=require', () => {
  test('leaves the attempts that have a channel to bind to', async () => {
    for (const mode of ['allow', 'prefer', 'require']) {
      const { ssl, requireChannelBinding } = await resolve(
        `postgresql://db/app?channel_binding=require&sslmode=${mode}`,
      );
      expect([ssl.mode, ssl.attempts, requireChannelBinding]).toEqual([
        mode,
        [{ rejectUnauthorized: false, checkServerIdentity: expect.any(Function) }],
        true,
      ]);
    }
  });

  test.each<[string, Environment, string]>([
    ['postgresql://db/app?channel_binding=require&sslmode=disable', {}, 'sslmode=disable turns off'],
    ['postgresql://db/app', { PGCHANNELBINDING: 'require', PGSSLMODE: 'disable' }, 'sslmode=disable turns off'],
    ['postgresql:///app?host=/run/pg&channel_binding=require', {}, 'a Unix socket does without'],
    ['postgresql:///app', { PGHOST: '/run/pg', PGCHANNELBINDING: 'require' }, 'a Unix socket does without'],
  ])('is refused where there is none: %s %j', async (url, environment, reason) => {
    await expect(resolve(url, environment)).rejects.toMatchObject({
      name: 'UserError',
      message: `channel_binding=require needs TLS, which ${reason}`,
      hint: expect.any(String),
    });
  });

  test.each(['', 'channel_binding=disable', 'channel_binding=prefer', 'channel_binding='])(
    'is not what is said by %j',
    async (parameters) => {
      const environment = { PGCHANNELBINDING: parameters.endsWith('=') || parameters === '' ? '' : 'require' };
      expect(await resolve(`postgresql://db/app?${parameters}`, environment)).toMatchObject({
        requireChannelBinding: false,
      });
    },
  );
});

test.each([
  ['', 30_000],
  ['keepalives=0', null],
  ['keepalives=1&keepalives_idle=5', 5000],
  ['keepalives_idle=0', 30_000],
])('keepalives: %j', async (parameters, keepAlive) => {
  expect(await resolve(`postgresql://db/app?${parameters}`)).toMatchObject({ keepAlive });
});

test('keepalives are numbers', async () => {
  await expect(resolve('postgresql://db/app?keepalives_idle=5s')).rejects.toMatchObject({
    message: 'keepalives_idle "5s" is no number',
  });
});
