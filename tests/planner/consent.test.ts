import { expect, test } from '@jest/globals';
import { type Hazard, type HazardName, hazardNames, hazards } from '../../src/model/hazard.ts';
import type { Statement } from '../../src/model/plan.ts';
import { unallowedIn } from '../../src/planner/consent.ts';

const hazard = (name: HazardName): Hazard => ({ name, why: `because of ${name}`, instead: null });

const statement = (sql: string, ...names: readonly HazardName[]): Statement => ({
  sql,
  objects: [],
  commits: 'with others',
  on: 'database',
  locks: [],
  scans: [],
  rewrites: [],
  rows: 0,
  bytes: 0,
  hazards: names.map(hazard),
});

const plan = {
  segments: [
    { transaction: true, statements: [statement('a'), statement('b', 'table-rewrite', 'may-fail')] },
    { transaction: false, statements: [statement('c', 'data-loss')] },
  ],
};

const namesFor = (...consents: readonly HazardName[]) =>
  unallowedIn(plan, new Set(consents)).map((found) => [found.statement.sql, found.hazard.name]);

test('what needs a consent is told statement by statement until it is given', () => {
  expect(namesFor()).toEqual([
    ['b', 'table-rewrite'],
    ['c', 'data-loss'],
  ]);
  expect(namesFor('data-loss')).toEqual([['b', 'table-rewrite']]);
  expect(namesFor('table-rewrite', 'data-loss')).toEqual([]);
  expect(namesFor('blocks-reads')).toHaveLength(2);
});

test('every hazard is explained in a sentence', () => {
  for (const name of hazardNames) expect(hazards[name].meaning).toMatch(/^[A-Z].{20,}\.$/);
  expect(hazardNames.filter((name) => !hazards[name].needsConsent)).toEqual(['may-fail']);
});
