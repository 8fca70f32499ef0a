import { describe, expect, test } from '@jest/globals';
import { parsePatch, reversePatch } from 'diff';
import { subject } from '../../src/model/change.ts';
import { canonicalText, diffText, unified } from '../../src/report/diff.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { changes, inSync, planOf, viewOf } from './sample-view.ts';

const diffOf = (...databases: readonly DatabaseView[]): Promise<string> => diffText({ databases, commands: [] });

test('an object as a paragraph', () => {
  expect(canonicalText(subject(changes[4]!))).toBe(`index:dbos.orders.by_owner
  columns: owner
  include: none
  method: btree
  nullsNotDistinct: no
  predicate: none
  unique: no
  valid: yes
`);
});

test('a text of several lines stands under its field', () => {
  const text = canonicalText({
    kind: 'view',
    schema: 'dbos',
    name: 'v',
    materialized: false,
    definition: 'SELECT\n  1',
  });
  expect(text).toBe('view:dbos.v\n  definition:\n    SELECT\n      1\n  materialized: no\n');
});

test('no name and no value is a command to the terminal, or a line of its own', () => {
  const text = canonicalText({
    kind: 'view',
    schema: 'dbos',
    name: '\u001b[2J\n+view',
    materialized: false,
    definition: 'SELECT \u009b1',
  });
  expect(text).toBe(String.raw`view:dbos."\u001b[2J\n+view"` + '\n  definition: SELECT \\u009b1\n  materialized: no\n');
});

describe('what differs', () => {
  test('is a unified diff, each object a hunk', async () => {
    expect(await diffOf(viewOf({ plan: planOf({ changes: changes.slice(3) }) })))
      .toBe(`--- live postgresql://admin:***@db/prod_dbos
+++ declared
@@ -1,7 +1,7 @@
 column:dbos.orders.owner
   collation: none
-  default: none
+  default: 'nobody'::text
   generated: none
   identity: none
   nullable: yes
-  type: character varying(40)
+  type: text
@@ -9,8 +9,8 @@
-index:dbos.orders.old
+index:dbos.orders.by_owner
   columns: owner
   include: none
   method: btree
   nullsNotDistinct: no
   predicate: none
   unique: no
   valid: yes
@@ -18,8 +17,0 @@
-index:dbos.orders.gone
-  columns: id DESC
-  include: none
-  method: btree
-  nullsNotDistinct: no
-  predicate: none
-  unique: no
-  valid: yes
`);
  });

  test('can be read by tools for diffs', async () => {
    const [patch] = parsePatch(await diffOf(viewOf()));
    expect(patch?.hunks).toHaveLength(changes.length);
    expect(reversePatch(patch!).oldFileName).toBe('declared');
  });

  test('of two databases is two diffs, and one that is as declared has none', async () => {
    const text = await diffOf(viewOf(), viewOf({ url: 'other' }), inSync());
    expect(text.match(/^--- live .*$/gm)).toEqual(['--- live postgresql://admin:***@db/prod_dbos', '--- live other']);
    expect(await diffOf(inSync(), inSync())).toBe('');
  });
});

test('two texts with three lines around what differs', async () => {
  const lines = (middle: string): string => ['a', 'b', 'c', 'd', middle, 'e', 'f', 'g', 'h'].join('\n');
  expect(await unified(lines('live'), lines('declared'))).toBe(
    '--- live\n+++ declared\n@@ -2,7 +2,7 @@\n b\n c\n d\n-live\n+declared\n e\n f\n g\n',
  );
});
