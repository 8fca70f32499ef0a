import { describe, expect, test } from '@jest/globals';
import { sameExpressions } from '../../src/postgres/same-expression.ts';

const declared = `(status = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`;

describe('two spellings of one expression', () => {
  test.each([
    ['IN', `status IN ('ENQUEUED', 'PENDING')`],
    ['parentheses', `((status = ANY (ARRAY['ENQUEUED'::text, ('PENDING'::text)])))`],
    [
      'what the server prints for a varchar column',
      `((status)::text = ANY ((ARRAY['ENQUEUED'::character varying, 'PENDING'::character varying])::text[]))`,
    ],
  ])('are the same with %s', async (_, spelling) => {
    await expect(sameExpressions([[spelling, declared]])).resolves.toEqual([true]);
  });

  test.each([
    ['a constant', `(status = ANY (ARRAY['ENQUEUED'::text, 'RUNNING'::text]))`],
    ['the order of constants', `(status = ANY (ARRAY['PENDING'::text, 'ENQUEUED'::text]))`],
    ['a column', `(name = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`],
    ['an operator', `(status <> ALL (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`],
    ['a cast that cuts', `(status::varchar(3) = ANY (ARRAY['ENQUEUED'::text, 'PENDING'::text]))`],
    ['a syntax that the parser does not know', `status === 'ENQUEUED' RETURNING`],
  ])('differ by %s', async (_, spelling) => {
    await expect(sameExpressions([[spelling, declared]])).resolves.toEqual([false]);
  });

  test('NOT IN is the same as <> ALL', async () => {
    await expect(sameExpressions([[`x NOT IN (1, 2)`, `(x <> ALL (ARRAY[1, 2]))`]])).resolves.toEqual([true]);
  });

  test('many pairs are answered at once, one that cannot be read among them', async () => {
    const pairs = Array.from({ length: 300 }, (_, i) => [`(a = ${i})`, `a = ${i}`] as const);
    await expect(sameExpressions(pairs)).resolves.toEqual(pairs.map(() => true));
    await expect(sameExpressions([['a = (', 'a'], ...pairs.slice(0, 2)])).resolves.toEqual([false, true, true]);
  });

  test('types other than texts count', async () => {
    await expect(sameExpressions([[`'0'::bigint`, '0']])).resolves.toEqual([false]);
  });
});
