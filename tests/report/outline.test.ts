import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Change } from '../../src/model/change.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectId } from '../../src/model/objects.ts';
import type { Statement } from '../../src/model/plan.ts';
import { outlineOf, type Step } from '../../src/report/outline.ts';
import { groupsOf } from '../../src/report/steps.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { hazard, inTable, locks, planOf, statement, viewOf } from './sample-view.ts';
import { lossAllowed, rebuild, replacedIndex, replacedOnline } from './scenarios.ts';

const stepsOf = (view: DatabaseView): readonly Step[] =>
  outlineOf(view).segments.flatMap(({ tables }) => tables.flatMap(({ steps }) => steps));

const create = (to: CatalogObject): Change => ({ type: 'create', id: idFor(to), to });

const facts = new Map([
  ['dbos.big', { rows: 1_234_567, bytes: 870_318_080 }],
  ['dbos.other', { rows: 84_000, bytes: 9_437_184 }],
  ['dbos.small', { rows: 12, bytes: 16_384 }],
  ['dbos.empty', { rows: 0, bytes: 8_192 }],
]);

/** The costs of statements on tables that are there, each by a change of its own, in words. */
function pricesOf(...given: readonly Partial<Statement>[]): readonly (string | null)[] {
  const changes = given.map((_, i) => create(inTable('big').column(`c${i}`)));
  const statements = given.map((more, i) => statement(`S${i}`, [changes[i]!.id], more));
  return stepsOf(viewOf({ facts, plan: planOf({ changes, statements }) })).map(({ price }) => price);
}

const scan = (mode: string, ...relations: readonly string[]): Partial<Statement> => ({
  locks: locks(mode, ...relations),
  scans: relations.slice(0, 1),
});

describe('a cost in words', () => {
  const cases: readonly (readonly [string, Partial<Statement>, string])[] = [
    ['nothing', {}, 'metadata only'],
    ['a lock that stops nobody', { locks: locks('SHARE UPDATE EXCLUSIVE', 'dbos.big') }, 'metadata only'],
    ['a lock', { locks: locks('ACCESS EXCLUSIVE', 'dbos.big') }, 'locks dbos.big for a moment'],
    [
      'two locks',
      { locks: locks('SHARE ROW EXCLUSIVE', 'dbos.big', 'dbos.other') },
      'locks dbos.big and dbos.other for a moment',
    ],
    ['rows', { locks: locks('ROW EXCLUSIVE', 'dbos.small') }, 'writes rows of dbos.small; nobody waits'],
    ['a scan', scan('SHARE', 'dbos.big'), 'scans dbos.big (about 1.2 M rows, 830 MB); writers wait'],
    [
      'a scan that stops readers',
      scan('ACCESS EXCLUSIVE', 'dbos.big'),
      'scans dbos.big (about 1.2 M rows, 830 MB); readers and writers wait',
    ],
    [
      'a scan that stops nobody',
      scan('SHARE UPDATE EXCLUSIVE', 'dbos.big'),
      'scans dbos.big (about 1.2 M rows, 830 MB); nobody waits',
    ],
    [
      'a foreign key',
      scan('SHARE ROW EXCLUSIVE', 'dbos.other', 'dbos.big'),
      'scans dbos.other (about 84 k rows, 9 MB); writers of dbos.other and dbos.big wait',
    ],
    [
      'a rewrite',
      { ...scan('ACCESS EXCLUSIVE', 'dbos.big'), rewrites: ['dbos.big'] },
      'rewrites dbos.big (about 1.2 M rows, 830 MB); readers and writers wait',
    ],
    [
      'a rewrite and a scan',
      { rewrites: ['dbos.big'], scans: ['dbos.other'] },
      'rewrites dbos.big (about 1.2 M rows, 830 MB), scans dbos.other (about 84 k rows, 9 MB); nobody waits',
    ],
    [
      'a scan of little',
      scan('SHARE', 'dbos.small'),
      'scans dbos.small (about 12 rows, 16 kB); writers wait for a moment',
    ],
    ['a scan of nothing', scan('SHARE', 'dbos.empty'), 'scans dbos.empty (empty); writers wait for a moment'],
    [
      'a scan of what nobody has measured, which counts as nothing',
      scan('SHARE', 'dbos.new'),
      'scans dbos.new; writers wait for a moment',
    ],
    [
      'locks on many tables',
      { locks: locks('SHARE', ...['a', 'b', 'c', 'd'].map((name) => `dbos.${name}`)) },
      'locks dbos.a, dbos.b and 2 others for a moment',
    ],
    [
      'a lock that is not known, which is taken for the strongest',
      scan('SOME LOCK', 'dbos.big'),
      'scans dbos.big (about 1.2 M rows, 830 MB); readers and writers wait',
    ],
  ];

  test.each(cases)('%s', (_, more, text) => {
    expect(pricesOf(more)).toEqual([text]);
  });

  test('a lock lasts as long as the statements behind it in its transaction', () => {
    const lock = { locks: locks('ACCESS EXCLUSIVE', 'dbos.other') };
    expect(pricesOf(lock, scan('SHARE', 'dbos.big'), lock)).toEqual([
      'locks dbos.other until the transaction ends; readers and writers wait',
      'scans dbos.big (about 1.2 M rows, 830 MB); readers and writers of dbos.other wait, writers of dbos.big wait',
      'locks dbos.other for a moment',
    ]);
    expect(pricesOf(scan('SHARE', 'dbos.small'), scan('SHARE', 'dbos.big'))[0]).toBe(
      'scans dbos.small (about 12 rows, 16 kB); writers wait until the transaction ends',
    );
  });

  test('and no longer where the next statement stands in another one', () => {
    const lock = { locks: locks('ACCESS EXCLUSIVE', 'dbos.other'), commits: 'alone' } as const;
    const alone = 'scans dbos.big (about 1.2 M rows, 830 MB); writers wait';
    expect(pricesOf(lock, scan('SHARE', 'dbos.big'))).toEqual(['locks dbos.other for a moment', alone]);
    expect(pricesOf(lock, { ...scan('SHARE', 'dbos.big'), commits: 'no transaction' })[1]).toBe(alone);
  });

  test('a lock on a table makes a scan of the same one by another statement dearer', () => {
    expect(pricesOf({ locks: locks('ACCESS EXCLUSIVE', 'dbos.big') }, scan('ROW EXCLUSIVE', 'dbos.big'))[1]).toBe(
      'scans dbos.big (about 1.2 M rows, 830 MB); readers and writers wait',
    );
  });

  test('what the plan creates costs nothing, whatever it locks', () => {
    const { table, index } = inTable('new');
    const [made, indexed] = [create(table()), create(index('i', ['a']))];
    const statements = [
      statement('CREATE TABLE', [made.id], { locks: locks('ACCESS EXCLUSIVE', 'dbos.new') }),
      statement('CREATE INDEX', [indexed.id], scan('SHARE', 'dbos.new')),
    ];
    const steps = stepsOf(viewOf({ facts, plan: planOf({ changes: [made, indexed], statements }) }));
    expect(steps.map(({ price }) => price)).toEqual([null, null]);
  });

  test('but for the table that a key of it points at', () => {
    const { table, foreignKey } = inTable('new');
    const [made, key] = [create(table()), create(foreignKey('f', ['a']))];
    const statements = [
      statement('CREATE TABLE', [made.id]),
      statement('ADD', [key.id], scan('SHARE ROW EXCLUSIVE', 'dbos.new', 'dbos.big')),
    ];
    const steps = stepsOf(viewOf({ facts, plan: planOf({ changes: [made, key], statements }) }));
    expect(steps.map(({ price }) => price)).toEqual([null, 'locks dbos.big for a moment']);
  });

  test('what stands in no table says nothing where it locks nothing', () => {
    const grant = { kind: 'grant', schema: 'dbos', role: 'app', on: 'tables', lacking: [] } as const;
    const plan = planOf({ changes: [create(grant)], statements: [statement('GRANT', [grant])] });
    expect(stepsOf(viewOf({ plan })).map(({ price }) => price)).toEqual([null]);
  });
});

describe('steps', () => {
  test('several statements that make one change', () => {
    const [step, ...others] = stepsOf(replacedIndex());
    expect(others).toEqual([]);
    expect([step?.changes.length, step?.statements.length]).toEqual([1, 3]);
    expect(step?.price).toBe(
      'scans dbos.workflow_status (about 1.2 M rows, 830 MB); writers wait; then locks dbos.workflow_status for a moment',
    );
  });

  test('one change in several segments', () => {
    const { segments } = outlineOf(replacedOnline());
    expect(segments.map(({ commits }) => commits)).toEqual(['no transaction', 'no transaction', 'alone']);
    expect(stepsOf(replacedOnline()).map(({ changes }) => changes[0]?.turn)).toEqual([
      { number: 1, of: 3 },
      { number: 2, of: 3 },
      { number: 3, of: 3 },
    ]);
  });

  test('several statements that make several changes, and others around them', () => {
    const { segments } = outlineOf(rebuild());
    expect(segments.map(({ stopsAll }) => stopsAll)).toEqual([null, 'readers and writers', null]);
    const tables = segments[1]?.tables ?? [];
    expect(tables.map(({ table }) => table)).toEqual([null, 'notifications', 'workflow_status', null]);
    expect(tables.map(({ steps }) => steps.map(({ changes }) => changes.length))).toEqual([[0], [2], [1], [0]]);
    const [step] = tables[1]?.steps ?? [];
    expect(step?.changes.map(({ change }) => change.id).toSorted()).toEqual([
      'column:main.notifications.message_uuid',
      'key:main.notifications.notifications_pkey',
    ]);
    expect(step?.statements.map(({ sql }) => sql.split(' ', 1)[0])).toEqual(
      expect.arrayContaining(['CREATE', 'INSERT', 'DROP', 'ALTER']),
    );
    expect(step?.price).toBe('rewrites main.notifications (about 123 k rows, 8.6 MB); readers and writers wait');
    expect(tables[2]?.steps[0]?.price).toBe(
      'scans main.workflow_status (about 700 rows, 488 kB); readers and writers wait for a moment',
    );
  });

  test('the parts of a table that is created or dropped come with it, and others by themselves', () => {
    const { table, column } = inTable('t');
    const [whole, a, b] = [table(), column('a'), column('b')];
    const altered: Change = { type: 'alter', id: idFor(b), from: b, to: { ...b, type: 'bigint' } };
    for (const type of ['create', 'drop'] as const) {
      const own: readonly Change[] = [whole, a].map((object) =>
        type === 'create' ? create(object) : { type, id: idFor(object), from: object },
      );
      const changes = [...own, altered];
      const statements = [
        statement(
          'ALL',
          changes.map(({ id }) => id),
        ),
      ];
      const [step] = stepsOf(viewOf({ plan: planOf({ changes, statements }) }));
      expect(step?.changes.map(({ change, parts }) => [change.id, parts.map(({ id }) => id)])).toEqual([
        ['table:dbos.t', ['column:dbos.t.a']],
        ['column:dbos.t.b', []],
      ]);
    }
  });

  test('what goes down with its table without a statement of its own is told with it', () => {
    const [table] = stepsOf(lossAllowed());
    expect(table?.changes[0]?.parts.map(({ id }) => id)).toEqual(['column:dbos.job_queue.id']);
  });

  const ids = fc.array(fc.constantFrom(...['a', 'b', 'c', 'd', 'e'].map((id) => id as ObjectId)), { maxLength: 3 });

  test('hold each statement once, and together those that share a change', () => {
    fc.assert(
      fc.property(
        fc.array(
          ids.map((objects) => ({ objects })),
          { maxLength: 12 },
        ),
        (statements) => {
          const groups = groupsOf(statements);
          expect(groups.flat().toSorted((a, b) => a - b)).toEqual([...statements.keys()]);
          expect(groups.map(([first = 0]) => first)).toEqual(
            groups.map(([first = 0]) => first).toSorted((a, b) => a - b),
          );
          const groupAt = (place: number) => groups.find((places) => places.includes(place));
          for (const [i, { objects }] of statements.entries()) {
            for (const [k, other] of statements.entries()) {
              if (objects.some((id) => other.objects.includes(id))) expect(groupAt(i)).toBe(groupAt(k));
            }
          }
        },
      ),
    );
  });

  test('are as many as there are changes that nothing joins', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(50)), (numbers) => {
        const statements = numbers.flatMap((n) => [
          { objects: [`x:${n}` as ObjectId] },
          { objects: [`x:${n}` as ObjectId] },
        ]);
        expect(groupsOf(statements)).toHaveLength(numbers.length);
      }),
    );
  });
});

describe('hazards', () => {
  test('stand in the order of the closed list, and on their step', () => {
    const change = create(inTable('big').column('c'));
    const hazards = [hazard('may-fail', 'x'), hazard('data-loss', 'y'), hazard('may-fail', 'z')];
    const statements = [statement('S', [change.id], { hazards, locks: locks('ACCESS EXCLUSIVE', 'dbos.big') })];
    const view = viewOf({ facts, plan: planOf({ changes: [change], statements }) });
    const relations = [{ relation: 'dbos.big', facts: facts.get('dbos.big') }];
    expect(outlineOf(view).hazards).toEqual([
      { name: 'data-loss', cases: [{ relations, reasons: [{ why: 'y', instead: null }] }] },
      {
        name: 'may-fail',
        cases: [
          {
            relations,
            reasons: [
              { why: 'x', instead: null },
              { why: 'z', instead: null },
            ],
          },
        ],
      },
    ]);
    expect(stepsOf(view)[0]?.hazards).toEqual(['data-loss', 'may-fail']);
  });

  test('say nothing of the file as a whole', () => {
    const view = rebuild();
    const [, segment] = view.plan.segments;
    const drop = { ...segment!.statements[4]!, hazards: [hazard('data-loss', 'rows go')] };
    const plan = { ...view.plan, segments: [{ transaction: true, statements: [drop] }] };
    expect(outlineOf({ ...view, plan }).hazards).toEqual([
      { name: 'data-loss', cases: [{ relations: [], reasons: [{ why: 'rows go', instead: null }] }] },
    ]);
  });
});
