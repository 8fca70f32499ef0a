import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import { catalogOf } from '../../src/model/catalog.ts';
import { fingerprint } from '../../src/planner/fingerprint.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { catalogText } from '../support/apply-changes.ts';
import { alterations, applyEdits, editsOf, shuffled } from '../support/arbitrary-catalog.ts';
import { aColumn } from '../support/sample-objects.ts';
import { smallCatalog } from '../support/small-catalog.ts';
import { tries } from '../support/properties.ts';

const declared = postgres.declare(systemDefinitions, { schema: 'dbos', database: 'app_dbos', role: 'app' });

describe('fingerprint', () => {
  test('is equal exactly where the catalogs are', () => {
    const pair = fc.oneof(
      fc.tuple(smallCatalog, smallCatalog),
      fc
        .tuple(editsOf(declared), editsOf(declared))
        .map(([a, b]) => [applyEdits(declared, a), applyEdits(declared, b)]),
    );
    fc.assert(
      fc.property(pair, ([a = declared, b = declared]) => {
        const isEqual = catalogText(a).join('\n') === catalogText(b).join('\n');
        expect(fingerprint(a) === fingerprint(b)).toBe(isEqual);
      }),
      { numRuns: tries(100) },
    );
  });

  test('changes with every alteration of every object, each time to another one', () => {
    const all = alterations(declared).map(({ to }) => fingerprint(applyEdits(declared, [{ edit: 'alter', to }])));
    expect(all).not.toContain(fingerprint(declared));
    expect(new Set(all).size).toBe(all.length);
  });

  test('changes with a name', () => {
    const column = { ...aColumn, schema: 's', table: 't', name: 'c' };
    const all = [column, { ...column, name: 'd' }, { ...column, table: 'u' }, { ...column, schema: 'r' }];
    expect(new Set(all.map((object) => fingerprint(catalogOf([object])))).size).toBe(4);
  });

  test('takes no notice of the order of objects and the places of columns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }),
        fc.nat(),
        (weights, shift) => {
          const moved = new Map(
            [...shuffled(declared, weights)].map(([id, o]) => [
              id,
              o.kind === 'column' ? { ...o, position: shift } : o,
            ]),
          );
          expect(fingerprint(moved)).toBe(fingerprint(declared));
        },
      ),
      { numRuns: tries(30) },
    );
  });

  test('is not taken in by a name that looks like the next object', () => {
    const column = { ...aColumn, schema: 's', table: 't' };
    const one = catalogOf([{ ...column, name: 'a"]\n["column:s.t.b' }]);
    const two = catalogOf([
      { ...column, name: 'a' },
      { ...column, name: 'b' },
    ]);
    expect(fingerprint(one)).not.toBe(fingerprint(two));
  });

  test('is sixteen hexadecimal digits', () => {
    expect(fingerprint(new Map())).toMatch(/^[0-9a-f]{16}$/);
  });
});
