import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findPassword } from '../../../src/postgres/connection/pgpass.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';

const makeDirectory = temporaryDirectories();
const account = { host: 'db', port: 5433, database: 'app', user: 'me' };

function passwordFile(text: string, mode = 0o600): string {
  const path = join(makeDirectory({ pgpass: text }), 'pgpass');
  chmodSync(path, mode);
  return path;
}

describe('a password file', () => {
  test.each([
    ['db:5433:app:me:secret', 'secret'],
    ['*:*:*:*:secret', 'secret'],
    ['#db:5433:app:me:no\n\nshort:line\ndb:5433:app:me:secret\n*:*:*:*:no', 'secret'],
    [String.raw`db:5433:app:me:a\:b\\c`, String.raw`a:b\c`],
    ['db:5433:app:me:secret\r\n', 'secret'],
    ['db:5432:app:me:no', null],
    ['db:5433:other:me:no', null],
    ['db:5433:app:you:no', null],
    ['localhost:5433:app:me:no', null],
    ['db:5433:app:me', null],
    ['', null],
  ])('%j gives %j', async (text, password) => {
    expect((await findPassword(passwordFile(text), account)).value).toBe(password);
  });

  test('has a colon and a backslash in any field', async () => {
    const odd = { host: '::1', port: 5432, database: 'a:b', user: String.raw`dom\me` };
    const path = passwordFile(String.raw`\:\:1:5432:a\:b:dom\\me:secret`);
    expect((await findPassword(path, odd)).value).toBe('secret');
  });

  test('calls the default unix socket localhost, and another one by its directory', async () => {
    const path = passwordFile('localhost:*:*:*:by name\n/srv/socket:*:*:*:by directory');
    expect((await findPassword(path, { ...account, host: '/tmp' })).value).toBe('by name');
    expect((await findPassword(path, { ...account, host: '/srv/socket' })).value).toBe('by directory');
  });

  test('says which line it took', async () => {
    const path = passwordFile('other:*:*:*:no\n*:*:*:*:secret');
    expect(await findPassword(path, account)).toEqual({ value: 'secret', source: `line 2 of ${path}` });
  });

  test('is ignored where others may read it', async () => {
    const path = passwordFile('*:*:*:*:secret', 0o640);
    expect(await findPassword(path, account)).toEqual({
      value: null,
      source: `${path} is ignored because others may read it: chmod 600 ${path}`,
    });
  });

  test('may be missing', async () => {
    expect(await findPassword('/nowhere/pgpass', account)).toEqual({
      value: null,
      source: 'there is no /nowhere/pgpass',
    });
  });
});
