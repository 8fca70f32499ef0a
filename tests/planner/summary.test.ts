import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../src/model/change.ts';
import { idFor } from '../../src/model/kinds.ts';
import { countChanges, summarise } from '../../src/planner/summary.ts';
import { aBacklog, anIndex } from '../support/sample-objects.ts';

const from = { ...anIndex, schema: 's', table: 't', name: 'i' };
const to = { ...from, columns: ['c'] };
const id = idFor(from);
const create: Change = { type: 'create', id, to };
const alter: Change = { type: 'alter', id, from, to };
const rename: Change = { type: 'rename', id, from, to };
const drop: Change = { type: 'drop', id, from };

describe('summarise', () => {
  test('counts in the order of the work', () => {
    expect(summarise([drop, rename, create, create, alter, create])).toBe(
      '3 to create, 1 to change, 1 to rename, 1 to drop',
    );
  });

  test('counts work that is done as a change, since nothing goes', () => {
    expect(summarise([{ type: 'drop', id: idFor(aBacklog), from: aBacklog }])).toBe('1 to change');
  });

  test('passes over what there is none of', () => {
    expect(summarise([create])).toBe('1 to create');
    expect(summarise([])).toBe('nothing to do');
  });
});

test('countChanges counts every type, those that do not occur too', () => {
  expect(countChanges([drop, drop, alter])).toEqual({ create: 0, alter: 1, rename: 0, drop: 2 });
});
