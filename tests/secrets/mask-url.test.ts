import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { maskUrl } from '../../src/secrets/mask-url.ts';
import { tries } from '../support/properties.ts';

describe('a URL that can be read', () => {
  test.each([
    'postgresql://localhost/myapp',
    'postgresql://user@localhost:5432/myapp',
    'postgresql:///db?host=/var/run/postgresql',
    'postgresql://%2Fvar%2Frun/db',
    'postgresql://[::1]:5432/db',
    'postgresql://user@host/db?application_name=me@host&sslmode=require',
    'postgresql://host:5432/db?user=me@corp.example',
    'postgresql://host/db?pgbouncer=true',
    'sqlite:///./dbos.sqlite',
    'sqlite:////home/u:p@h/dbos.sqlite',
    'sqlite:dbos.sqlite',
  ])('without a password stays as it is: %s', (url) => {
    expect(maskUrl(url)).toBe(url);
  });

  test.each([
    ['postgresql://u:secret@h:5432/db', 'postgresql://u:***@h:5432/db'],
    ['postgresql+psycopg://u:secret@h/db', 'postgresql+psycopg://u:***@h/db'],
    ['postgresql://:secret@h/db', 'postgresql://:***@h/db'],
    ['postgresql://u:se?cr#et:x@h/db', 'postgresql://u:***@h/db'],
    ['postgresql://u:p%40ss@[::1]:5432/db?sslmode=require', 'postgresql://u:***@[::1]:5432/db?sslmode=require'],
    ['postgresql://u:secret@h/db?application_name=a@b', 'postgresql://u:***@h/db?application_name=a@b'],
    ['postgresql://h/db?password=secret', 'postgresql://h/db?password=***'],
    ['postgresql://h/db?pass%77ord=secret&connect_timeout=5', 'postgresql://h/db?pass%77ord=***&connect_timeout=5'],
    ['postgresql://h/db?sslpassword=secret&sslkey=/k', 'postgresql://h/db?sslpassword=***&sslkey=***'],
    ['postgresql://h/db?api_token=secret&clientSecret=secret', 'postgresql://h/db?api_token=***&clientSecret=***'],
    ['postgresql://h:5432/db?password=se@cret', 'postgresql://h:5432/db?password=***'],
    ['mysql://u:secret@h/db', 'mysql://u:***@h/db'],
    ['sqlite:///x.sqlite?key=secret', 'sqlite:///x.sqlite?key=***'],
    ['sqlite+pysqlcipher://:secret@/x', 'sqlite+pysqlcipher://:***@/x'],
  ])('shows all but the password: %s', (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
    expect(maskUrl(masked)).toBe(masked);
  });
});

describe('a URL that cannot be read', () => {
  test.each([
    ['postgresql://user:pa ss@h:port/db', 'postgresql://user:***@h:port/db'],
    ['postgresql://u:se@cret@h/db', 'postgresql://u:***@h/db'],
    ['postgresql://u:se/cret@h/db', 'postgresql://u:***@h/db'],
    ['postgresql://u:se@c/r?e#t@h/db', 'postgresql://u:***@h/db'],
    ['postgresql://me@corp.example:secret@h/db', 'postgresql://me:***@h/db'],
    ['postgresql://u%3Asecret@h/db', 'postgresql://u:***@h/db'],
    ['postgresql://user:secret', 'postgresql://user:***'],
    ['postgresql://u@h:secret/db', 'postgresql://u@h:***'],
    ['postgresql:/u:secret@h/db', 'postgresql:***@h/db'],
    ['u:secret@h/db', 'u:***@h/db'],
    ['postgresql://h/db?password=se&cr=et', 'postgresql://h/db?password=***'],
    ['postgresql://h/db?password=se?cret', 'postgresql://h/db?password=***'],
    ['postgresql://h/db?password=sec ret&sslmode=require', 'postgresql://h/db?password=***&sslmode=require'],
    ['host=h user=u password=secret dbname=d', 'host=h user=u password=*** dbname=d'],
    ['', ''],
  ])('hides the password all the same: %s', (url, masked) => {
    expect(maskUrl(url)).toBe(masked.replace('postgresql://me:', 'postgresql://me@corp.example:'));
  });

  test('forges no line and no direction of writing', () => {
    expect(maskUrl('postgresql://h/db\nerror: \u001B[31m\u202Eabc')).toBe(
      'postgresql://h/db\\u{a}error: \\u{1b}[31m\\u{202e}abc',
    );
  });
});

/** Letters that stand nowhere else in the texts below, among all that has a meaning in a URL. */
const password = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...Array.from('QZ07@:/?#&%= [];,\\\n\t"\'+.ß')), maxLength: 12 }),
    fc.constant('QZQ'),
  )
  .chain(([rest, sure]) => fc.constantFrom(`${sure}${rest}`, `${rest}${sure}`, `${sure}${rest}${sure}`));
const before = fc.constantFrom('postgresql://u', 'postgres://', 'postgresql+psycopg://u%40x', 'mysql://u', 'u', '//u');
const behind = fc.constantFrom(
  'h/db',
  'h:5432/db',
  '[::1]:5/db',
  '%2Frun/db',
  '/db',
  'h',
  'h:port/db',
  'h/db?sslmode=x',
);

test('no letter of a password behind a user is ever shown', () => {
  fc.assert(
    fc.property(before, password, behind, (start, secret, end) => {
      // `u://x@h` is a scheme and a user.
      fc.pre(start !== 'u' || !secret.startsWith('//'));
      expect(maskUrl(`${start}:${secret}@${end}`)).not.toMatch(/[QZ]/);
    }),
    { numRuns: tries(20_000) },
  );
});

test('no letter of a password in a parameter is ever shown', () => {
  const key = fc.constantFrom('password', 'sslpassword', 'PGPASSWORD', 'api_token', 'client-secret');
  const start = fc.constantFrom('postgresql://h/db?', 'postgresql://u:x@h/db?sslmode=x&', '//h:5/db?', 'host=h ', '');
  const end = fc.constantFrom('', '&sslmode=require', '&connect_timeout=5');
  fc.assert(
    fc.property(start, key, password, end, (front, name, secret, rest) => {
      expect(maskUrl(`${front}${name}=${secret}${rest}`)).not.toMatch(/[QZ]/);
    }),
    { numRuns: tries(20_000) },
  );
});

test('takes time in proportion to the length, whatever the text', () => {
  const nasty = ['@', ':', '/', '?a=', '&password=', ',', '[', '%', 'h:1,', ' '].map((part) => part.repeat(20_000));
  const started = performance.now();
  for (const part of nasty) maskUrl(`postgresql://u:p@h/${part}`);
  for (const part of nasty) maskUrl(`postgresql://${part}`);
  expect(performance.now() - started).toBeLessThan(5000);
});
