import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseDatabaseUrl, withDatabase } from '../../src/config/database-url.ts';
import { UserError } from '../../src/model/errors.ts';
import { printed } from '../support/rejection.ts';
import { mistakeOf } from './support.ts';
import type { PostgresTarget } from '../../src/model/target.ts';
import { maskUrl } from '../../src/secrets/mask-url.ts';
import { tries } from '../support/properties.ts';

const postgres = (text: string): PostgresTarget => parseDatabaseUrl(text, '--sys-db-url') as PostgresTarget;
const refusal = (text: string): Promise<UserError> => mistakeOf(() => parseDatabaseUrl(text, '--sys-db-url'));

const nothing = {
  dialect: 'postgres',
  user: null,
  password: null,
  host: null,
  port: null,
  maintenanceDatabase: null,
  parameters: new Map(),
};

describe('a PostgreSQL URL', () => {
  test.each<[string, Partial<PostgresTarget>]>([
    ['postgresql://localhost/myapp', { host: 'localhost', database: 'myapp' }],
    ['postgres://h:1234/db', { host: 'h', port: 1234, database: 'db' }],
    ['postgresql+psycopg://u:p@h/db', { user: 'u', password: 'p', host: 'h', database: 'db' }],
    ['postgres+asyncpg://u@h/db', { user: 'u', host: 'h', database: 'db' }],
    ['postgresql:///db', { database: 'db' }],
    ['postgresql://h:/db', { host: 'h', database: 'db' }],
    ['postgresql://u:@h/db', { user: 'u', host: 'h', database: 'db' }],
    ['postgresql://[::1]:5433/db', { host: '::1', port: 5433, database: 'db' }],
    ['postgresql://[fe80::1%25eth0]/db', { host: 'fe80::1%eth0', database: 'db' }],
    [
      'postgresql:///db?host=/var/run/postgresql&port=5433',
      { host: '/var/run/postgresql', port: 5433, database: 'db' },
    ],
    ['postgresql://%2Fvar%2Frun/db', { host: '/var/run', database: 'db' }],
    [
      'postgresql://a/b?user=u&password=p&host=h&port=1&dbname=d',
      { user: 'u', password: 'p', host: 'h', port: 1, database: 'd' },
    ],
    ['postgresql://h?dbname=db', { host: 'h', database: 'db' }],
    [
      'postgresql://us%40er:p%2Fw%25@h/my%20%22d%3Fb%22',
      { user: 'us@er', password: 'p/w%', host: 'h', database: 'my "d?b"' },
    ],
    ['postgresql://h/my db', { host: 'h', database: 'my db' }],
    ['postgresql://h/a.b$$c\\d\'"', { host: 'h', database: 'a.b$$c\\d\'"' }],
    ['postgresql://h/%25s%0A', { host: 'h', database: '%s\n' }],
    ['postgresql://h/d%C3%A9', { host: 'h', database: 'dé' }],
    ['postgresql://h/dé', { host: 'h', database: 'dé' }],
    ['postgresql://h/db#1', { host: 'h', database: 'db#1' }],
    ['postgresql://h/db?maintenance_db=defaultdb', { host: 'h', database: 'db', maintenanceDatabase: 'defaultdb' }],
    [
      'postgresql://h/db?target_session_attrs=read-write',
      { host: 'h', database: 'db', parameters: new Map([['target_session_attrs', 'read-write']]) },
    ],
    [
      'postgresql://h/db?connect_timeout=',
      { host: 'h', database: 'db', parameters: new Map([['connect_timeout', '']]) },
    ],
    [
      'postgresql://h/db?connect_timeout=5&sslmode=require&application_name=a%20b&options=-c%20x%3Dy',
      {
        host: 'h',
        database: 'db',
        parameters: new Map([
          ['connect_timeout', '5'],
          ['sslmode', 'require'],
          ['application_name', 'a b'],
          ['options', '-c x=y'],
        ]),
      },
    ],
    [
      'postgresql://h/db?options=a+b=c&pgbouncer=true&connect_timeout=2&connect_timeout=3',
      {
        host: 'h',
        database: 'db',
        parameters: new Map([
          ['options', 'a+b=c'],
          ['pgbouncer', 'true'],
          ['connect_timeout', '3'],
        ]),
      },
    ],
  ])('%s', (text, expected) => {
    expect(parseDatabaseUrl(text, '--db-url')).toEqual({ ...nothing, text, ...expected });
  });

  // What `psql` 15 made of the same texts.
  test.each([
    ['postgresql://u:se?cret@h/db', 'se?cret'],
    ['postgresql://u:se#cret@h/db', 'se#cret'],
    ['postgresql://u:se:cret@h/db', 'se:cret'],
    ['postgresql://u:se cret@h/db', 'se cret'],
    ['postgresql://u:se&=+cret@h/db', 'se&=+cret'],
    ['postgresql://u:se%63ret@h/db', 'secret'],
  ])('takes an unencoded password as libpq does: %s', (text, password) => {
    expect(postgres(text)).toMatchObject({ user: 'u', password, host: 'h', database: 'db' });
  });

  test.each([
    'postgresql://u:Ж@Ш@h/db',
    'postgresql://u:Ж/Ш@h/db',
    'postgresql://u:12/ЖШ@h/db',
    'postgresql://u:12/3?a=ЖШ@h/db',
    'postgresql://u:1@ЖШ/2@h/db',
    'postgresql://u:Ж%Ш@h/db',
    'postgresql://u:Ж%ГГ@h/db',
    'postgresql://u:Ж?/Ш@h/db',
    'postgresql://h/db?password=Ж&Ш',
    'postgresql://u:ЖШ@h:port/db',
    'postgresql://u:ЖШ',
  ])('never connects elsewhere nor shows the password, but says what to encode: %s', async (text) => {
    const error = await refusal(text);
    expect(printed(error)).not.toMatch(/[ЖШГ]/);
    expect(error.where).toContain('--sys-db-url · postgresql://');
    expect(error.hint).toContain('% as %25, @ as %40, / as %2F');
  });

  test.each([
    ['postgresql://h', 'names no database'],
    ['postgresql://h/', 'names no database'],
    ['postgresql://h/?dbname=', 'names no database'],
    ['postgresql:h/db', 'cannot be read'],
    ['postgresql:/h/db', 'cannot be read'],
    ['postgresql://h/db ', 'cannot be read'],
    ['postgresql://h/a%00b', '% that encodes no character'],
    ['postgresql://h/a%FFb', '% that encodes no character'],
    ['postgresql://h/db?sslmode', 'has no ='],
    ['postgresql://h/db?=x', 'has no ='],
    ['postgresql://h:0/db', 'names port 0, which is no port'],
    ['postgresql://h:99999/db', 'names port 99999, which is no port'],
    ['postgresql://h:123456/db', 'names a port that is none'],
    ['postgresql://h/db?port=x', 'names a port that is none'],
    ['postgresql://h/db?port=65536', 'names port 65536, which is no port'],
    ['postgresql://::1/db', 'no readable host'],
    ['postgresql://[::1]x/db', 'no readable host'],
    ['postgresql://a,b:x/db', 'no readable host'],
    ['postgresql://h/db?port=1,0', 'names port 0, which is no port'],
    ['postgresql://h/db?connect_timeout=soon', 'no number of seconds'],
    [`postgresql://h/${'é'.repeat(32)}`, '64 bytes'],
    [`postgresql://h/db?maintenance_db=${'a'.repeat(64)}`, '64 bytes'],
    [`postgresql://${'a'.repeat(64)}@h/db`, '64 bytes'],
  ])('is refused: %s', async (text, message) => {
    const error = await refusal(text);
    expect(error.message).toContain(message);
    expect(error.where).toBe(`--sys-db-url · ${maskUrl(text)}`);
  });
});

test.each([
  ['', 'is empty'],
  ['mysql://u:secret@h/db', 'neither a PostgreSQL nor an SQLite'],
  ['Postgresql://u:secret@h/db', 'neither a PostgreSQL nor an SQLite'],
  ['user:secret@h/db', 'neither a PostgreSQL nor an SQLite'],
  ['sqlite3:///x', 'neither a PostgreSQL nor an SQLite'],
  ['postgresql://u:secret@h/db\n', 'control character'],
  ['postgresql://u:sec\tret@h/db', 'control character'],
  ['postgresql://h/\u0085', 'control character'],
  ['postgresql://h/\uD800', 'control character'],
  ['sqlite:///a\0b', 'control character'],
])('is no database URL: %j', async (text, message) => {
  const error = await refusal(text);
  expect(error.message).toContain(message);
  expect(printed(error)).not.toContain('secret');
  expect(printed(error)).not.toContain('sec\t');
});

// What SQLAlchemy 2.0.x and its pysqlite dialect made of the same texts.
describe('an SQLite URL', () => {
  test.each([
    ['sqlite:///relative.sqlite', 'relative.sqlite'],
    ['sqlite:///./relative.sqlite', './relative.sqlite'],
    ['sqlite:////absolute/x.sqlite', '/absolute/x.sqlite'],
    ['sqlite+pysqlite:///x', 'x'],
    ['sqlite:///a%20b.db', 'a%20b.db'],
    ['sqlite:///a b.db ', 'a b.db '],
    ['sqlite:///a#b+c@d:e.db', 'a#b+c@d:e.db'],
    ['sqlite:///a?mode=ro', 'a'],
    ['sqlite:////abs/p?x', '/abs/p'],
    ['sqlite:///C:\\a\\b.db', 'C:\\a\\b.db'],
    ['sqlite:///~/x', '~/x'],
    ['sqlite:///file:foo', 'file:foo'],
    ['sqlite:///file:foo?uri=false', 'file:foo'],
    ['sqlite:///é', 'é'],
  ])('%s', (text, path) => {
    expect(parseDatabaseUrl(text, '--sys-db-url')).toEqual({ dialect: 'sqlite', text, path });
  });

  test.each([
    ['sqlite://', 'memory'],
    ['sqlite:///', 'memory'],
    ['sqlite:///:memory:', 'memory'],
    ['sqlite:///:memory:?cache=shared', 'memory'],
    ['sqlite:///?x=y', 'memory'],
    ['sqlite://host/x', 'three slashes'],
    ['sqlite://u:secret@/x', 'three slashes'],
    ['sqlite:x.db', 'three slashes'],
    ['sqlite:/x.db', 'three slashes'],
    ['sqlite:///file:foo?mode=ro&uri=true', 'uri=true'],
    ['sqlite:///foo?uri=1', 'uri=true'],
  ])('is refused: %s', async (text, message) => {
    const error = await refusal(text);
    expect(error.message).toContain(message);
    expect(error.hint).toContain('sqlite:///./relative/file.sqlite');
    expect(printed(error)).not.toContain('secret');
  });
});

describe('another database of the same server', () => {
  test.each([
    ['postgresql://localhost/myapp', 'myapp_dbos', 'postgresql://localhost/myapp_dbos'],
    [
      'postgresql+psycopg://u:p%40@[::1]:1/a?sslmode=require',
      'b',
      'postgresql+psycopg://u:p%40@[::1]:1/b?sslmode=require',
    ],
    ['postgresql:///a?host=/run&dbname=x', 'b c', 'postgresql:///b%20c?host=/run'],
    ['postgresql://h?db%6Eame=a', 'b', 'postgresql://h/b'],
    ['postgresql://%2Frun/a', 'x"?#/@%', 'postgresql://%2Frun/x%22%3F%23%2F%40%25'],
  ])('of %s', (text, database, expected) => {
    const url = postgres(text);
    expect(withDatabase(url, database)).toEqual({ ...url, database, text: expected });
    expect(withDatabase(url, database)).toEqual(postgres(expected));
  });
});

const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !text.includes('\0') && Buffer.byteLength(text) <= 63);

test('what is percent-encoded comes back, whatever it is', () => {
  fc.assert(
    fc.property(name, name, name, name, (user, password, database, application) => {
      const [u, p, d, a] = [user, password, database, application].map(encodeURIComponent);
      const text = `postgresql://${u}:${p}@h:5432/${d}?application_name=${a}`;
      const url = postgres(text);
      expect(url).toMatchObject({ user, password, host: 'h', port: 5432, database });
      expect(url.parameters.get('application_name')).toBe(application);
      expect(postgres(withDatabase(url, user).text)).toMatchObject({ user, password, database: user });
    }),
  );
});

test.each([99999, 65536, 0])('port %i is said to be none, with what a port is', async (port) => {
  for (const url of [`postgresql://h:${port}/db`, `postgresql://h/db?port=${port}`]) {
    const error = await refusal(url);
    expect(error.message).toBe(`the database URL names port ${port}, which is no port`);
    expect(error.hint).toContain('a port is a number from 1 to 65535');
  }
});

describe('what is no URL may be a password, or hold one', () => {
  test.each([
    'host=h user=u password=Geheim dbname=d',
    "host=h password='my Geheim'",
    'host=h password=my Geheim',
    'u:Geheim@h/db',
    'Geheim@h',
    'PGPASSWORD=Geheim',
    'jdbc:postgresql://h/db?user=u&password=Geheim',
    'mysql://u:Geheim@h/db',
    'postgres//u:Geheim@h/db',
  ])('%s', async (text) => {
    expect(printed(await refusal(text))).not.toContain('Geheim');
  });

  test('nor is one of 100 kB shown whole', async () => {
    for (const start of ['', 'mysql://', 'postgresql://h/', 'postgresql://', 'sqlite://x']) {
      expect(printed(await refusal(start + 'x'.repeat(100_000))).length).toBeLessThan(1_000);
    }
  });
});

test('a password that was encoded together with its user is not shown', async () => {
  const error = await refusal(`postgresql://u%3A${'Ж'.repeat(40)}@h/db`);
  expect(error.message).toContain('82 bytes');
  expect(printed(error)).not.toContain('Ж');
});

test('a password as it is comes through whole or is refused, masked', () => {
  const secret = fc.string({ unit: fc.constantFrom(...Array.from('ЖШ07@:/?#&%= ;,\n')), minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(secret, (text) => {
      const password = `Ж${text}`;
      const url = `postgresql://u:${password}@h:5432/db?sslmode=require`;
      try {
        const parsed = postgres(url);
        expect(parsed).toMatchObject({ user: 'u', host: 'h', port: 5432, database: 'db' });
        expect(parsed.password).toBe(decodeURIComponent(password));
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(printed(error)).not.toMatch(/[ЖШ]/);
      }
    }),
    { numRuns: tries(10_000) },
  );
});
