import { describe, expect, test } from '@jest/globals';
import { bareTypeIn, qualifiedName, typeIn } from '../../../src/postgres/portable/type-text.ts';

const own = (udt_name: string, more: object = {}) => ({ udt_schema: 'pg_catalog', udt_name, ...more });

describe('a type is spelt as PostgreSQL prints it', () => {
  test.each([
    ['text', own('text', { data_type: 'text' })],
    ['character varying(255)', own('varchar', { data_type: 'character varying', character_maximum_length: 255 })],
    ['character varying', own('varchar', { data_type: 'character varying', character_maximum_length: null })],
    ['character(3)', own('bpchar', { data_type: 'character', character_maximum_length: 3 })],
    ['bpchar', own('bpchar', { data_type: 'character', character_maximum_length: null })],
    ['bit varying(4)', own('varbit', { data_type: 'bit varying', character_maximum_length: 4 })],
    ['numeric', own('numeric', { data_type: 'numeric', numeric_precision: null, numeric_scale: null })],
    ['numeric(10,0)', own('numeric', { data_type: 'numeric', numeric_precision: 10, numeric_scale: 0 })],
    ['bigint', own('int8', { data_type: 'bigint', numeric_precision: 64, numeric_scale: 0 })],
    ['timestamp with time zone', own('timestamptz', { data_type: 'timestamp with time zone', datetime_precision: 6 })],
    ['time(0) without time zone', own('time', { data_type: 'time without time zone', datetime_precision: 0 })],
    ['interval', own('interval', { data_type: 'interval', datetime_precision: 6, interval_type: null })],
    ['interval(2)', own('interval', { data_type: 'interval', datetime_precision: 2, interval_type: null })],
    ['interval year', own('interval', { data_type: 'interval', datetime_precision: 6, interval_type: 'YEAR' })],
    ['jsonb[]', own('_jsonb', { data_type: 'ARRAY' })],
    ['character varying[]', own('_varchar', { data_type: 'ARRAY' })],
    ['"char"[]', own('_char', { data_type: 'ARRAY' })],
    ['dbos."Mood"', { data_type: 'USER-DEFINED', udt_schema: 'dbos', udt_name: 'Mood' }],
    ['"a b".mood[]', { data_type: 'ARRAY', udt_schema: 'a b', udt_name: '_mood' }],
    ['public.filled', own('text', { data_type: 'text', domain_schema: 'public', domain_name: 'filled' })],
  ])('%s', (text, row) => {
    expect(typeIn(row)).toBe(text);
  });

  test('and without what belongs to the value in an argument', () => {
    expect(bareTypeIn(own('varchar', { data_type: 'character varying', character_maximum_length: 9 }))).toBe(
      'character varying',
    );
    expect(bareTypeIn(own('bpchar', { data_type: 'character' }))).toBe('character');
  });

  test('and is nothing where a server says nothing', () => {
    expect(typeIn({})).toBe('');
  });
});

test('a name says its schema, unless all look there', () => {
  expect(qualifiedName('pg_catalog', 'C')).toBe('"C"');
  expect(qualifiedName('public', 'german')).toBe('public.german');
  expect(qualifiedName(null, 'select')).toBe('"select"');
});
