import { describe, expect, test } from '@jest/globals';
import { checkApplicationName, checkIdentifier, derivedDatabase, runtimeFileName } from '../../src/config/names.ts';
import type { IdentifierKind } from '../../src/config/names.ts';
import { printed } from '../support/rejection.ts';
import { mistakeOf } from './support.ts';

const kinds: readonly IdentifierKind[] = ['schema', 'role', 'user', 'database'];

const fine = [
  'dbos',
  'My "odd" schema-1',
  'a.b',
  '$$',
  '%s',
  '  ',
  ' a ',
  '\\',
  "'",
  ';--',
  '/* */',
  '\n',
  '\u001B',
  'é',
  '🦆',
  'public',
  'PG_x',
  'pg',
  'pgx_',
  'Information_Schema',
  'information_schema_',
  'a'.repeat(63),
  'é'.repeat(31),
  'none ',
];

describe.each(kinds)('the name of a %s', (kind) => {
  test.each(fine.filter((name) => kind !== 'role' || name !== 'public'))('may be %j', (name) => {
    expect(checkIdentifier(kind, name, '--x')).toBe(name);
  });

  test.each([
    ['', 'empty'],
    ['a\0b', 'NUL'],
    ['a\uD800', 'no valid Unicode'],
    ['a'.repeat(64), '64 bytes'],
    ['é'.repeat(32), '64 bytes'],
    ['🦆'.repeat(16), '64 bytes'],
  ])('may not be %j', async (name, message) => {
    const error = await mistakeOf(() => checkIdentifier(kind, name, '--x'));
    expect(error.message).toContain(message);
    expect(error.message).toContain(kind);
    expect(error.where).toBe('--x');
  });
});

test.each<[IdentifierKind, string]>([
  ['schema', 'pg_dbos'],
  ['schema', 'pg_'],
  ['schema', 'information_schema'],
  ['role', 'pg_monitor'],
  ['role', 'public'],
  ['role', 'none'],
])('the server keeps for itself: %s %s', async (kind, name) => {
  const error = await mistakeOf(() => checkIdentifier(kind, name, '--x'));
  expect(error.message).toContain(`"${name}"`);
});

test.each<[IdentifierKind, string]>([
  ['database', 'pg_dbos'],
  ['database', 'information_schema'],
  ['role', 'information_schema'],
  ['user', 'public'],
])('the server takes: %s %s', (kind, name) => {
  expect(checkIdentifier(kind, name, '--x')).toBe(name);
});

test.each(['abc', 'my-app_1', '123', '---', 'a'.repeat(256)])('an application may be named %s', (name) => {
  expect(checkApplicationName(name, 'file')).toBe(name);
});

test.each(['', 'ab', 'a'.repeat(257), 'MyApp', 'my app', 'a/b', '../x', 'abc\n', 'äbc'])(
  'an application may not be named %j',
  async (name) => {
    const error = await mistakeOf(() => checkApplicationName(name, 'file:1:7 name'));
    expect(error.where).toBe('file:1:7 name');
    expect(error.hint).toContain('3 to 256');
  },
);

test('names follow from the application', () => {
  expect(derivedDatabase('app')).toBe('app_dbos');
  expect(['app', 'my-app', '1st-app', 'a_b'].map(runtimeFileName)).toEqual(['app', 'my_app', '_1st_app', 'a_b']);
});

describe('a database in the place of a name', () => {
  test.each([
    'postgresql://u:Geheim@h/db',
    'postgresql://h/db?password=Geheim',
    'host=h password=Geheim',
    'host=h password=two words, Geheim',
    'u:Geheim@h/db',
    'sqlite:///Geheim.db',
  ])('is refused and not shown: %s', async (text) => {
    for (const kind of ['schema', 'role'] as const) {
      const error = await mistakeOf(() => checkIdentifier(kind, text, '--x'));
      expect(error.message).toBe(`a connection string stands where the name of the ${kind} belongs`);
      expect(error.hint).toContain('--sys-db-url');
      expect(printed(error)).not.toContain('Geheim');
    }
    expect(printed(await mistakeOf(() => checkApplicationName(text, 'file')))).not.toContain('Geheim');
  });

  test.each(['a@b', 'a:b', 'a/b', 'user@example.org', 'password', 'x=y'])('is not every odd name: %s', (name) => {
    for (const kind of ['schema', 'role'] as const) expect(checkIdentifier(kind, name, '--x')).toBe(name);
  });
});

test.each(kinds)('a name of 10,000 bytes is shortened to a line: %s', async (kind) => {
  const error = await mistakeOf(() => checkIdentifier(kind, `\u001B[31m${'x'.repeat(10_000)}`, '--x'));
  expect(error.message).toContain('10005 bytes');
  expect(printed(error).length).toBeLessThan(400);
  expect(printed(error)).not.toContain('\u001B');
});

test('a schema of the server is no name, and another one is proposed', async () => {
  expect((await mistakeOf(() => checkIdentifier('schema', 'pg_dbos', '--schema'))).hint).toBe(
    'choose another name, such as dbos',
  );
  expect((await mistakeOf(() => checkIdentifier('role', 'pg_dbos', '--app-role'))).hint).toContain('the application');
});
