import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, refusal } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({
    password: 'Geheim',
    hba: [
      'host all clear   127.0.0.1/32 password',
      'host all hashed  127.0.0.1/32 md5',
      'host all trusted 127.0.0.1/32 trust',
    ],
  });
  await server.query(`
    CREATE ROLE clear LOGIN PASSWORD 'Geheim';
    CREATE ROLE trusted LOGIN;
    SET password_encryption = md5;
    CREATE ROLE hashed LOGIN PASSWORD 'Geheim'`);
});

afterAll(() => server.stop());

const users = { password: 'clear', md5: 'hashed', 'scram-sha-256': 'postgres', none: 'trusted' } as const;
const methods = Object.keys(users) as (keyof typeof users)[];

const url = (method: keyof typeof users, required: string): string =>
  server.url('postgres', { user: users[method], password: 'Geheim', parameters: `require_auth=${required}` });

describe('require_auth', () => {
  test.each(methods)('%s is met by a server that asks for it, and by no other', async (required) => {
    for (const method of methods) {
      if (method === required) {
        await connect(url(method, required));
        continue;
      }
      const error = await refusal(url(method, required));
      expect(error.message).toBe(
        `the server asks for the authentication ${method}, which require_auth=${required} does not allow`,
      );
      expect(error.hint).toContain('pg_hba.conf');
    }
  });

  test('may be a list, and may say what is not allowed', async () => {
    await connect(url('md5', 'scram-sha-256,md5'));
    await connect(url('none', '!password,!md5'));
    expect((await refusal(url('password', '!password,!none'))).message).toContain('require_auth=!password,!none');
  });

  test('may come from PGREQUIREAUTH', async () => {
    const clear = server.url('postgres', { user: 'clear', password: 'Geheim' });
    expect((await refusal(clear, { PGREQUIREAUTH: 'scram-sha-256' })).message).toContain('require_auth=scram-sha-256');
  });

  test.each(['scram', 'md5,!none', 'md5,', '!'])('cannot be %s', async (required) => {
    await expect(connect(url('md5', required))).rejects.toMatchObject({
      message: `require_auth "${required}" cannot be read`,
      hint: expect.any(String),
    });
  });
});
