import { describe, expect, test } from '@jest/globals';
import { resetOf } from '../../../src/postgres/examine/limits.ts';
import { clockFinding, tlsFinding } from '../../../src/postgres/examine/server.ts';
import { milliseconds } from '../../../src/postgres/examine/settings.ts';

describe('clocks', () => {
  test.each([
    ['the same', 0, 1],
    ['no further apart than anybody notices', -990, 0],
    ['no further apart than the way there and back can tell', 2_900, 2_000],
  ])('are %s', (_, ahead, uncertainty) => {
    expect(clockFinding(ahead, uncertainty)).toMatchObject({ state: 'pass', todo: null });
  });

  test.each([
    [2_500, "the server's is 2.5 s ahead of this machine's"],
    [-3_600_400, "the server's is 3600 s behind this machine's"],
  ])('that differ by %d ms are worth a look', (ahead, seen) => {
    expect(clockFinding(ahead, 10)).toMatchObject({ state: 'warn', seen, todo: expect.stringContaining('NTP') });
  });
});

describe('a connection without TLS', () => {
  const without = { ssl: false, version: null, cipher: null };

  test.each([[null], ['127.0.0.1'], ['::1']])('passes at %s, where nobody is in between', (server) => {
    expect(tlsFinding({ ...without, server })).toMatchObject({ state: 'pass', todo: null });
  });

  test.each([['10.0.0.5'], ['2001:db8::1'], ['192.127.0.1']])('is worth a look at %s', (server) => {
    expect(tlsFinding({ ...without, server })).toEqual({
      name: 'TLS',
      state: 'warn',
      seen: `none: whoever is on the way to ${server} can read what is sent`,
      todo: 'set ssl = on in the server and sslmode=verify-full in the URL',
    });
  });
});

test.each([
  ['0', 0],
  ['500', 500],
  ['500ms', 500],
  ['1.5s', 1_500],
  ['5 min', 300_000],
  ['1h', 3_600_000],
  ['2d', 172_800_000],
  ['-1', 0],
  ['nonsense', 0],
])('a limit of %s is %d ms', (value, expected) => {
  expect(milliseconds(value)).toBe(expected);
});

test.each([
  ['client', 'take x out of the options of the URL, or of PGOPTIONS'],
  ['user', 'ALTER ROLE "a ""role" RESET x;'],
  ['database', 'ALTER DATABASE "d" RESET x;'],
  ['database user', 'ALTER ROLE "a ""role" IN DATABASE "d" RESET x;'],
])('a setting of %s is taken back there', (source, statement) => {
  expect(resetOf('x', source, { role: 'a "role', database: 'd' })).toBe(statement);
});

test('a setting of the server is taken back in its configuration', () => {
  const place = { role: 'app', database: 'd' };
  expect(resetOf('x', 'configuration file', place)).toContain("server's configuration (configuration file)");
});
