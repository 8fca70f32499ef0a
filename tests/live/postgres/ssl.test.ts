import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectPostgres } from '../../../src/postgres/connection/connect.ts';
import { bare, connect, isEncrypted, refusal, targetOf } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { serverTls, tlsFile } from '../../support/tls.ts';

const makeDirectory = temporaryDirectories();

const ca = `sslrootcert=${tlsFile('ca.crt')}`;
const other = `sslrootcert=${tlsFile('other.crt')}`;

let plain: PostgresServer;
let secure: PostgresServer;

beforeAll(async () => {
  plain = await startPostgres({ password: 'Geheim' });
  secure = await startPostgres({
    password: 'Geheim',
    tls: serverTls,
    hba: [
      'hostssl   all only_tls   127.0.0.1/32 scram-sha-256',
      'hostnossl all only_tls   127.0.0.1/32 reject',
      'hostssl   all only_plain 127.0.0.1/32 reject',
      'hostnossl all only_plain 127.0.0.1/32 scram-sha-256',
      'hostssl   all certified  127.0.0.1/32 cert',
    ],
  });
  await secure.query(`
    CREATE ROLE only_tls LOGIN PASSWORD 'Geheim';
    CREATE ROLE only_plain LOGIN PASSWORD 'Geheim';
    CREATE ROLE certified LOGIN`);
});

afterAll(async () => {
  await plain.stop();
  await secure.stop();
});

describe('a server without TLS', () => {
  test.each(['disable', 'allow', 'prefer'])('is connected to with sslmode=%s', async (mode) => {
    expect(await isEncrypted(await connect(plain.url('postgres', { parameters: `sslmode=${mode}` })))).toBe(false);
  });

  test.each(['require', 'verify-ca', 'verify-full'])('is refused with sslmode=%s', async (mode) => {
    const error = await refusal(plain.url('postgres', { parameters: `sslmode=${mode}` }));
    expect(error.message).toBe(`the server does not offer TLS, which sslmode=${mode} asks for`);
    expect(error.hint).toContain('turn ssl on in the server');
  });

  test('says what it has against the user, not against TLS, with sslmode=prefer', async () => {
    const error = await refusal(plain.url('postgres', { user: 'nobody', password: 'Geheim?' }));
    expect(error.message).toBe('password authentication failed for user "nobody"');
  });
});

describe('a server with TLS', () => {
  test.each([
    ['sslmode=disable', false],
    ['sslmode=allow', false],
    ['sslmode=prefer', true],
    ['', true],
    ['sslmode=require', true],
    ['sslmode=no-verify', true],
    ['ssl=true', true],
    [`sslmode=require&${ca}`, true],
    [`sslmode=verify-ca&${ca}`, true],
    [`sslmode=prefer&${other}`, false],
  ])('with %s: encrypted %s', async (parameters, encrypted) => {
    expect(await isEncrypted(await connect(secure.url('postgres', { parameters })))).toBe(encrypted);
  });

  test('is known by its name with sslmode=verify-full', async () => {
    const url = secure.url('postgres', { parameters: `sslmode=verify-full&${ca}` });
    expect(await isEncrypted(await connect(url.replace('127.0.0.1', 'localhost')))).toBe(true);
    const error = await refusal(url);
    expect(error.message).toMatch(/^no TLS connection: .*IP: 127\.0\.0\.1/);
    expect(error.hint).toBe('connect by a name that the certificate has, or use sslmode=verify-ca');
  });

  test.each([`sslmode=require&${other}`, `sslmode=verify-ca&${other}`, 'sslmode=verify-ca', 'sslmode=verify-full'])(
    'is not trusted with %s',
    async (parameters) => {
      const error = await refusal(secure.url('postgres', { parameters }).replace('127.0.0.1', 'localhost'));
      expect(error.message).toMatch(/^no TLS connection: .*certificate/);
      expect(error.hint).toContain('sslrootcert=FILE');
    },
  );

  test('is connected to as PGSSLMODE and PGSSLROOTCERT say', async () => {
    const environment = { PGSSLMODE: 'verify-ca', PGSSLROOTCERT: tlsFile('ca.crt') };
    expect(await isEncrypted(await connect(secure.url(), environment))).toBe(true);
    expect(await isEncrypted(await connect(secure.url(), { PGSSLMODE: 'disable' }))).toBe(false);
  });

  test('is reached through a unix socket without it', async () => {
    const url = secure.url('postgres', { parameters: `host=${secure.socketDirectory}&sslmode=verify-full` });
    expect(await isEncrypted(await connect(url))).toBe(false);
  });

  test('may bind the password to the channel', async () => {
    const url = secure.url('postgres', { parameters: 'sslmode=require&channel_binding=require' });
    expect(await isEncrypted(await connect(url))).toBe(true);
  });
});

/** What is found out before anything is sent. */
const mistake = async (parameters: string): Promise<unknown> =>
  connect(secure.url('postgres', { parameters })).catch((reason: unknown) => reason);

describe('a list of revoked certificates', () => {
  const listed = (list: string): string => `sslmode=verify-ca&${ca}&${list}`;
  const asDirectory = (name: string): string => {
    const hash = execFileSync('openssl', ['crl', '-hash', '-noout', '-in', tlsFile(name)], { encoding: 'utf8' }).trim();
    const content = readFileSync(tlsFile(name), 'utf8');
    return `sslcrldir=${makeDirectory({ [`${hash}.r0`]: content, 'readme.txt': 'no list' })}`;
  };

  test.each([
    ['a file', (name: string) => `sslcrl=${tlsFile(name)}`],
    ['a directory', asDirectory],
  ])('in %s is heeded', async (_, place) => {
    const url = (list: string): string => secure.url('postgres', { parameters: listed(place(list)) });
    expect(await isEncrypted(await connect(url('empty.crl')))).toBe(true);
    const error = await refusal(url('revoked.crl'));
    expect(error.message).toBe('no TLS connection: certificate revoked');
    expect(error.hint).toContain('give the server another one');
  });

  test('in the environment, or where libpq looks for it, is heeded', async () => {
    const url = secure.url('postgres', { parameters: `sslmode=verify-ca&${ca}` });
    expect((await refusal(url, { PGSSLCRL: tlsFile('revoked.crl') })).message).toContain('certificate revoked');
    const home = makeDirectory({ '.postgresql/root.crl': readFileSync(tlsFile('revoked.crl'), 'utf8') });
    expect((await refusal(url, { HOME: home })).message).toContain('certificate revoked');
    expect(await isEncrypted(await connect(url, { HOME: home, PGSSLCRL: tlsFile('empty.crl') }))).toBe(true);
  });

  test.each([
    ['sslcrl=/nowhere/x.crl', /^the file of sslcrl cannot be read: ENOENT/],
    ['sslcrldir=/nowhere', /^the directory of sslcrldir cannot be read: ENOENT/],
    [`sslcrl=${tlsFile('make.sh')}`, /^the files of TLS do not fit together: /],
  ])('that is none is said: %s', async (parameter, message) => {
    expect(await mistake(listed(parameter))).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('sslcrl'),
    });
  });
});

describe('sslnegotiation=direct', () => {
  const direct = (parameters: string): string => `sslnegotiation=direct&${parameters}`;

  if (Number(process.env['PG_MAJOR'] ?? 18) >= 17) {
    test.each(['sslmode=require', `sslmode=verify-ca&${ca}`])('connects at once: %s', async (parameters) => {
      const connection = await connect(secure.url('postgres', { parameters: direct(parameters) }));
      expect(await isEncrypted(connection)).toBe(true);
    });

    test('a statement of such a connection can be cancelled', async () => {
      const controller = new AbortController();
      const { connection } = await connectPostgres(
        targetOf(secure.url('postgres', { parameters: direct('sslmode=require') })),
        { environment: bare, signal: controller.signal },
      );
      const slow = connection?.query('SELECT pg_sleep(30)').catch((error: unknown) => error);
      setTimeout(() => controller.abort(new Error('enough')), 300);
      const started = performance.now();
      expect(await slow).toMatchObject({ message: 'enough' });
      expect(performance.now() - started).toBeLessThan(4_000);
      await connection?.close();
      const left = await secure.query(
        `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)'`,
      );
      expect(left).toEqual([]);
    });

    test('what the certificate is not trusted for is said', async () => {
      const error = await refusal(secure.url('postgres', { parameters: direct(`sslmode=verify-ca&${other}`) }));
      expect(error.message).toMatch(/^no TLS connection: .*certificate/);
    });
  } else {
    test('is more than this server knows', async () => {
      const error = await refusal(secure.url('postgres', { parameters: direct('sslmode=require') }));
      expect(error.message).toContain('the server ended the connection when TLS began');
      expect(error.hint).toContain('leave sslnegotiation out');
    });
  }

  test('is refused by a server without TLS', async () => {
    const error = await refusal(plain.url('postgres', { parameters: direct('sslmode=require') }));
    expect(error.message).toContain('the server ended the connection when TLS began');
  });

  test.each([
    [direct('sslmode=prefer'), 'sslnegotiation=direct may not be used with sslmode=prefer', 'verify-full'],
    [direct('sslmode=disable'), 'sslnegotiation=direct may not be used with sslmode=disable', 'verify-full'],
    ['sslnegotiation=now', 'sslnegotiation "now" is unknown', 'postgres or direct'],
  ])('needs a mode without a way out: %s', async (parameters, message, hint) => {
    expect(await mistake(parameters)).toMatchObject({
      name: 'UserError',
      message,
      hint: expect.stringContaining(hint),
    });
  });

  test('is told from what is no server of PostgreSQL', async () => {
    const stranger = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    const error = await refusal(`postgresql://u@127.0.0.1:${port}/db?${direct('sslmode=require')}`);
    stranger.close();
    expect(error.message).toBe(`what listens at 127.0.0.1:${port} is not PostgreSQL`);
  });

  test('is not asked of a Unix socket', async () => {
    const url = secure.url('postgres', { parameters: direct(`sslmode=require&host=${secure.socketDirectory}`) });
    expect(await isEncrypted(await connect(url))).toBe(false);
  });
});

describe('the versions of TLS', () => {
  const spoken = async (parameters: string): Promise<unknown> => {
    const connection = await connect(secure.url('postgres', { parameters: `sslmode=require&${parameters}` }));
    const rows = await connection.query('SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return rows[0]?.['version'];
  };

  test.each([
    ['ssl_max_protocol_version=TLSv1.2', 'TLSv1.2'],
    ['ssl_min_protocol_version=tlsv1.3', 'TLSv1.3'],
    ['ssl_min_protocol_version=TLSv1', 'TLSv1.3'],
  ])('are those that %s leaves', async (parameters, version) => {
    expect(await spoken(parameters)).toBe(version);
  });

  test.each([
    ['ssl_min_protocol_version=TLSv9', 'ssl_min_protocol_version "TLSv9" is unknown'],
    ['ssl_max_protocol_version=TLSv1.1', 'no version of TLS is left to speak'],
    ['ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2', 'no version of TLS is left to speak'],
  ])('are refused where they cannot be meant: %s', async (parameters, message) => {
    expect(await mistake(`sslmode=require&${parameters}`)).toMatchObject({ name: 'UserError', message });
  });
});

describe('a line of pg_hba.conf', () => {
  const url = (user: string, parameters: string) => secure.url('postgres', { user, password: 'Geheim', parameters });

  test('may be for TLS only', async () => {
    expect(await isEncrypted(await connect(url('only_tls', 'sslmode=allow')))).toBe(true);
    expect(await isEncrypted(await connect(url('only_tls', 'sslmode=prefer')))).toBe(true);
    const error = await refusal(url('only_tls', 'sslmode=disable'));
    expect(error.message).toMatch(/pg_hba\.conf rejects connection .*no encryption/);
    expect(error.hint).toContain('use sslmode=require');
  });

  test('may be for connections without TLS only', async () => {
    expect(await isEncrypted(await connect(url('only_plain', 'sslmode=allow')))).toBe(false);
    expect(await isEncrypted(await connect(url('only_plain', 'sslmode=prefer')))).toBe(false);
    const error = await refusal(url('only_plain', 'sslmode=require'));
    expect(error.message).toMatch(/pg_hba\.conf rejects connection/);
  });

  test('may ask for a certificate', async () => {
    const certificate = `sslcert=${tlsFile('client.crt')}&sslkey=${tlsFile('client.key')}`;
    expect(await isEncrypted(await connect(url('certified', `sslmode=require&${certificate}`)))).toBe(true);
    expect((await refusal(url('certified', 'sslmode=require'))).message).toMatch(/certificate/);
  });
});

describe('a key with a password', () => {
  const makeUrl = (more: string): string => {
    const key = createPrivateKey(readFileSync(tlsFile('client.key')));
    const pem = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'Geheim' });
    const file = join(makeDirectory({ 'client.key': pem }), 'client.key');
    const parameters = `sslmode=require&sslcert=${tlsFile('client.crt')}&sslkey=${file}${more}`;
    return secure.url('postgres', { user: 'certified', password: '', parameters });
  };

  test('is opened with sslpassword', async () => {
    expect(await isEncrypted(await connect(makeUrl('&sslpassword=Geheim')))).toBe(true);
  });

  test.each(['', '&sslpassword=falsch'])('is not opened otherwise: %j', async (more) => {
    const error = await connect(makeUrl(more)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/^the files of TLS do not fit together: /),
      hint: expect.stringContaining('sslpassword'),
    });
    expect((error as Error).message).not.toContain('falsch');
  });
});

test('a password that was refused with TLS is not sent again without it', async () => {
  await secure.mark();
  await refusal(secure.url('postgres', { password: 'Geheimnis' }));
  expect((await secure.log()).match(/password authentication failed/g)).toHaveLength(1);
});

test('a server that goes silent behind TLS is given up', async () => {
  const connection = await connect(secure.url('postgres', { parameters: 'sslmode=require' }));
  await expect(connection.query('SELECT pg_sleep(20)', { timeout: 200 })).rejects.toThrow(
    'the server did not answer within 0.2 s',
  );
});
