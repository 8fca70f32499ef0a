import { describe, expect, test } from '@jest/globals';
import { catalogOf } from '../../src/model/catalog.ts';
import { idFor, traitsOf } from '../../src/model/kinds.ts';
import type { CatalogObject, IndexObject, ObjectId } from '../../src/model/objects.ts';
import { type LeftAlone, tellApart } from '../../src/planner/unmanaged.ts';
import { aColumn, aKey, anIndex } from '../support/sample-objects.ts';

const place = { schema: 'dbos', table: 'streams' } as const;
const table = (name: string): CatalogObject => ({
  kind: 'table',
  schema: 'dbos',
  name,
  persistence: 'permanent',
  options: [],
});
const ourIndex = { ...anIndex, ...place, name: 'ours', columns: ['"a b"', 'c'], include: ['d'] };
const ourKey = { ...aKey, ...place, name: 'ours_pkey', primary: true, columns: ['k', 'l'] };
const target = catalogOf([table('streams'), ourIndex, ourKey]);
const retired = [
  { kind: 'table', name: 'old', holdsData: true },
  { kind: 'table', name: 'empty' },
] as const;

const told = (objects: readonly CatalogObject[], ignore: readonly string[] = []): LeftAlone =>
  tellApart(objects, target, { retired, ignore, mend: (object) => `mend ${object.kind}` });

describe('what a plan leaves alone', () => {
  const note = { ...aColumn, ...place, name: 'note' };
  const needed = { ...aColumn, ...place, name: 'needed', nullable: false };

  test('is what stands on our tables, and retired tables with rows', () => {
    const elsewhere = [table('mine'), table('empty'), { ...aColumn, schema: 'dbos', table: 'mine', name: 'x' }];
    const { retired: kept, unmanaged } = told([note, table('old'), ...elsewhere]);
    expect(kept).toEqual(['table:dbos.old']);
    expect(unmanaged).toEqual([
      { id: 'column:dbos.streams.note', object: note, danger: null, mend: null, coveredBy: null },
    ]);
  });

  test('has a statement that mends it only where it is dangerous', () => {
    expect(told([needed]).unmanaged).toEqual([
      {
        id: idFor(needed),
        object: needed,
        danger: traitsOf(needed).danger(needed, target),
        mend: 'mend column',
        coveredBy: null,
      },
    ]);
  });

  test('is not told of where a pattern names it', () => {
    const all = [note, needed, table('old')];
    expect(told(all, ['column:*.note', 'table:dbos.o*'])).toEqual({ ...told([needed]), retired: [] });
    expect(told(all, ['column:dbos.streams.not', 'Column:*', 'column:dbos.streams.n.te'])).toEqual(told(all));
    expect(told(all, ['*'])).toEqual({ retired: [], unmanaged: [] });
  });
});

test('what is equal to ours in all but its name refuses nothing that ours does not', () => {
  const twin = { ...ourKey, name: 'by_hand', primary: false };
  const ours = { ...ourKey, name: 'ours_key', primary: false };
  const saidOf = (object: CatalogObject) =>
    tellApart([object], catalogOf([table('streams'), ours]), { retired: [], ignore: [], mend: () => 'mend' }).unmanaged;
  expect(saidOf(twin)).toMatchObject([{ danger: null, mend: null, coveredBy: 'key:dbos.streams.ours_key' }]);
  expect(saidOf({ ...twin, columns: ['k'] })).toMatchObject([{ danger: expect.any(String), coveredBy: null }]);
});

describe('an index is redundant', () => {
  const coverOf = (more: Partial<IndexObject>): ObjectId | null | undefined =>
    told([{ ...anIndex, ...place, name: 'theirs', ...more }]).unmanaged[0]?.coveredBy;
  const cases: readonly (readonly [string, Partial<IndexObject>, CatalogObject | null])[] = [
    ['with the first columns of one of ours', { columns: ['"a b"'] }, ourIndex],
    ['with all of them, and what ours includes', { columns: ['"a b"', 'c'], include: ['d'] }, ourIndex],
    ['over the same rows', { columns: ['"a b"'], predicate: '(c > 0)' }, ourIndex],
    ['with the columns of a key', { columns: ['k'] }, ourKey],
    ['not with others before them', { columns: ['c'] }, null],
    ['not with more than ours has', { columns: ['"a b"'], include: ['e'] }, null],
    ['not as a unique one', { columns: ['k'], unique: true }, null],
    ['not with another method', { columns: ['k'], method: 'hash' }, null],
    ['not on another table', { columns: ['k'], table: 'queues' }, null],
  ];

  test.each(cases)('%s', (_, more, cover) => {
    expect(coverOf(more) ?? null).toBe(cover === null ? null : idFor(cover));
  });
});
