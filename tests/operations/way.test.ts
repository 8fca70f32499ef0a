import { describe, expect, test } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { psqlWay, sqliteWay } from '../../src/operations/way.ts';
import type { PostgresTarget, SqliteTarget } from '../../src/model/target.ts';

const at = (url: string): PostgresTarget => parseDatabaseUrl(url, 'test') as PostgresTarget;
const system = at('postgresql://admin:secret@db:5433/prod_dbos');

describe('psql goes to a database', () => {
  test.each([
    ['prod', '\\connect prod'],
    ['Prod_1', '\\connect Prod_1'],
    ['my app', '\\connect -reuse-previous=on "postgresql:///my%20app"'],
    ['a-b', '\\connect -reuse-previous=on "postgresql:///a-b"'],
    ['%22%0A\\q;:x', '\\connect -reuse-previous=on "postgresql:///%22%0A%5Cq%3B%3Ax"'],
    ['-reuse-previous=off', '\\connect -reuse-previous=on "postgresql:///-reuse-previous%3Doff"'],
  ])('%s of the server that it is connected to', (name, line) => {
    const url = at(`postgresql://admin:secret@db:5433/${name}`);
    expect(psqlWay(url, system)).toEqual({ toServer: null, toDatabase: line });
  });

  test.each([
    ['postgresql://admin:secret@other:5433/app', 'postgresql://admin@other:5433'],
    ['postgresql://admin:secret@db/app', 'postgresql://admin@db'],
    ['postgresql://us%40er:secret@db:5433/app', 'postgresql://us%40er@db:5433'],
    ['postgresql://u@[::1]:5/app', 'postgresql://u@[::1]:5'],
    ['postgresql:///app?host=/var/run&port=5&user=u', 'postgresql://u@%2Fvar%2Frun:5'],
  ])('of another server or user, without the password: %s', (text, server) => {
    expect(psqlWay(at(text), system)).toEqual({
      toServer: `\\connect "${server}/postgres"`,
      toDatabase: `\\connect "${server}/app"`,
    });
  });

  test('of another server, with all that the URL gives and libpq knows, and without the password', () => {
    const known = {
      channel_binding: 'require',
      sslrootcert: '/etc/our ca.pem',
      sslcert: 'me.crt',
      passfile: '/run/pass',
      options: '-c role=own&er',
      application_name: 'a',
      connect_timeout: '3',
      keepalives_idle: '9',
      load_balance_hosts: 'disable',
    };
    const secret = 'password=x&sslpassword=x';
    const ours = 'maintenance_db=m%20m&pgbouncer=true&pool_timeout=3&target_session_attrs=read-write';
    const given = Object.entries({ ...known, sslmode: 'verify-full' });
    const query = given.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
    const url = at(`postgresql://u:x@h/app?sslmode=verify-full&${query}&${secret}&${ours}`);
    expect(psqlWay(url, system)).toEqual({
      toServer: `\\connect "postgresql://u@h/m%20m?${query}"`,
      toDatabase: `\\connect "postgresql://u@h/app?${query}"`,
    });
    expect(query).toContain('channel_binding=require');
  });

  test.each([
    ['ssl=true', 'sslmode=require'],
    ['ssl=1&sslmode=verify-ca', 'sslmode=verify-ca'],
    ['ssl=verify-full&sslmode=require', 'sslmode=verify-full'],
    ['sslmode=no-verify', 'sslmode=require'],
    ['ssl=false', ''],
    ['sslmode=', ''],
  ])('of another server, with the mode of TLS in the word of libpq: %s', (given, said) => {
    const { toDatabase } = psqlWay(at(`postgresql://u@h/app?${given}`), system);
    expect(toDatabase).toBe(`\\connect "postgresql://u@h/app${said === '' ? '' : `?${said}`}"`);
  });

  test.each([
    ['', 'sslmode=require&application_name=a', '\\connect app'],
    ['sslmode=require', 'sslmode=require', '\\connect app'],
    ['sslmode=verify-full', 'sslmode=require', '\\connect -reuse-previous=on "postgresql:///app?sslmode=verify-full"'],
    ['options=-c%20role%3Da', '', '\\connect -reuse-previous=on "postgresql:///app?options=-c%20role%3Da"'],
    ['', 'options=-c%20role%3Da', '\\connect -reuse-previous=on "postgresql:///app?options="'],
  ])('of the same server with %j, from a connection with %j', (own, from, line) => {
    const url = at(`postgresql://admin:secret@db:5433/app?${own}`);
    const way = psqlWay(url, at(`postgresql://admin:secret@db:5433/prod_dbos?${from}`));
    expect(way.toDatabase).toBe(line);
    expect(way.toServer).toBe(line.includes('?') ? line.replace('/app', '/postgres') : null);
  });
});

test('sqlite3 opens a file', () => {
  const url = parseDatabaseUrl('sqlite:////tmp/o"th\\er', 'test') as SqliteTarget;
  expect(sqliteWay(url)).toEqual({ toServer: null, toDatabase: '.open "/tmp/o\\"th\\\\er"' });
});
