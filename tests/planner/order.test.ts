import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { systemDefinitions } from '../../schema/index.ts';
import type { Change } from '../../src/model/change.ts';
import { idFor, idOf, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectOf } from '../../src/model/objects.ts';
import { diff } from '../../src/planner/diff.ts';
import { order } from '../../src/planner/order.ts';
import { withRenames } from '../../src/planner/renames.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { applyChanges, catalogText } from '../support/apply-changes.ts';
import { applyEdits, editsOf } from '../support/arbitrary-catalog.ts';
import { aColumn, aForeignKey, aFunction, aKey, aTrigger, anIndex } from '../support/sample-objects.ts';
import { owningAll } from './support.ts';
import { smallCatalog } from '../support/small-catalog.ts';
import { tries } from '../support/properties.ts';

const create = (to: CatalogObject): Change => ({ type: 'create', id: idFor(to), to });
const drop = (from: CatalogObject): Change => ({ type: 'drop', id: idFor(from), from });
const alter = (from: CatalogObject, to: CatalogObject): Change => ({ type: 'alter', id: idFor(to), from, to });
const rename = (from: CatalogObject, to: CatalogObject): Change => ({ type: 'rename', id: idFor(to), from, to });
const inOrder = (...changes: readonly Change[]) => order(changes).map(({ type, id }) => `${type} ${id}`);

const schema = 's';
const table = (name: string): CatalogObject => ({ kind: 'table', schema, name, persistence: 'permanent', options: [] });
const column = (name: string) => ({ ...aColumn, schema, table: 't', name });
const index = (name: string, on = 't') => ({ ...anIndex, schema, table: on, name, columns: ['c'] });
const key = (name: string) => ({ ...aKey, schema, table: 't', name, columns: ['c'] });
const view = (name: string): CatalogObject => ({ kind: 'view', schema, name, materialized: false, definition: '' });
const version: ObjectOf<'version'> = { kind: 'version', schema, table: 'v', column: 'n', values: ['1'] };

const declared = postgres.declare(systemDefinitions, { schema: 'dbos', database: 'app_dbos', role: 'app' });

describe('order', () => {
  test('makes an object after what it requires', () => {
    const foreignKey = {
      ...aForeignKey,
      schema,
      table: 'a',
      name: 'f',
      referencedSchema: schema,
      referencedTable: 't',
    };
    expect(inOrder(create(index('i')), create(foreignKey), create(column('c')), create(table('t')))).toEqual([
      'create table:s.t',
      'create column:s.t.c',
      'create index:s.t.i',
      'create foreignKey:s.a.f',
    ]);
  });

  test('drops an object before what it requires', () => {
    expect(inOrder(drop(table('t')), drop(column('c')), drop(index('i')), drop(key('k')))).toEqual([
      'drop index:s.t.i',
      'drop key:s.t.k',
      'drop column:s.t.c',
      'drop table:s.t',
    ]);
  });

  test('lets a primary key become a unique constraint before its column may be NULL', () => {
    const primary = { ...key('k'), primary: true };
    expect(
      inOrder(
        alter({ ...column('c'), nullable: false }, { ...column('c'), nullable: true }),
        alter(primary, { ...primary, primary: false }),
      ),
    ).toEqual(['alter key:s.t.k', 'alter column:s.t.c']);
  });

  test('expands, then contracts, then says that the schema is complete', () => {
    const before: CatalogObject = { ...version, values: ['7'] };
    expect(inOrder(alter(before, version), drop(index('old')), create(index('new')))).toEqual([
      'create index:s.t.new',
      'drop index:s.t.old',
      'alter version:s.v',
    ]);
  });

  test('takes the word that the schema is complete away before anything else', () => {
    expect(inOrder(drop(index('i')), drop(version))).toEqual(['drop version:s.v', 'drop index:s.t.i']);
  });

  test('takes a view away before a column that it may read is altered', () => {
    const before = { ...column('c'), type: 'bigint' };
    expect(inOrder(alter(before, column('c')), drop(view('w')))).toEqual(['drop view:s.w', 'alter column:s.t.c']);
  });

  test('sorts what does not depend on each other by id', () => {
    expect(inOrder(create(view('b')), create(view('a')))).toEqual(['create view:s.a', 'create view:s.b']);
  });

  test('gives a name up before it is taken', () => {
    expect(inOrder(create(table('n')), drop(index('n')))).toEqual(['drop index:s.t.n', 'create table:s.n']);
    expect(inOrder(create(index('b', 'u')), rename(index('b'), index('c')))).toEqual([
      'rename index:s.t.c',
      'create index:s.u.b',
    ]);
  });

  test('drops the primary key before another one takes its place', () => {
    const primary = (name: string) => ({ ...key(name), primary: true });
    expect(inOrder(create(primary('a')), drop(primary('b')), create(index('i')))).toEqual([
      'drop key:s.t.b',
      'create key:s.t.a',
      'create index:s.t.i',
    ]);
    expect(inOrder(rename(primary('b'), primary('a')))).toEqual(['rename key:s.t.a']);
  });

  test('drops a table before another object takes the name of a part of it', () => {
    expect(inOrder(create(index('n', 'u')), drop(index('n')), drop(table('t')))).toEqual([
      'drop index:s.t.n',
      'drop table:s.t',
      'create index:s.u.n',
    ]);
  });

  test('frees the name of a part before the table is made', () => {
    expect(inOrder(create(table('t')), create(key('n')), drop(view('n')))).toEqual([
      'drop view:s.n',
      'create table:s.t',
      'create key:s.t.n',
    ]);
  });

  test('lets an object go over to its new function before the old one is dropped', () => {
    const [before, after] = ['old', 'new'].map((name) => ({ ...aFunction, schema, name, signature: '' }));
    const trigger = { ...aTrigger, schema, table: 't', name: 'r' };
    const runs = (name: string) => ({ ...trigger, function: idOf.function(schema, name, '') });
    expect(inOrder(drop(before!), alter(runs('old'), runs('new')), create(after!))).toEqual([
      'create function:s.new()',
      'alter trigger:s.t.r',
      'drop function:s.old()',
    ]);
  });

  test('lets a key go over to its new table before the old one is dropped, even when that comes forward', () => {
    const foreignKey = { ...aForeignKey, schema, table: 't', name: 'f', referencedSchema: schema };
    const to = (referencedTable: string) => ({ ...foreignKey, referencedTable });
    expect(inOrder(drop(table('old')), create(index('old')), alter(to('old'), to('new')))).toEqual([
      'alter foreignKey:s.t.f',
      'drop table:s.old',
      'create index:s.t.old',
    ]);
  });

  test('refuses two objects that swap their names', () => {
    const swap = [rename(index('a'), index('b')), rename(index('b', 'u'), index('a', 'u'))];
    expect(() => order(swap)).toThrow(/wait for each other: index:s\.(?:t\.b, index:s\.u\.a|u\.a, index:s\.t\.b)$/);
  });
});

describe('order of generated changes', () => {
  const changesBetween = (...[live, target]: Parameters<typeof diff>) =>
    withRenames(diff(live, target), owningAll(live));

  test('is one that a strict database takes, and leads to the target', () => {
    fc.assert(
      fc.property(smallCatalog, smallCatalog, (live, target) => {
        expect(catalogText(applyChanges(live, order(changesBetween(live, target))))).toEqual(catalogText(target));
      }),
      { numRuns: tries(1500) },
    );
  });

  test('is one that a strict database takes, from and to the declared catalog', () => {
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const live = applyEdits(declared, edits);
        expect(catalogText(applyChanges(live, order(changesBetween(live, declared))))).toEqual(catalogText(declared));
        expect(catalogText(applyChanges(declared, order(changesBetween(declared, live))))).toEqual(catalogText(live));
      }),
      { numRuns: tries(100) },
    );
  });

  test('is the same whatever the order of the changes was', () => {
    const pair = fc.tuple(smallCatalog, smallCatalog).chain(([live, target]) => {
      const changes = [...changesBetween(live, target)];
      return fc.tuple(fc.constant(changes), fc.shuffledSubarray(changes, { minLength: changes.length }));
    });
    fc.assert(
      fc.property(pair, ([changes, shuffledChanges]) => {
        expect(order(shuffledChanges).map(({ id }) => id)).toEqual(order(changes).map(({ id }) => id));
      }),
      { numRuns: tries(300) },
    );
  });

  test('takes nothing away early but for a name that is taken later', () => {
    const last = ({ type, id }: Change): number => (type === 'drop' ? 1 : id.startsWith('version:') ? 2 : 0);
    fc.assert(
      fc.property(editsOf(declared), (edits) => {
        const all = order(changesBetween(applyEdits(declared, edits), declared));
        const excused = dropsThatMakeRoom(all);
        const phases = all.filter((change) => !excused.has(change)).map(last);
        expect(phases).toEqual(phases.toSorted((a, b) => a - b));
      }),
      { numRuns: tries(100) },
    );
  });
});

/** Drops of what clings to others, of what occupies a name that another change takes, and of what requires those. */
function dropsThatMakeRoom(changes: readonly Change[]): ReadonlySet<Change> {
  const drops = changes.filter((change) => change.type === 'drop');
  const taken = new Set(
    changes.flatMap((change) =>
      change.type === 'create' || change.type === 'rename' ? traitsOf(change.to).occupies(change.to) : [],
    ),
  );
  const excused = new Set<Change>(
    drops.filter(
      ({ from }) =>
        traitsOf(from).clings === true ||
        traitsOf(from)
          .occupies(from)
          .some((name) => taken.has(name)),
    ),
  );
  for (const first of excused) {
    for (const other of drops) if (traitsOf(other.from).requires(other.from).includes(first.id)) excused.add(other);
  }
  return excused;
}
