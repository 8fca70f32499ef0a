import { describe, expect, test } from '@jest/globals';
import { isSafeDefault } from '../../src/model/default-value.ts';

const isSafe = (text: string, type: string): boolean => isSafeDefault(text, { type, nullable: true });

describe('a default that a column takes for every row', () => {
  test.each([
    [`'x'::text`, 'text'],
    [`'ab'::character varying`, 'character varying(2)'],
    [`''''::text`, 'character varying(1)'],
    ['now()', 'timestamp with time zone'],
    ['now()', 'text'],
    ['CURRENT_TIMESTAMP', 'timestamp(3) without time zone'],
    ['CURRENT_DATE', 'date'],
    [`timezone('utc'::text, now())`, 'timestamp without time zone'],
    [`(now() AT TIME ZONE 'utc'::text)`, 'timestamp without time zone'],
    [`(now() + '1 day'::interval)`, 'timestamp with time zone'],
    [`((EXTRACT(epoch FROM now()) * 1000.0))::bigint`, 'bigint'],
    [`(EXTRACT(epoch FROM clock_timestamp()) * (1000)::numeric)`, 'bigint'],
    [`(date_part('epoch'::text, now()) * (1000)::double precision)`, 'numeric'],
    [`date_trunc('day'::text, now())`, 'timestamp with time zone'],
    [`(date_trunc('month'::text, now()))::date`, 'date'],
    [`lower('ABC'::text)`, 'character varying(3)'],
    ['LOCALTIME', 'time without time zone'],
    ['txid_current()', 'bigint'],
    ['current_database()', 'name'],
    ['gen_random_uuid()', 'uuid'],
    ['(gen_random_uuid())::text', 'character varying(36)'],
    ['md5((random())::text)', 'text'],
    [`('a'::text || (now())::text)`, 'text'],
    ['0', 'smallint'],
    [`'-5'::integer`, 'numeric(3,2)'],
    ['32767', 'smallint'],
    ['(2147483646 + 1)', 'integer'],
    ['true', 'boolean'],
    [`'{}'::jsonb`, 'jsonb'],
    [`'{}'::text[]`, 'text[]'],
    ['ARRAY[]::integer[]', 'integer[]'],
    ['NULL::text', 'integer'],
    ['CURRENT_USER', 'name'],
    [`nextval('dbos.s'::regclass)`, 'bigint'],
    [`'on'::mine.state`, 'mine.state'],
    [`'a :: b'::text`, 'text'],
  ])('%s, as %s', (text, type) => {
    expect(isSafe(text, type)).toBe(true);
  });

  test.each([
    ['(1 / 0)', 'integer'],
    [`('x'::text)::integer`, 'integer'],
    [`'abc'::character varying`, 'character varying(2)'],
    ['100000', 'smallint'],
    ['2147483648', 'integer'],
    ['(2147483647 + 1)', 'integer'],
    ['(32767 * 2)', 'smallint'],
    ['12.5', 'numeric(3,2)'],
    ['gen_random_uuid()', 'character varying(20)'],
    ['now()', 'character varying(10)'],
    ['EXTRACT(epoch FROM now())', 'integer'],
    [`timezone('nowhere'::text, now())`, 'timestamp without time zone'],
    [`(now() + ('x'::text)::interval)`, 'timestamp with time zone'],
    ['mine()', 'text'],
    [`date_trunc('nonsense'::text, now())`, 'timestamp with time zone'],
    ['txid_current()', 'integer'],
    ['public.now()', 'timestamp with time zone'],
    [`current_setting('app.tenant'::text)`, 'text'],
    [`nextval('s'::text)`, 'bigint'],
    [`(('{}'::jsonb ->> 'a'::text))::integer`, 'integer'],
    [`sqrt(('-1'::integer)::double precision)`, 'double precision'],
    [`('x'::text || mine())`, 'text'],
  ])('is not %s, as %s', (text, type) => {
    expect(isSafe(text, type)).toBe(false);
  });

  test('of SQLite computes nothing that is NULL where none may be', () => {
    const safe = (text: string, nullable: boolean): boolean => isSafeDefault(text, { type: 'TEXT', nullable });
    expect([safe('1 / 0', true), safe('1 / 0', false), safe(`'a / b'`, false)]).toEqual([true, false, true]);
    expect([safe(`strftime('%s', 'now')`, false), safe('mine(1)', true), safe(`json('x')`, true)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([safe(`'x' -> '$.a'`, true), safe(`'a -> b'`, true)]).toEqual([false, true]);
  });
});
