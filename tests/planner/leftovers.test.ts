import { describe, expect, test } from '@jest/globals';
import { catalogOf } from '../../src/model/catalog.ts';
import { idFor } from '../../src/model/kinds.ts';
import { isMakeshiftFor, makeshiftName } from '../../src/model/makeshift.ts';
import type { CatalogObject, IndexObject } from '../../src/model/objects.ts';
import { isLeftover } from '../../src/planner/leftovers.ts';
import { plan } from '../../src/planner/plan.ts';
import { aColumn, aForeignKey, anIndex } from '../support/sample-objects.ts';
import { owningRetired } from './support.ts';

const schema = 's';
const table: CatalogObject = { kind: 'table', schema, name: 't', persistence: 'permanent', options: [] };
const column: CatalogObject = { ...aColumn, schema, table: 't', name: 'c' };
const index: IndexObject = { ...anIndex, schema, table: 't', name: 'i', columns: ['c'] };
const successor: IndexObject = { ...index, name: 'dbos_new_i' };
const declared = catalogOf([table, column, index]);

describe('a makeshift name', () => {
  test.each(['i', 'idx_workflow_status_pending', 'x'.repeat(63), 'é'.repeat(31), '名'.repeat(21), 'a_2', ''])(
    'of %j is one of it, is short enough, and is told from others',
    (name) => {
      const names: string[] = [];
      for (let i = 0; i < 12; i += 1) names.push(makeshiftName(name, (taken) => names.includes(taken)));
      expect(new Set(names).size).toBe(12);
      for (const makeshift of names) {
        expect(Buffer.byteLength(makeshift)).toBeLessThanOrEqual(63);
        expect(isMakeshiftFor(makeshift, name)).toBe(true);
        expect(isMakeshiftFor(makeshift, `${name.slice(0, 3)}other`)).toBe(false);
      }
      expect(isMakeshiftFor(name, name)).toBe(false);
    },
  );
});

describe('a leftover', () => {
  test('is a successor where the object itself would stand, finished or not', () => {
    expect(isLeftover(successor, declared)).toBe(true);
    expect(isLeftover({ ...successor, valid: false }, declared)).toBe(true);
    expect(isLeftover({ ...successor, name: 'dbos_new_i_2' }, declared)).toBe(true);
    const key = { ...aForeignKey, schema, table: 't', name: 'f', columns: ['c'], referencedSchema: schema };
    expect(isLeftover({ ...key, name: 'dbos_new_f', validated: false }, catalogOf([key]))).toBe(true);
  });

  test.each<[string, CatalogObject]>([
    ['another definition', { ...successor, unique: true }],
    ['another table', { ...successor, table: 'u' }],
    ['a name of nothing declared', { ...successor, name: 'dbos_new_j' }],
    ['a name that is not makeshift', { ...successor, name: 'my_new_i' }],
    ['another kind', { ...column, name: 'dbos_new_i' }],
  ])('is nothing with %s', (_, object) => {
    expect(isLeftover(object, declared)).toBe(false);
  });
});

describe('a plan for a leftover', () => {
  const changesFor = (...live: readonly CatalogObject[]) => {
    const found = catalogOf([table, column, ...live]);
    const ownership = owningRetired([], { declared });
    const { changes, unmanaged } = plan({ live: found, settled: found, target: declared, ownership });
    return { changes: changes.map(({ type, id }) => `${type} ${id}`), unmanaged: unmanaged.map(idFor) };
  };

  test('finishes it where its object is missing', () => {
    expect(changesFor(successor)).toEqual({ changes: ['rename index:s.t.i'], unmanaged: [] });
  });

  test('removes it where its object is there, and where it is not finished', () => {
    expect(changesFor(index, successor)).toEqual({ changes: ['drop index:s.t.dbos_new_i'], unmanaged: [] });
    expect(changesFor({ ...successor, valid: false })).toEqual({
      changes: ['create index:s.t.i', 'drop index:s.t.dbos_new_i'],
      unmanaged: [],
    });
  });

  test('leaves an index of somebody else alone that only has such a name', () => {
    expect(changesFor(index, { ...successor, unique: true })).toEqual({
      changes: [],
      unmanaged: ['index:s.t.dbos_new_i'],
    });
  });
});
