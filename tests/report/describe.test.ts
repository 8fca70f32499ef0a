import { expect, test } from '@jest/globals';
import { idFor } from '../../src/model/kinds.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { changeText, differences, fieldName, fullNameOf, nameOf, tableOf } from '../../src/report/describe.ts';
import { aBacklog, aForeignKey, aFunction, aKey } from '../support/sample-objects.ts';
import { inTable } from './sample-view.ts';

test('what only the live object has is a difference too', () => {
  const key = { ...aKey, name: 'k' };
  const replacing = { type: 'alter', id: idFor(key), from: { ...key, onConflict: 'REPLACE' }, to: key } as const;
  expect(differences(replacing)).toEqual([{ field: 'onConflict', from: 'REPLACE', to: null }]);
  expect(changeText(replacing)).toBe('key k  on conflict: REPLACE → none');

  const to = { ...aForeignKey, name: 'f' };
  const unenforced = {
    type: 'alter',
    id: idFor(to),
    from: { ...to, validated: false, notEnforced: true },
    to,
  } as const;
  expect(changeText(unenforced)).toBe('foreign key f  not enforced: yes → none, validated: no → yes');
});

test('a text of several lines is only named', () => {
  const view = (definition: string): CatalogObject => ({
    kind: 'view',
    schema: 'dbos',
    name: 'v',
    materialized: false,
    definition,
  });
  const change = { type: 'alter', id: idFor(view('')), from: view('SELECT\n  1'), to: view('SELECT 2') } as const;
  expect(changeText(change)).toBe('view v  definition');
});

test('fields are said in words', () => {
  expect([fieldName('type'), fieldName('nullsNotDistinct')]).toEqual(['type', 'nulls not distinct']);
});

test('objects are named with their table, and under it without', () => {
  const { column, version } = inTable('my "odd" table', 'a.b');
  const named = (object: CatalogObject): readonly unknown[] => [nameOf(object), fullNameOf(object), tableOf(object)];
  expect(named(column('x'))).toEqual(['column x', 'column "my ""odd"" table".x', 'my "odd" table']);
  expect(named(version(['1']))).toEqual(['version my "odd" table', 'version "my ""odd"" table"', 'my "odd" table']);
  expect(named({ ...aFunction, schema: 'dbos', name: 'f', signature: 'text, json' })).toEqual([
    'function f(text, json)',
    'function f(text, json)',
    null,
  ]);
  expect(named({ ...aBacklog, schema: 'dbos' })[1]).toBe('rows to copy from workflow_inputs');
  expect(named({ kind: 'schema', name: 'dbos' })).toEqual(['schema dbos', 'schema dbos', null]);
  const grant = { kind: 'grant', schema: 'dbos', role: 'app', on: 'default tables', lacking: [] } as const;
  expect(named(grant)).toEqual(['grant on default tables to app', 'grant on default tables to app', null]);
});
