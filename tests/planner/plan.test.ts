import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import { type Catalog, catalogOf } from '../../src/model/catalog.ts';
import { UserError } from '../../src/model/errors.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { fingerprint } from '../../src/planner/fingerprint.ts';
import { mayDrop, type Ownership } from '../../src/planner/ownership.ts';
import { plan } from '../../src/planner/plan.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { applyChanges, catalogText } from '../support/apply-changes.ts';
import { applyEdits, editsOf, shuffled } from '../support/arbitrary-catalog.ts';
import { aColumn, aKey, anIndex, strangers } from '../support/sample-objects.ts';
import { owning, owningAll, owningRetired } from './support.ts';
import { smallCatalog } from '../support/small-catalog.ts';
import { tries } from '../support/properties.ts';

const declared = postgres.declare(systemDefinitions, { schema: 'dbos', database: 'app_dbos', role: 'app' });
const retiredOnly = owningRetired(systemDefinitions.retired, { declared });
const ours: Ownership = { ...owningAll(declared), retired: systemDefinitions.retired };

const planFor = (live: Catalog, target: Catalog, ownership: Ownership = retiredOnly) =>
  plan({ live, settled: live, target, ownership });

const withAll = (catalog: Catalog, objects: readonly CatalogObject[]): Catalog =>
  catalogOf([...catalog.values(), ...objects]);

describe('a plan for a generated database', () => {
  test('leads to the declared catalog and what is not ours, and a second one is empty', () => {
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const live = applyEdits(declared, edits);
        const { changes, unmanaged } = planFor(live, declared);
        const after = applyChanges(live, changes);
        expect(catalogText(after)).toEqual(catalogText(withAll(declared, unmanaged)));
        expect(planFor(after, declared).changes).toEqual([]);
      }),
      { numRuns: tries(150) },
    );
  });

  test('touches nothing that is not ours', () => {
    const others = strangers(declared);
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const live = applyEdits(declared, [...edits, ...others.map((object) => ({ edit: 'add', object }) as const)]);
        const after = applyChanges(live, planFor(live, declared).changes);
        const standing = others.filter((object) => live.get(idFor(object)) === object);
        expect(standing.map((object) => after.get(idFor(object)))).toEqual(standing);
      }),
      { numRuns: tries(100) },
    );
  });

  test('is the same in whatever order the objects come', () => {
    const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(editsOf(declared), weights, weights, (edits, a, b) => {
        const live = applyEdits(declared, edits);
        expect(planFor(shuffled(live, a), shuffled(declared, b))).toEqual(planFor(live, declared));
      }),
      { numRuns: tries(100) },
    );
  });

  test('leads to the target or is refused for a name that is in use, whoever owns what', () => {
    const owner = fc.func(fc.boolean());
    fc.assert(
      fc.property(smallCatalog, smallCatalog, owner, (live, target, isOurs) => {
        const ownership = owning(...[...live.values()].filter((object) => isOurs(idFor(object))));
        const refusal = refusalOf(() => planFor(live, target, ownership));
        if (refusal !== null) {
          expect(refusal.message).toMatch(/cannot be created: its name is taken by the /);
          return;
        }
        const { changes, unmanaged } = planFor(live, target, ownership);
        expect(catalogText(applyChanges(live, changes))).toEqual(catalogText(withAll(target, unmanaged)));
      }),
      { numRuns: tries(1000) },
    );
  });

  test('of a reset leaves what is not ours, and the schema only with that', () => {
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const live = applyEdits(declared, edits);
        const target = catalogOf([...live.values()].filter(({ kind }) => kind === 'database'));
        const { changes, unmanaged } = planFor(live, target, ours);
        const after = [...applyChanges(live, changes).values()];
        expect(catalogText(catalogOf(after))).toEqual(catalogText(withAll(target, unmanaged)));
        const left = after.filter((object) => mayDrop(idFor(object), object, ours) && object.kind !== 'database');
        const others = after.filter((object) => 'schema' in object);
        expect(left.map(idFor)).toEqual(others.length > 0 && live.has(idFor(dbos)) ? [idFor(dbos)] : []);
      }),
      { numRuns: tries(100) },
    );
  });
});

const dbos = { kind: 'schema', name: 'dbos' } as const;

/** The refusal of a plan, or null. */
function refusalOf(run: () => unknown): UserError | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

describe('plan', () => {
  const table: CatalogObject = { kind: 'table', schema: 's', name: 't', persistence: 'permanent', options: [] };
  const column: CatalogObject = { ...aColumn, schema: 's', table: 't', name: 'c' };
  const key: CatalogObject = { ...aKey, schema: 's', table: 't', name: 'n', columns: ['c'] };
  const index: CatalogObject = { ...anIndex, schema: 's', table: 't', name: 'n', columns: ['c'] };

  test('creates everything in an empty database', () => {
    const { changes, unmanaged } = planFor(new Map(), declared);
    expect(changes).toHaveLength(declared.size);
    expect(changes.every(({ type }) => type === 'create')).toBe(true);
    expect(changes.at(0)?.id).toBe('database:app_dbos');
    expect(changes.at(-1)?.id).toBe('version:dbos.dbos_migrations');
    expect(unmanaged).toEqual([]);
  });

  test('gives the changes in their order', () => {
    const { changes } = planFor(new Map(), catalogOf([table, column, index]));
    expect(changes.map(({ id }) => id)).toEqual(['table:s.t', 'column:s.t.c', 'index:s.t.n']);
  });

  test('takes its basis from what was read and its changes from what that means', () => {
    const spelt = catalogOf([{ ...column, default: '(1)' }]);
    const target = catalogOf([{ ...column, default: '1' }]);
    const planned = plan({ live: spelt, settled: target, target, ownership: retiredOnly });
    expect(planned.changes).toEqual([]);
    expect(planned.basis).toBe(fingerprint(spelt));
    expect(planned.goal).toBe(fingerprint(target));
  });

  test('refuses a name that an object of somebody else has', () => {
    const others = { ...key, table: 'u' } as CatalogObject;
    const refusal = refusalOf(() => planFor(catalogOf([table, column, others]), catalogOf([table, column, index])));
    expect(refusal).toMatchObject({
      message: 'the index s.t.n cannot be created: its name is taken by the key s.u.n',
      hint: 'rename or drop that key, which is none of ours, then run it again',
    });
  });

  test('refuses to rename to a name that an object of somebody else has', () => {
    const users = { ...key, table: 'u' } as CatalogObject;
    const live = catalogOf([table, column, users, { ...index, name: 'old' }]);
    expect(refusalOf(() => planFor(live, catalogOf([table, column, index])))?.message).toBe(
      'the index s.t.n cannot be created: its name is taken by the key s.u.n',
    );
  });

  test('replaces what has the name of a declared object in the same table', () => {
    const { changes } = planFor(catalogOf([table, column, key]), catalogOf([table, column, index]));
    expect(changes.map(({ type, id }) => `${type} ${id}`)).toEqual(['drop key:s.t.n', 'create index:s.t.n']);
  });

  test.each(['index', 'view'] as const)(
    'refuses every name of a declared table or index that a stranger is an %s by',
    (kind) => {
      const stranger = strangers(declared).findLast((object) => object.kind === kind)!;
      const refused = [...declared.values()].flatMap((object) => {
        if (object.kind !== 'index' && object.kind !== 'table') return [];
        const added = { ...stranger, name: object.name } as CatalogObject;
        const live = applyEdits(declared, [
          { edit: 'drop', id: idFor(object) },
          { edit: 'add', object: added },
        ]);
        return live.has(idFor(added)) && !declared.has(idFor(added))
          ? [refusalOf(() => planFor(live, declared))?.message]
          : [];
      });
      expect(refused.length).toBeGreaterThan(20);
      for (const message of refused) expect(message).toMatch(/ cannot be created: its name is taken by the /);
    },
  );
});
