import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import { catalogOf } from '../../src/model/catalog.ts';
import { definitionText, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { diff } from '../../src/planner/diff.ts';
import type { Ownership } from '../../src/planner/ownership.ts';
import { withRenames } from '../../src/planner/renames.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { applyEdits, editsOf } from '../support/arbitrary-catalog.ts';
import { aCheck, aColumn, aForeignKey, aFunction, aKey, aTrigger, anIndex } from '../support/sample-objects.ts';
import { owning, owningAll } from './support.ts';
import { smallCatalog } from '../support/small-catalog.ts';
import { tries } from '../support/properties.ts';

const schema = 's';
const index = (name: string, table = 't') => ({ ...anIndex, schema, table, name, columns: ['c'] });

const changesBetween = (
  live: readonly CatalogObject[],
  target: readonly CatalogObject[],
  ownership: Ownership = owning(...live),
) =>
  withRenames(diff(catalogOf(live), catalogOf(target)), ownership).map((change) =>
    change.type === 'rename' && 'name' in change.from
      ? `rename ${change.from.name} → ${change.id}`
      : `${change.type} ${change.id}`,
  );

describe('withRenames', () => {
  test('sees one object where two are equal but for their names', () => {
    expect(changesBetween([index('old')], [index('new')])).toEqual(['rename old → index:s.t.new']);
  });

  test.each<CatalogObject>([
    { ...aKey, schema, table: 't', name: 'old', columns: ['c'] },
    { ...aCheck, schema, table: 't', name: 'old' },
    { ...aForeignKey, schema, table: 't', name: 'old', columns: ['c'] },
  ])('renames a $kind', (object) => {
    expect(changesBetween([object], [{ ...object, name: 'new' } as CatalogObject])).toEqual([
      `rename old → ${object.kind}:s.t.new`,
    ]);
  });

  test.each<CatalogObject>([
    { ...aColumn, schema, table: 't', name: 'old' },
    { kind: 'table', schema, name: 'old', persistence: 'permanent', options: [] },
    { kind: 'view', schema, name: 'old', materialized: false, definition: '' },
    { ...aFunction, schema, name: 'old', signature: '' },
    { ...aTrigger, schema, table: 't', name: 'old' },
  ])('never renames a $kind, which may be a stranger that looks alike', (object) => {
    const types = changesBetween([object], [{ ...object, name: 'new' } as CatalogObject]);
    expect(new Set(types.map((text) => text.split(' ')[0]))).toEqual(new Set(['create', 'drop']));
  });

  test('renames nothing that differs in more than the name', () => {
    expect(changesBetween([{ ...index('old'), unique: true }], [index('new')])).toEqual([
      'create index:s.t.new',
      'drop index:s.t.old',
    ]);
  });

  test('renames nothing that stands in another table', () => {
    expect(changesBetween([index('old', 'u')], [index('new')])).toEqual(['create index:s.t.new', 'drop index:s.u.old']);
  });

  test('takes the first of several that look alike, and leaves the others to be dropped', () => {
    expect(changesBetween([index('b'), index('a')], [index('new')])).toEqual(
      ['rename a → index:s.t.new', 'drop index:s.t.b'].toSorted((a, b) => (a.slice(-1) < b.slice(-1) ? -1 : 1)),
    );
  });

  test('takes one that would be dropped before one that would stay', () => {
    const ownership = owning(index('z_retired'));
    expect(changesBetween([index('a_user'), index('z_retired')], [index('new')], ownership)).toEqual([
      'drop index:s.t.a_user',
      'rename z_retired → index:s.t.new',
    ]);
  });

  test('renames each of several, in the order of their ids', () => {
    expect(changesBetween([index('b'), index('a')], [index('y'), index('x')])).toEqual([
      'rename a → index:s.t.x',
      'rename b → index:s.t.y',
    ]);
  });

  test('does not rename in a ring', () => {
    expect(changesBetween([index('a'), index('b', 'u')], [index('b'), index('a', 'u')])).toEqual([
      'drop index:s.t.a',
      'create index:s.t.b',
      'create index:s.u.a',
      'drop index:s.u.b',
    ]);
  });
});

describe('generated renames', () => {
  const declared = postgres.declare(systemDefinitions, { schema: 'dbos', database: 'app_dbos', role: null });
  const edited = editsOf(declared).map((edits) => [applyEdits(declared, edits), declared] as const);
  const small = fc.tuple(smallCatalog, smallCatalog);

  test('keep parent and definition, and are of kinds that may be renamed', () => {
    fc.assert(
      fc.property(fc.oneof(edited, small), ([live, target]) => {
        for (const change of withRenames(diff(live, target), owningAll(live))) {
          if (change.type !== 'rename') continue;
          const { parent, renames } = traitsOf(change.to);
          expect(renames).toBe(true);
          expect(parent(change.from)).toBe(parent(change.to));
          expect(definitionText(change.from)).toBe(definitionText(change.to));
        }
      }),
      { numRuns: tries(200) },
    );
  });

  test('replace a create and a drop each, and leave the rest', () => {
    fc.assert(
      fc.property(fc.oneof(edited, small), ([live, target]) => {
        const plain = diff(live, target);
        const apart = withRenames(plain, owningAll(live)).flatMap((change) =>
          change.type === 'rename'
            ? [
                { type: 'create' as const, id: change.id, to: change.to },
                ...plain.filter((other) => other.type === 'drop' && other.from === change.from),
              ]
            : [change],
        );
        expect(apart.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(plain);
      }),
      { numRuns: tries(200) },
    );
  });
});
