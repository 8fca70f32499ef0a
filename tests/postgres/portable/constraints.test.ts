import { describe, expect, test } from '@jest/globals';
import type { Row } from '../../../src/model/dialect.ts';
import { lookFor } from '../../../src/model/look.ts';
import { readConstraints, withoutParentheses } from '../../../src/postgres/portable/constraints.ts';
import type { Reading } from '../../../src/postgres/portable/reading.ts';
import type { Views } from '../../../src/postgres/portable/views.ts';
import { scopeOf } from '../support.ts';

test.each([
  ['(n > 0)', 'n > 0'],
  ['((n > 0))', 'n > 0'],
  ['(a) OR (b)', '(a) OR (b)'],
  ['((a) OR (b))', '(a) OR (b)'],
  [`((v <> ')'::text))`, `v <> ')'::text`],
  [`("(" = '(')`, `"(" = '('`],
  ['is_ok(n)', 'is_ok(n)'],
  ['(is_ok(n))', 'is_ok(n)'],
  ['', ''],
])('%s without its parentheses', (text, bare) => {
  expect(withoutParentheses(text)).toBe(bare);
});

const none: Views = {
  tables: [],
  views: [],
  columns: [],
  table_constraints: [],
  key_column_usage: [],
  check_constraints: [],
  referential_constraints: [],
  routines: [],
  parameters: [],
  triggers: [],
  triggered_update_columns: [],
};

const read = (views: Partial<Views>, own: readonly string[] = ['a', 'b']): Reading =>
  readConstraints({
    look: lookFor(scopeOf('app')),
    views: { ...none, ...views },
    shown: { own: new Set(own), withColumns: new Set(own), withKeys: new Set(own) },
    isPostgres: true,
  });

const constraint = (table_name: string, constraint_name: string, constraint_type: string): Row => ({
  table_name,
  constraint_name,
  constraint_type,
});

describe('a check', () => {
  const twice = [constraint('a', 'same', 'CHECK'), constraint('b', 'same', 'CHECK')];
  const clause = (check_clause: string): Row => ({ constraint_name: 'same', check_clause });

  test('is what stands behind CHECK up to PostgreSQL 16, and its condition from then on', () => {
    for (const text of ['((n > 0))', '(n > 0)', '((n > 0)) NOT VALID', '((n > 0)) NO INHERIT NOT VALID']) {
      const { objects } = read({ table_constraints: twice.slice(0, 1), check_constraints: [clause(text)] });
      expect(objects).toMatchObject([{ kind: 'check', table: 'a', name: 'same', expression: 'n > 0' }]);
    }
  });

  test('is none where it says that a column is NOT NULL', () => {
    const columns = [{ table_name: 'a', column_name: 'The n' }];
    for (const text of ['The n IS NOT NULL', '"The n" IS NOT NULL']) {
      expect(read({ columns, table_constraints: twice.slice(0, 1), check_constraints: [clause(text)] })).toEqual({
        objects: [],
        unread: [],
      });
    }
  });

  test('is known on both of two tables where they are alike, and on none where they are not', () => {
    const alike = read({ table_constraints: twice, check_constraints: [clause('(n > 0)'), clause('(n > 0)')] });
    expect(alike.objects).toHaveLength(2);
    const unlike = read({ table_constraints: twice, check_constraints: [clause('(n > 0)'), clause('(n > 1)')] });
    expect(unlike).toEqual({ objects: [], unread: ['check:dbos.a.same', 'check:dbos.b.same'] });
  });

  test('is not shown to others than the owner, which is no news', () => {
    expect(read({ table_constraints: twice }, [])).toEqual({ objects: [], unread: [] });
  });
});

describe('a foreign key', () => {
  const rows = [constraint('a', 'fk', 'FOREIGN KEY')];
  const usage = (constraint_name: string, table_name: string, column_name: string, place: number): Row => ({
    constraint_schema: 'dbos',
    constraint_name,
    table_schema: 'dbos',
    table_name,
    column_name,
    ordinal_position: place,
    ...(constraint_name === 'fk' ? { position_in_unique_constraint: 3 - place } : {}),
  });
  const reference = (delete_rule: string, unique: string | null = 'key'): Row => ({
    constraint_name: 'fk',
    unique_constraint_schema: 'dbos',
    unique_constraint_name: unique,
    match_option: 'NONE',
    update_rule: 'NO ACTION',
    delete_rule,
  });
  const key_column_usage = [
    usage('fk', 'a', 'x', 1),
    usage('fk', 'a', 'y', 2),
    usage('key', 'b', 'p', 1),
    usage('key', 'b', 'q', 2),
  ];

  test('refers to the columns of a key in its own order', () => {
    const { objects } = read({
      table_constraints: rows,
      key_column_usage,
      referential_constraints: [reference('CASCADE')],
    });
    expect(objects).toMatchObject([
      {
        columns: ['x', 'y'],
        referencedTable: 'b',
        referencedColumns: ['q', 'p'],
        onDelete: 'CASCADE',
        match: 'SIMPLE',
      },
    ]);
  });

  test.each([
    ['it fits an index that is no key', [reference('CASCADE', null)]],
    ['another table has one of its name', [reference('CASCADE'), reference('RESTRICT')]],
    ['the key is not shown', [reference('CASCADE', 'other')]],
    ['nothing is shown', []],
  ])('is unknown where %s', (_, referential_constraints) => {
    expect(read({ table_constraints: rows, key_column_usage, referential_constraints })).toEqual({
      objects: [],
      unread: ['foreignKey:dbos.a.fk'],
    });
  });
});
