import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { hazardNames } from '../../src/model/hazard.ts';
import { kinds } from '../../src/model/kinds.ts';
import { statementsOf } from '../../src/model/plan.ts';
import { planJson } from '../../src/report/plan-json.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { deviations } from '../support/plan-format.ts';
import { changes, hazard, inSync, planOf, statements, viewOf } from './sample-view.ts';
import * as scenarios from './scenarios.ts';

interface Data {
  readonly formatVersion: number;
  readonly databases: readonly Readonly<Record<string, unknown>>[];
  readonly commands: readonly string[];
  readonly total: unknown;
}

const jsonOf = (...databases: readonly DatabaseView[]): Data =>
  JSON.parse(planJson({ databases, commands: ['run'] })) as Data;

describe('the document', () => {
  const seen = new Set<string>();

  test.each([
    ['a sample', viewOf({ obstacles: [{ what: 'blocked by view public.v', remedy: 'DROP VIEW public.v' }] })],
    ['ahead', inSync({ ahead: { id: changes[0]!.id, live: 130, declared: 125 } })],
    ...Object.entries(scenarios).map(([name, view]) => [name, view()] as const),
  ])('describes all of %s', (_, view) => {
    expect(deviations(jsonOf(view), seen)).toEqual([]);
  });

  test('has no field that none of these has', () => {
    const text = readFileSync(new URL('../../docs/plan-format.md', import.meta.url), 'utf8');
    expect(seen.size).toBe(text.match(/^\| `\w+` \|/gm)?.length);
  });

  test('knows all hazards and all kinds', () => {
    const text = readFileSync(new URL('../../docs/plan-format.md', import.meta.url), 'utf8');
    const words = new Set(Array.from(text.matchAll(/`([\w-]+)`/g), ([, word]) => word));
    expect([...hazardNames, ...Object.keys(kinds)].filter((word) => !words.has(word))).toEqual([]);
  });
});

test('a statement has all that a program must know, and the SQL as it runs', () => {
  const { databases, formatVersion, total } = jsonOf(scenarios.hazardOnBigTable());
  expect([formatVersion, total]).toEqual([2, { create: 1, alter: 2, rename: 0, drop: 1 }]);
  const index = {
    sql: `CREATE INDEX "idx_workflow_status_pending" ON "dbos"."workflow_status" USING btree (created_at) WHERE (status = 'PENDING'::text)`,
    objects: ['index:dbos.workflow_status.idx_workflow_status_pending'],
    on: 'database',
    locks: [{ relation: 'dbos.workflow_status', mode: 'SHARE' }],
    scans: ['dbos.workflow_status'],
    rewrites: [],
    rows: 1_234_567,
    bytes: 870_318_080,
    hazards: [
      {
        name: 'blocks-writes',
        why: expect.stringContaining('dbos.workflow_status'),
        instead: 'CREATE INDEX CONCURRENTLY',
      },
      {
        name: 'blocks-reads',
        why: expect.stringContaining('dbos.workflow_status'),
        instead: expect.any(String),
      },
    ],
  };
  const others = expect.anything();
  expect(databases[0]?.['segments']).toEqual([{ transaction: true, statements: [others, others, index, others] }]);
});

test('a rename has its old id, a change its fields', () => {
  expect(jsonOf(viewOf()).databases[0]?.['changes']).toEqual(
    expect.arrayContaining([
      {
        action: 'rename',
        id: 'index:dbos.orders.by_owner',
        kind: 'index',
        table: 'orders',
        renamedFrom: 'index:dbos.orders.old',
        differences: [],
      },
      expect.objectContaining({
        action: 'alter',
        differences: [
          { field: 'default', from: null, to: "'nobody'::text" },
          { field: 'type', from: 'character varying(40)', to: 'text' },
        ],
      }),
    ]),
  );
});

test('what is left alone comes with what mends it', () => {
  const [database] = jsonOf(scenarios.everySign()).databases;
  expect(database?.['retired']).toEqual(['table:dbos.scheduler_state']);
  expect(database?.['unmanaged']).toEqual(
    expect.arrayContaining([
      {
        id: 'column:dbos.notifications.needed',
        danger: expect.any(String),
        mend: 'ALTER TABLE "dbos"."notifications" ALTER COLUMN "needed" DROP NOT NULL',
        coveredBy: null,
        note: null,
      },
      {
        id: 'index:dbos.workflow_status.mine',
        danger: null,
        mend: null,
        coveredBy: 'index:dbos.workflow_status.workflow_status_created_at_index',
        note: '8192 bytes, 0 scans',
      },
    ]),
  );
});

test('nothing in it is a command to the terminal, and nothing is lost', () => {
  const evil = 'DROP INDEX "\u001b[2J\u009b\u202e\u2028\n\t\ud83d\ude00"';
  const plan = planOf({ statements: [{ ...statements[4]!, sql: evil, hazards: [hazard('may-fail', evil)] }] });
  const text = planJson({ databases: [viewOf({ plan, url: evil })], commands: [evil] });
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Bidi_Control}]/u);
  const { databases, commands } = JSON.parse(text) as {
    databases: { url: string; segments: unknown[] }[];
    commands: unknown;
  };
  expect([databases[0]?.url, commands]).toEqual([evil, [evil]]);
  expect(databases[0]?.segments).toMatchObject([{ statements: [{ sql: statementsOf(plan)[0]?.sql }] }]);
});
