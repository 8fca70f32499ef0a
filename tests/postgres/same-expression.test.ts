import { describe, expect, test } from '@jest/globals';
import { sameExpressions } from '../../src/postgres/same-expression.ts';

const declared = `(status = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`;

const varying = new Set(['status', 'x']);

const isSame = async (live: string, spelling = declared, columns: ReadonlySet<string> = varying): Promise<boolean> =>
  (await sameExpressions([{ live, declared: spelling, varying: columns }]))[0] === true;

describe('two spellings of one expression', () => {
  test.each([
    ['IN', `status IN ('ENQUEUED', 'PENDING')`],
    ['parentheses', `((status = ANY (ARRAY['ENQUEUED'::text, ('PENDING'::text)])))`],
    [
      'what the server prints for a varchar column',
      `((status)::text = ANY ((ARRAY['ENQUEUED'::character varying, 'PENDING'::character varying])::text[]))`,
    ],
  ])('are the same with %s', async (_, spelling) => {
    expect(await isSame(spelling)).toBe(true);
  });

  test.each([
    ['a constant', `(status = ANY (ARRAY['ENQUEUED'::text, 'RUNNING'::text]))`],
    ['the order of constants', `(status = ANY (ARRAY['PENDING'::text, 'ENQUEUED'::text]))`],
    ['a column', `(name = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`],
    ['an operator', `(status <> ALL (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`],
    ['a cast that cuts', `(status::varchar(3) = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`],
    ['a cast of a constant that takes blanks away', `(status = ANY (ARRAY['ENQUEUED'::bpchar, 'PENDING'::bpchar]))`],
    ['a domain of that name', `(status::public.text = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`],
    ['constants of a domain of that name', `(status = ANY (ARRAY['ENQUEUED'::public.text, 'PENDING'::public."text"]))`],
    ['a type of that name of another schema', `(status = ANY (ARRAY['ENQUEUED'::mine.varchar, 'PENDING'::text]))`],
    ['a syntax that the parser does not know', `status === 'ENQUEUED' RETURNING`],
  ])('differ by %s', async (_, spelling) => {
    expect(await isSame(spelling)).toBe(false);
  });

  test('a cast that the server did not add counts: to it, another expression is another index', async () => {
    const live = `(((status)::character varying)::text = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`;
    expect(await isSame(live, declared, new Set())).toBe(false);
    expect(await isSame(`((lower(status))::text = 'x'::text)`, `(lower(status) = 'x'::text)`)).toBe(false);
  });

  test('NOT IN is the same as <> ALL', async () => {
    expect(await isSame('x NOT IN (1, 2)', '(x <> ALL (ARRAY[1, 2]))')).toBe(true);
  });

  test('many pairs are answered at once, one that cannot be read among them', async () => {
    const pairs = Array.from({ length: 300 }, (_, i) => ({ live: `(a = ${i})`, declared: `a = ${i}`, varying }));
    await expect(sameExpressions(pairs)).resolves.toEqual(pairs.map(() => true));
    await expect(sameExpressions([{ live: 'a = (', declared: 'a', varying }, ...pairs.slice(0, 2)])).resolves.toEqual([
      false,
      true,
      true,
    ]);
  });

  test('types other than texts count', async () => {
    expect(await isSame(`'0'::bigint`, '0')).toBe(false);
  });
});
