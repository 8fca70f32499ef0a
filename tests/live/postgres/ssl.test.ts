import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, isEncrypted, refusal } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';

const makeDirectory = temporaryDirectories();

const fixture = (name: string): string => fileURLToPath(new URL(`../../../fixtures/tls/${name}`, import.meta.url));

const ca = `sslrootcert=${fixture('ca.crt')}`;
const other = `sslrootcert=${fixture('other.crt')}`;

let plain: PostgresServer;
let secure: PostgresServer;

beforeAll(async () => {
  plain = await startPostgres({ password: 'Geheim' });
  secure = await startPostgres({
    password: 'Geheim',
    tls: { cert: fixture('server.crt'), key: fixture('server.key'), ca: fixture('ca.crt') },
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
    const environment = { PGSSLMODE: 'verify-ca', PGSSLROOTCERT: fixture('ca.crt') };
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
    const certificate = `sslcert=${fixture('client.crt')}&sslkey=${fixture('client.key')}`;
    expect(await isEncrypted(await connect(url('certified', `sslmode=require&${certificate}`)))).toBe(true);
    expect((await refusal(url('certified', 'sslmode=require'))).message).toMatch(/certificate/);
  });
});

describe('a key with a password', () => {
  const makeUrl = (more: string): string => {
    const key = createPrivateKey(readFileSync(fixture('client.key')));
    const pem = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'Geheim' });
    const file = join(makeDirectory({ 'client.key': pem }), 'client.key');
    const parameters = `sslmode=require&sslcert=${fixture('client.crt')}&sslkey=${file}${more}`;
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
