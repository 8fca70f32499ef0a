import { describe, expect, test } from '@jest/globals';
import { idOf, traitsOf } from '../../src/model/kinds.ts';
import { aForeignKey, aKey, anIndex } from '../support/sample-objects.ts';

const place = { schema: 's', table: 't' };
const table = idOf.table('s', 't');
const column = (name: string) => idOf.column('s', 't', name);

describe('an index requires the columns that it is on, whatever the engine prints behind their names', () => {
  test.each([
    ['c', 'c'],
    ['c DESC', 'c'],
    ['c NULLS FIRST', 'c'],
    ['c DESC NULLS LAST', 'c'],
    ['c COLLATE "C"', 'c'],
    ['c COLLATE "My locale".odd', 'c'],
    ['c text_pattern_ops', 'c'],
    ['c COLLATE "de-x-icu" text_pattern_ops DESC NULLS LAST', 'c'],
    ['größe', 'größe'],
    ['"offset"', 'offset'],
    ['"a b" COLLATE NOCASE DESC', 'a b'],
    ['"c DESC"', 'c DESC'],
    ['"my ""odd"" one" text_pattern_ops', 'my "odd" one'],
  ])('%s', (text, name) => {
    expect(
      traitsOf({ ...anIndex, ...place, columns: [text] }).requires({ ...anIndex, ...place, columns: [text] }),
    ).toEqual([table, column(name)]);
  });

  test.each(['lower(c)', '(a || b)', "((a ->> 'b'::text)) text_pattern_ops", 'lower("a b") DESC'])(
    '%s is none',
    (text) => {
      const index = { ...anIndex, ...place, columns: [text] };
      expect(traitsOf(index).requires(index)).toEqual([table]);
    },
  );

  test('and those that it includes', () => {
    const index = { ...anIndex, ...place, columns: ['a'], include: ['"b c"'] };
    expect(traitsOf(index).requires(index)).toEqual([table, column('a'), column('b c')]);
  });
});

test('a key requires its columns, by their bare names', () => {
  const key = { ...aKey, ...place, columns: ['a b', 'c COLLATE NOCASE DESC', '"d"'], include: ['e'] };
  expect(traitsOf(key).requires(key)).toEqual([table, ...['a b', 'c', '"d"', 'e'].map(column)]);
});

test('a foreign key requires the columns on both sides', () => {
  const key = {
    ...aForeignKey,
    ...place,
    columns: ['a b'],
    referencedSchema: 's',
    referencedTable: 't',
    referencedColumns: ['"c"'],
  };
  expect(traitsOf(key).requires(key)).toEqual([table, column('a b'), table, column('"c"')]);
});
