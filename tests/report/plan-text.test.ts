import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../src/model/change.ts';
import { hazards } from '../../src/model/hazard.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { ObjectId } from '../../src/model/objects.ts';
import type { Paint } from '../../src/report/page.ts';
import { planText } from '../../src/report/plan-text.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { aBacklog } from '../support/sample-objects.ts';
import { changes, hazard, inSync, planOf, statement, viewOf } from './sample-view.ts';
import { everySign, freshCreate, hazardOnBigTable } from './scenarios.ts';

const plain: Paint = (_, text) => text;

const textOf = (...databases: readonly DatabaseView[]): string => planText({ databases, commands: [] }, plain);

test('rows to be copied are nothing that goes', () => {
  const copy: Change = { type: 'drop', id: idFor(aBacklog), from: aBacklog };
  const statements = [statement('DO …', [aBacklog], { commits: 'no transaction' })];
  const text = textOf(viewOf({ plan: planOf({ changes: [copy], statements }) }));
  expect(text).toContain('\n    ~ rows to copy from workflow_inputs\n');
  expect(text).toContain('\nPlan: 1 to change.');
});

test('a plan, for a person', () => {
  const application = inSync({ title: 'Application database', url: 'postgresql://admin:***@db/prod' });
  const commands = ['alembic upgrade head', 'for i in 1 2; do\n  echo $i\ndone'];
  expect(planText({ databases: [viewOf(), application], commands }, plain)).toBe(
    `System database  postgresql://admin:***@db/prod_dbos · schema dbos
                 PostgreSQL 16.4

  segment 1 of 2, in one transaction:

  lines
    + table lines  with 2 columns
        CREATE TABLE lines (
          id text NOT NULL,
          text text
        );

  orders
    ~ column owner  default: none → 'nobody'::text, type: character varying(40)
        → text
      locks dbos.orders for a moment
        ALTER TABLE orders ALTER COLUMN owner TYPE text;
        ALTER TABLE orders ALTER COLUMN owner SET DEFAULT 'nobody';
    ~ index old → by_owner
      metadata only
        ALTER INDEX old RENAME TO by_owner;

  segment 2 of 2, by itself, outside a transaction:

  orders
    - index gone
      metadata only
        DROP INDEX CONCURRENTLY gone;

Application database  postgresql://admin:***@db/prod · schema dbos
                      PostgreSQL 16.4
  nothing to do

Then:
  alembic upgrade head
  for i in 1 2; do
    echo $i
  done

Plan: 3 to create, 1 to change, 1 to rename, 1 to drop.
`,
  );
});

test('the colours tell creating, changing and dropping apart, hazards, and the SQL from the rest', () => {
  const marked: Paint = (colour, text) => `<${colour}>${text}</${colour}>`;
  const text = planText({ databases: [viewOf(), hazardOnBigTable()], commands: [] }, marked);
  expect(text).toContain('    <green>+</green> table lines  with 2 columns\n');
  expect(text).toContain('    <yellow>~</yellow> index old → by_owner\n');
  expect(text).toContain('    <red>-</red> index gone\n');
  expect(text).toContain('<dim>        ALTER INDEX old RENAME TO by_owner;</dim>\n');
  expect(text).toContain('<bold>System database</bold>');
  expect(text).toContain('  <red>! blocks-writes</red>\n');
  expect(text).toContain('<red>      ! blocks-writes, blocks-reads: scans dbos.workflow_status');
});

test('every change is in it once', () => {
  const text = textOf(viewOf());
  const told = text.match(/^ {4}[+~-] .*$/gm) ?? [];
  expect(told).toHaveLength(changes.length - 2);
  expect(told.join('\n')).toContain('with 2 columns');
});

describe('hazards', () => {
  test('come before all segments, each once, with what is to be known of it', () => {
    const text = textOf(hazardOnBigTable());
    const [before = '', ...segments] = text.split(/\n {2}(?=in one transaction|segment )/);
    expect(segments).toHaveLength(1);
    for (const name of ['blocks-writes', 'blocks-reads', 'may-fail'] as const) {
      expect(before.match(new RegExp(`^ {2}! ${name}$`, 'gm'))).toHaveLength(1);
      expect(before.replaceAll(/\s+/g, ' ')).toContain(hazards[name].meaning);
    }
    expect(before).toContain(
      '\n    · dbos.workflow_status (about 1.2 M rows, 830 MB)\n      instead: CREATE INDEX CONCURRENTLY\n',
    );
    expect(before.replaceAll(/\n +/g, ' ')).toContain(
      '· dbos.streams (about 84 k rows, 9 MB): rows of dbos.streams may have no value in the column value',
    );
  });

  test('are told by the tables that they are about, each safer way once', () => {
    const dangerous = (why: string, instead: string) => ({ hazards: [hazard('blocks-writes', why, instead)] });
    const [first, second] = [changes[4]!, changes[5]!];
    const statements = [
      statement('A', [first.id], { scans: ['dbos.orders'], ...dangerous('a', 'CONCURRENTLY') }),
      statement('B', [second.id], { scans: ['dbos.lines'], ...dangerous('b', 'CONCURRENTLY') }),
      statement('C', [second.id], { scans: ['dbos.orders'], ...dangerous('c', 'CONCURRENTLY') }),
      statement('D', [second.id], { scans: ['dbos.orders'], ...dangerous('d', 'later') }),
      statement('E', [second.id], { ...dangerous('what has no table says why', 'never') }),
    ];
    const text = textOf(viewOf({ plan: planOf({ changes: [first, second], statements }) }));
    expect(text.match(/^ {2}! .*$/gm)).toEqual(['  ! blocks-writes']);
    expect(text).toContain(`
    · dbos.orders
      instead: CONCURRENTLY
      instead: later
    · dbos.lines
      instead: CONCURRENTLY
    · what has no table says why
      instead: never
`);
  });
});

test('a fresh create says nothing of costs', () => {
  const text = textOf(freshCreate());
  expect(text).not.toMatch(/^ {6}\S/m);
  expect(text).not.toContain('!');
});

describe('what is left alone', () => {
  test('is named before the segments', () => {
    const { retired, unmanaged } = everySign();
    const lines = textOf(viewOf({ retired, unmanaged })).split('\n');
    const segment = lines.findIndex((line) => line.includes('segment 1 of 2'));
    const left = lines.slice(0, segment).join('\n');
    expect(left).toContain('\n  · index:dbos.workflow_status.mine is yours (8192 bytes, 0 scans; redundant,');
    expect(left.replaceAll(/\n +/g, ' ')).toContain(
      'table:dbos.scheduler_state is of an earlier release and may hold rows: left alone (--allow data-loss drops it)',
    );
    expect(left).toContain(`
  ! column:dbos.notifications.needed is yours and can break the runtime:
      it needs a value and has no default, so the inserts of the runtime fail
      ALTER TABLE "dbos"."notifications" ALTER COLUMN "needed" DROP NOT NULL;
`);
  });

  test('is no command to the terminal, and no line of its own', () => {
    const id = 'index:dbos.orders."\u001b]0;x\u0007\r\nPlan: nothing to do."' as ObjectId;
    const object = changes[5]!.type === 'drop' ? changes[5]!.from : (null as never);
    const theirs = {
      id,
      object,
      danger: '\u001b[2J',
      mend: 'DROP INDEX "\u001b[2J\r"',
      coveredBy: null,
      note: '\u0007',
    };
    const text = textOf(inSync({ unmanaged: [theirs] }));
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(text).toContain(String.raw`! index:dbos.orders."\u001b]0;x\u0007\r\nPlan: nothing to do." is yours`);
    expect(text).toContain(String.raw`      DROP INDEX "\u001b[2J\r";`);
    expect(text.match(/^Plan:.*$/gm)).toEqual(['Plan: nothing to do.']);
  });
});

test('nothing of a plan is a command to the terminal', () => {
  const evil = '\u001b]0;x\u0007\u202e';
  const from = {
    ...(changes[5]!.type === 'drop' ? changes[5]!.from : (null as never)),
    name: evil,
    table: `${evil}\n`,
  };
  const statements = [
    statement(`DROP INDEX "${evil}"`, [idFor(from)], { hazards: [hazard('may-fail', evil, evil)], scans: [evil] }),
  ];
  const plan = planOf({ changes: [{ type: 'drop', id: idFor(from), from }], statements });
  const text = planText({ databases: [viewOf({ plan, url: evil, server: evil })], commands: [evil] }, plain);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
});

test('a schema that is ahead', () => {
  const text = textOf(inSync({ ahead: { id: changes[0]!.id, live: 130, declared: 125 } }));
  expect(text.replaceAll(/\n {2,}/g, ' ')).toContain(
    'runtime schema 130 was made by a newer release than this tool, which knows 125: nothing is changed\n',
  );
  expect(text.trimEnd().split('\n').at(-1)).toBe('Plan: nothing to do.');
});

test('no line is longer than a terminal but for SQL', () => {
  for (const view of [viewOf(), everySign(), hazardOnBigTable(), freshCreate()]) {
    const sql = view.plan.segments.flatMap((segment) =>
      segment.statements.flatMap(({ sql: text }) => `${text};`.split('\n').map((line) => line.trim())),
    );
    const long = textOf(view)
      .split('\n')
      .filter((line) => line.length > 80 && !sql.includes(line.trim()));
    expect(long).toEqual([]);
  }
});
