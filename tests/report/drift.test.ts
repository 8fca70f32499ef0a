import { describe, expect, test } from '@jest/globals';
import { parsePatch, reversePatch } from 'diff';
import { subject } from '../../src/model/change.ts';
import { canonicalText, checkText, isDrifted } from '../../src/report/drift.ts';
import { changes, inSync, planOf, viewOf } from './sample-view.ts';

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

describe('what differs', () => {
  test('is a unified diff, each object a hunk', async () => {
    const text = await checkText([viewOf({ plan: planOf({ changes: changes.slice(3) }) })]);
    expect(text).toBe(`--- live postgresql://admin:***@db/prod_dbos
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
    const [patch] = parsePatch(await checkText([viewOf()]));
    expect(patch?.hunks).toHaveLength(changes.length);
    expect(reversePatch(patch!).oldFileName).toBe('declared');
  });

  test('of two databases is two diffs, and one that is as declared has none', async () => {
    const text = await checkText([viewOf(), viewOf({ url: 'other' }), inSync()]);
    expect(text.match(/^--- live .*$/gm)).toEqual(['--- live postgresql://admin:***@db/prod_dbos', '--- live other']);
  });
});

test('nothing that differs is one line', async () => {
  expect(await checkText([inSync(), inSync()])).toBe('Nothing to do: the live schema is as declared.\n');
  expect([isDrifted(inSync()), isDrifted(viewOf())]).toEqual([false, true]);
});
