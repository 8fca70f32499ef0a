import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Commit, Statement } from '../../src/model/plan.ts';
import { segmentsOf } from '../../src/planner/segments.ts';

const statement = (commits: Commit, sql = 'x', on: Statement['on'] = 'database'): Statement => ({
  sql,
  objects: [],
  commits,
  on,
  locks: [],
  scans: [],
  rewrites: [],
  rows: 0,
  bytes: 0,
  hazards: [],
});

const others = (sql: string): Statement => statement('with others', sql);
const alone = (sql: string): Statement => statement('alone', sql);
const outside = (sql: string): Statement => statement('no transaction', sql);

test('neighbours that commit with others are one transaction, every other statement is one segment', () => {
  const [a, b, c, d, e, f, g] = [
    others('a'),
    others('b'),
    outside('c'),
    outside('d'),
    others('e'),
    alone('f'),
    alone('g'),
  ];
  expect(segmentsOf([a, b, c, d, e, f, g])).toEqual([
    { transaction: true, statements: [a, b] },
    { transaction: false, statements: [c] },
    { transaction: false, statements: [d] },
    { transaction: true, statements: [e] },
    { transaction: true, statements: [f] },
    { transaction: true, statements: [g] },
  ]);
  expect(segmentsOf([])).toEqual([]);
});

test('what runs on the server is not in one transaction with what runs in the database', () => {
  const [a, b] = [statement('with others', 'a', 'server'), others('b')];
  expect(segmentsOf([a, b]).map(({ statements }) => statements)).toEqual([[a], [b]]);
});

test('nothing is lost, nothing changes its place, and no two neighbours could be one segment', () => {
  const commits = fc.constantFrom<Commit>('with others', 'alone', 'no transaction');
  fc.assert(
    fc.property(fc.array(commits), (all) => {
      const statements = all.map((how, i) => statement(how, `${i}`));
      const segments = segmentsOf(statements);
      expect(segments.flatMap((segment) => segment.statements)).toEqual(statements);
      for (const [i, { transaction, statements: inside }] of segments.entries()) {
        const [first] = inside;
        expect(transaction).toBe(first?.commits !== 'no transaction');
        if (first?.commits !== 'with others') expect(inside).toHaveLength(1);
        const before = segments[i - 1]?.statements[0]?.commits;
        expect([before, first?.commits]).not.toEqual(['with others', 'with others']);
      }
    }),
  );
});
