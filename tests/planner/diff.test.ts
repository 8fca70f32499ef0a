import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import { catalogOf } from '../../src/model/catalog.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { diff } from '../../src/planner/diff.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { applyEdits, editsOf, shuffled } from '../support/arbitrary-catalog.ts';
import { catalogText } from '../support/apply-changes.ts';
import { aColumn, anIndex } from '../support/sample-objects.ts';
import { tries } from '../support/properties.ts';

const declared = postgres.declare(systemDefinitions, { schema: 'dbos', database: 'app_dbos', role: 'app' });

const column = { ...aColumn, schema: 's', table: 't', name: 'c' };
const index = { ...anIndex, schema: 's', table: 't', name: 'i', columns: ['c'] };
const typesOf = (live: readonly CatalogObject[], target: readonly CatalogObject[]) =>
  diff(catalogOf(live), catalogOf(target)).map(({ type, id }) => `${type} ${id}`);

describe('diff', () => {
  test('names what is missing, what differs and what is too much, in the order of ids', () => {
    expect(typesOf([], [column])).toEqual(['create column:s.t.c']);
    expect(typesOf([column], [{ ...column, nullable: false }])).toEqual(['alter column:s.t.c']);
    expect(typesOf([column, index], [])).toEqual(['drop column:s.t.c', 'drop index:s.t.i']);
  });

  test('keeps both sides of an alteration', () => {
    const to = { ...column, type: 'bigint' };
    expect(diff(catalogOf([column]), catalogOf([to]))).toEqual([
      { type: 'alter', id: 'column:s.t.c', from: column, to },
    ]);
  });

  test('sees no difference in the place of a column', () => {
    expect(typesOf([column], [{ ...column, position: 1 }])).toEqual([]);
  });

  test('sees another place of a column in an index', () => {
    const two = { ...index, columns: ['a', 'b'] };
    expect(typesOf([two], [{ ...two, columns: ['b', 'a'] }])).toEqual(['alter index:s.t.i']);
  });

  test('tells an object from one of another kind with the same name', () => {
    expect(typesOf([{ ...column, name: 'i' }], [index])).toEqual(['drop column:s.t.i', 'create index:s.t.i']);
  });

  test('is empty between a catalog and itself, in whatever order', () => {
    fc.assert(
      fc.property(
        editsOf(declared),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        (edits, w) => {
          const live = applyEdits(declared, edits);
          expect(diff(live, shuffled(live, w))).toEqual([]);
        },
      ),
      { numRuns: tries(50) },
    );
  });

  test('says the same, the other way round, of two catalogs that change places', () => {
    const mirror = { create: 'drop', drop: 'create', alter: 'alter', rename: 'rename' } as const;
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const live = applyEdits(declared, edits);
        expect(diff(declared, live).map(({ type, id }) => `${type} ${id}`)).toEqual(
          diff(live, declared).map(({ type, id }) => `${mirror[type]} ${id}`),
        );
      }),
      { numRuns: tries(50) },
    );
  });

  test('misses nothing: without its changes the two catalogs are equal', () => {
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const live = applyEdits(declared, edits);
        const changed = new Set(diff(live, declared).map(({ id }) => id));
        const rest = (catalog: typeof live) => catalogText(new Map([...catalog].filter(([id]) => !changed.has(id))));
        expect(rest(live)).toEqual(rest(declared));
      }),
      { numRuns: tries(50) },
    );
  });
});
