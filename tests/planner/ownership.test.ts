import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import type { Change } from '../../src/model/change.ts';
import type { RetiredDefinition } from '../../src/model/definition.ts';
import { idFor, idOf } from '../../src/model/kinds.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { diff } from '../../src/planner/diff.ts';
import { keepOthers, mayDrop, retiredBy } from '../../src/planner/ownership.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { owning, owningRetired } from './support.ts';
import { applyEdits, editsOf } from '../support/arbitrary-catalog.ts';
import { aColumn, aForeignKey, aFunction, aKey, aTrigger, anIndex, retiredObjects } from '../support/sample-objects.ts';
import { tries } from '../support/properties.ts';

const schema = 's';
const table = (name: string): CatalogObject => ({ kind: 'table', schema, name, persistence: 'permanent', options: [] });
const index: CatalogObject = { ...anIndex, schema, table: 't', name: 'i', columns: ['c'] };
const column: CatalogObject = { ...aColumn, schema, table: 't', name: 'c' };
const view: CatalogObject = { kind: 'view', schema, name: 'w', materialized: false, definition: '' };
const drop = (from: CatalogObject): Change => ({ type: 'drop', id: idFor(from), from });
const nothing = owning();
const idsOf = ({ changes, unmanaged }: ReturnType<typeof keepOthers>) => ({
  goes: changes.map(({ id }) => id),
  stays: unmanaged.map(idFor),
});

describe('retired objects', () => {
  const retired: readonly RetiredDefinition[] = [
    { kind: 'index', table: 't', name: 'i' },
    { kind: 'function', name: 'f' },
    { kind: 'table', name: 'rows', holdsData: true },
  ];

  test('are told by kind, table and name', () => {
    expect(retiredBy(index, retired)).toBe(retired[0]);
    expect(retiredBy({ ...index, table: 'u' }, retired)).toBeUndefined();
    expect(retiredBy({ ...column, name: 'i' }, retired)).toBeUndefined();
    expect(retiredBy({ kind: 'schema', name: 'f' }, retired)).toBeUndefined();
    expect(retiredBy({ kind: 'version', schema, table: 't', column: 'c', values: [] }, retired)).toBeUndefined();
  });

  test('are not told by the key of a table of that name that stands elsewhere', () => {
    const names: readonly RetiredDefinition[] = [{ kind: 'foreignKey', table: 't', name: 'k' }];
    const own = { ...aForeignKey, schema, table: 't', name: 'k', referencedSchema: schema };
    expect(retiredBy(own, names)).toBe(names[0]);
    expect(retiredBy({ ...own, schema: 'elsewhere', incoming: 'follows' }, names)).toBeUndefined();
  });

  test('are told whatever a function takes', () => {
    expect(retiredBy({ ...aFunction, schema, name: 'f', signature: 'text, bigint' }, retired)).toBe(retired[1]);
  });

  test('go with their rows only where losing them is allowed', () => {
    const [ordinary, withRows] = [owningRetired(retired), owningRetired(retired, { withRows: true })];
    expect(mayDrop(idFor(index), index, ordinary)).toBe(true);
    expect(mayDrop(idFor(table('rows')), table('rows'), ordinary)).toBe(false);
    expect(mayDrop(idFor(table('rows')), table('rows'), withRows)).toBe(true);
    expect(mayDrop(idFor(view), view, withRows)).toBe(false);
  });

  test('of the product are all found in a catalog', () => {
    const declared = postgres.declare(systemDefinitions, { schema: 'dbos', database: 'd', role: null });
    for (const definition of systemDefinitions.retired) {
      const [object] = retiredObjects(definition, declared);
      expect(object === undefined ? undefined : retiredBy(object, systemDefinitions.retired)).toBe(definition);
    }
  });

  test('and declared ones go with a reset', () => {
    const ownership = { ...owning(column), retired };
    const goes = [column, index, view].map((object) => mayDrop(idFor(object), object, ownership));
    expect(goes).toEqual([true, true, false]);
  });
});

describe('keepOthers', () => {
  test('leaves out the drops of what is not ours, and says so', () => {
    expect(idsOf(keepOthers([drop(index), drop(view)], owning(index)))).toEqual({
      goes: ['index:s.t.i'],
      stays: ['view:s.w'],
    });
  });

  test('keeps creates, alterations and renames, whoever owns what', () => {
    const changes: readonly Change[] = [
      { type: 'create', id: idFor(view), to: view },
      { type: 'alter', id: idFor(column), from: column, to: column },
      { type: 'rename', id: idFor(index), from: index, to: index },
    ];
    expect(keepOthers(changes, nothing)).toEqual({ changes, unmanaged: [] });
  });

  test('takes down with a table all that stands in it', () => {
    expect(idsOf(keepOthers([drop(table('t')), drop(index), drop(column)], owning(table('t'))))).toEqual({
      goes: ['table:s.t', 'index:s.t.i', 'column:s.t.c'],
      stays: [],
    });
  });

  test('keeps a schema in which a view of somebody else stands', () => {
    const inSchema = { kind: 'schema', name: schema } as const;
    expect(idsOf(keepOthers([drop(inSchema), drop(view), drop(table('t'))], owning(inSchema, table('t'))))).toEqual({
      goes: ['table:s.t'],
      stays: ['schema:s', 'view:s.w'],
    });
  });

  test('keeps a function that a trigger of somebody else runs, as long as its table stays', () => {
    const runs = { ...aFunction, schema, name: 'f', signature: '' };
    const trigger = { ...aTrigger, schema, table: 't', name: 'r', function: idOf.function(schema, 'f', '') };
    expect(idsOf(keepOthers([drop(runs), drop(trigger)], owning(runs))).stays).toEqual([
      'function:s.f()',
      'trigger:s.t.r',
    ]);
    expect(idsOf(keepOthers([drop(runs), drop(trigger), drop(table('t'))], owning(runs, table('t')))).stays).toEqual(
      [],
    );
  });

  test('makes room in a table for the declared primary key and for the declared name, and nowhere else', () => {
    const key = { ...aKey, schema, table: 't', name: 'old', columns: ['a'] };
    const create = (to: CatalogObject): Change => ({ type: 'create', id: idFor(to), to });
    const primary = { ...key, primary: true };
    const declared = create({ ...primary, name: 'new', columns: ['b'] });
    expect(keepOthers([declared, drop(primary)], nothing)).toEqual({
      changes: [declared, drop(primary)],
      unmanaged: [],
    });
    expect(keepOthers([declared, drop(key)], nothing)).toEqual({ changes: [declared], unmanaged: [key] });
    const sameName = { ...index, name: 'new', columns: ['b'] } as CatalogObject;
    expect(idsOf(keepOthers([declared, drop(sameName)], nothing)).goes).toContain('index:s.t.new');
    const elsewhere = { ...primary, table: 'u' };
    expect(keepOthers([declared, drop(elsewhere)], nothing)).toEqual({ changes: [declared], unmanaged: [elsewhere] });
  });

  test('lets nothing go but what may, and what is in the way of a primary key', () => {
    const declared = postgres.declare(systemDefinitions, { schema: 'dbos', database: 'd', role: null });
    const ownership = owningRetired(systemDefinitions.retired, { declared });
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const changes = diff(applyEdits(declared, edits), declared);
        const kept = keepOthers(changes, ownership);
        for (const { type, id, ...change } of kept.changes) {
          if (type !== 'drop' || !('from' in change)) continue;
          expect(mayDrop(id, change.from, ownership) || (change.from.kind === 'key' && change.from.primary)).toBe(true);
        }
        const stays = new Set(kept.unmanaged.map(idFor));
        expect(changes.filter(({ id }) => !stays.has(id))).toEqual(kept.changes);
      }),
      { numRuns: tries(100) },
    );
  });
});
