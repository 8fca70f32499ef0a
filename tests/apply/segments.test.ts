import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { segmentsOf } from '../../src/apply/segments.ts';
import type { Statement } from '../../src/model/plan.ts';

const statement = (transactional: boolean, sql = 'x'): Statement => ({
  sql,
  objects: [],
  transactional,
  on: 'database',
  lock: null,
  hazards: [],
});

test('a plan is cut where transactions begin and end', () => {
  const [a, b, c, d, e] = [true, true, false, false, true].map((inside, i) => statement(inside, `${i}`));
  expect(segmentsOf([a!, b!, c!, d!, e!])).toEqual([
    { transactional: true, statements: [a, b] },
    { transactional: false, statements: [c, d] },
    { transactional: true, statements: [e] },
  ]);
  expect(segmentsOf([])).toEqual([]);
});

test('nothing is lost, nothing changes its place, and neighbours differ', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), (flags) => {
      const statements = flags.map((flag, i) => statement(flag, `${i}`));
      const segments = segmentsOf(statements);
      expect(segments.flatMap((segment) => segment.statements)).toEqual(statements);
      for (const [i, { transactional, statements: inside }] of segments.entries()) {
        expect(inside.every((one) => one.transactional === transactional)).toBe(true);
        expect(transactional).not.toBe(segments[i - 1]?.transactional);
      }
    }),
  );
});
