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

  test('of another server, over the TLS and the maintenance database that the URL asks for', () => {
    const url = at('postgresql://u@h/app?sslmode=verify-full&sslpassword=x&maintenance_db=m%20m&application_name=a');
    expect(psqlWay(url, system)).toEqual({
      toServer: '\\connect "postgresql://u@h/m%20m?sslmode=verify-full"',
      toDatabase: '\\connect "postgresql://u@h/app?sslmode=verify-full"',
    });
  });
});

test('sqlite3 opens a file', () => {
  const url = parseDatabaseUrl('sqlite:////tmp/o"th\\er', 'test') as SqliteTarget;
  expect(sqliteWay(url)).toEqual({ toServer: null, toDatabase: '.open "/tmp/o\\"th\\\\er"' });
});
