import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import {
  singleLine,
  dollarQuote,
  identifierAsPrinted,
  quoteIdentifier,
  quoteLiteral,
  quoteSqliteText,
} from '../../src/sql/quote.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const hostile = [
  '',
  ' ',
  'plain',
  'Mixed',
  'My "odd" schema-1',
  '"',
  "it's",
  "'",
  '\\',
  "\\'; DROP TABLE t; --",
  'a.b',
  '$$',
  '$body$',
  '%s',
  'line\nbreak\r\ttab',
  'größe',
  '名前',
  '😀',
];
/** Texts of what a lexer is sensitive to. */
const nasty = fc.string({
  unit: fc.constantFrom("'", '"', '\\', '$', 'b', 'body', '1', '%', '-', '\n', 'E', 'é', ' '),
});

describe('quoteIdentifier', () => {
  test('always quotes, and doubles the quotes inside', () => {
    expect(quoteIdentifier('dbos')).toBe('"dbos"');
    expect(quoteIdentifier('My "odd" schema-1')).toBe('"My ""odd"" schema-1"');
  });

  test('PostgreSQL reads the name back', async () => {
    const names = hostile.filter((name) => name !== '');
    const rows = await server.query(`SELECT ${names.map((name, i) => `${i} AS ${quoteIdentifier(name)}`).join(', ')}`);
    expect(Object.keys(rows[0]!)).toEqual(names);
  });

  test('SQLite reads the name back', () => {
    const database = new Database(':memory:');
    const columns = database.prepare(`SELECT ${hostile.map((name) => `1 AS ${quoteIdentifier(name)}`).join(', ')}`);
    expect(columns.columns().map((column) => column.name)).toEqual(hostile);
    database.close();
  });

  test('refuses NUL', () => {
    expect(() => quoteIdentifier('a\0b')).toThrow(RangeError);
  });
});

describe('quoteLiteral', () => {
  test('is plain where it can be', () => {
    expect(quoteLiteral("it's")).toBe("'it''s'");
    expect(quoteLiteral('a\\b')).toBe("E'a\\\\b'");
  });

  test.each(['on', 'off'])('PostgreSQL reads the text back with standard_conforming_strings %s', async (setting) => {
    const texts = [...hostile, ...fc.sample(nasty, 500)];
    const rows = await server.query(
      `SET standard_conforming_strings = ${setting}; SET escape_string_warning = off;
       SELECT t FROM unnest(ARRAY[${texts.map(quoteLiteral).join(', ')}]::text[]) WITH ORDINALITY AS _(t, i) ORDER BY i`,
    );
    expect(rows.map((row) => row['t'])).toEqual(texts);
  });

  test('refuses NUL', () => {
    expect(() => quoteLiteral('a\0b')).toThrow(RangeError);
  });
});

describe('quoteSqliteText', () => {
  test('SQLite reads the text back', () => {
    const database = new Database(':memory:');
    for (const text of [...hostile, ...fc.sample(nasty, 500)]) {
      expect(
        database
          .prepare(`SELECT ${quoteSqliteText(text)}`)
          .pluck()
          .get(),
      ).toBe(text);
    }
    database.close();
  });

  test('refuses NUL, where SQLite would stop reading', () => {
    expect(() => quoteSqliteText('a\0b')).toThrow(RangeError);
  });
});

describe('identifierAsPrinted', () => {
  test("is quote_ident's text for every keyword and for hostile names", async () => {
    const names = hostile.map((name) => `(${quoteLiteral(name)}), (${quoteLiteral(`x${name}`)})`).join(', ');
    const rows = await server.query(
      `SELECT name, quote_ident(name) AS printed
       FROM (SELECT word FROM pg_get_keywords() UNION ALL VALUES ${names}, ('a$b'), ('_1'), ('1a')) AS _(name)`,
    );
    expect(rows.length).toBeGreaterThan(400);
    expect(rows.map(({ name }) => identifierAsPrinted(String(name)))).toEqual(rows.map(({ printed }) => printed));
  });
});

describe('singleLine', () => {
  test('shows what would break the line or hide in it', () => {
    expect(singleLine('a\nb\rc\td')).toBe('a\\nb\\rc\\td');
    expect(singleLine('\0\u001b[31m\u0085\u2028\u2029\u202e')).toBe('\\u0000\\u001b[31m\\u0085\\u2028\\u2029\\u202e');
    expect(singleLine('\ud800')).toBe('\\ud800');
  });

  test('leaves other texts alone', () => {
    for (const text of ['', 'alembic upgrade head && echo "größe" \\ 😀 👩‍🚀', "-- it's */"])
      expect(singleLine(text)).toBe(text);
  });

  test('nothing of any text is run as SQL', async () => {
    const texts = [...hostile, '; SELECT 1/0', ...fc.sample(fc.string({ unit: 'binary' }), 300)];
    const rows = await server.query(`${texts.map((text) => `-- ${singleLine(text)}\n`).join('')} SELECT 1 AS one`);
    expect(rows).toEqual([{ one: 1 }]);
  });
});

describe('dollarQuote', () => {
  test('takes a tag that the body cannot end', () => {
    expect(dollarQuote('BEGIN END')).toBe('$body$BEGIN END$body$');
    expect(dollarQuote('a $body$ b $body1$')).toBe('$body2$a $body$ b $body1$$body2$');
  });

  test('PostgreSQL reads the body back', async () => {
    const bodies = [...hostile, '$', '$body', '$body1', ...fc.sample(nasty, 500)];
    const rows = await server.query(
      `SELECT t FROM unnest(ARRAY[${bodies.map(dollarQuote).join(', ')}]::text[]) WITH ORDINALITY AS _(t, i) ORDER BY i`,
    );
    expect(rows.map((row) => row['t'])).toEqual(bodies);
  });

  test('refuses NUL', () => {
    expect(() => dollarQuote('a\0b')).toThrow(RangeError);
  });
});
