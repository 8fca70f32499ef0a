import { expect, test } from '@jest/globals';
import type { Change } from '../../src/model/change.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { ObjectId } from '../../src/model/objects.ts';
import { type Paint, planText } from '../../src/report/plan-text.ts';
import { aBacklog } from '../support/sample-objects.ts';
import { changes, inSync, viewOf } from './sample-view.ts';

const plain: Paint = (_, text) => text;

test('rows to be copied are nothing that goes', () => {
  const copy: Change = { type: 'drop', id: idFor(aBacklog), from: aBacklog };
  const statement = { sql: 'DO …', objects: [idFor(aBacklog)], on: 'database', transactional: false } as const;
  const { plan } = viewOf();
  const view = viewOf({ plan: { ...plan, changes: [copy], statements: [{ ...statement, lock: null, hazards: [] }] } });
  const text = planText({ databases: [view], commands: [] }, plain);
  expect(text).toContain('\n    ~ rows to copy from workflow_inputs\n');
  expect(text).toContain('\nPlan: 1 to change.');
});

test('a plan, for a person', () => {
  const application = inSync({ title: 'Application database', url: 'postgresql://admin:***@db/prod' });
  const commands = ['alembic upgrade head', 'for i in 1 2; do\n  echo $i\ndone'];
  expect(planText({ databases: [viewOf(), application], commands }, plain)).toBe(
    `System database  postgresql://admin:***@db/prod_dbos · schema dbos · PostgreSQL 16.4

  in one transaction:

  lines
    + table lines  with 2 columns
        CREATE TABLE lines (
          id text NOT NULL,
          text text
        );

  orders
    ~ column owner  default: none → 'nobody'::text, type: character varying(40) → text
        ALTER TABLE orders ALTER COLUMN owner TYPE text;
        ALTER TABLE orders ALTER COLUMN owner SET DEFAULT 'nobody';
    ~ index old → by_owner
        ALTER INDEX old RENAME TO by_owner;

  outside a transaction:

  orders
    - index gone
        DROP INDEX CONCURRENTLY gone;

Application database  postgresql://admin:***@db/prod · schema dbos · PostgreSQL 16.4
  nothing to do

Then:
  alembic upgrade head
  for i in 1 2; do
    echo $i
  done

Plan: 3 to create, 1 to change, 1 to rename, 1 to drop.`,
  );
});

test('the colours tell creating, changing and dropping apart, and the SQL from the rest', () => {
  const marked: Paint = (colour, text) => `<${colour}>${text}</${colour}>`;
  const text = planText({ databases: [viewOf()], commands: [] }, marked);
  expect(text).toContain('    <green>+</green> table lines  with 2 columns\n');
  expect(text).toContain('    <yellow>~</yellow> index old → by_owner\n');
  expect(text).toContain('    <red>-</red> index gone\n');
  expect(text).toContain('<dim>        ALTER INDEX old RENAME TO by_owner;</dim>\n');
  expect(text).toContain('<bold>System database</bold>');
});

test('every change is in it once', () => {
  const text = planText({ databases: [viewOf()], commands: [] }, plain);
  const told = text.match(/^ {4}[+~-] .*$/gm) ?? [];
  expect(told).toHaveLength(changes.length - 2);
  expect(told.join('\n')).toContain('with 2 columns');
});

test('a name of somebody else is no command to the terminal, and no line of its own', () => {
  const id = 'index:dbos.orders."\u001b]0;x\u0007\r\nPlan: nothing to do."' as ObjectId;
  const object = changes[5]!.type === 'drop' ? changes[5]!.from : (null as never);
  const databases = [inSync({ strangers: [{ id, object, danger: null, coveredBy: null, note: null }] })];
  expect(planText({ databases, commands: [] }, plain)).toContain(
    String.raw`  index:dbos.orders."\u001b]0;x\u0007\r\nPlan: nothing to do." is yours: left alone`,
  );
});

test('what is left alone, and a schema that is ahead', () => {
  const id = 'index:dbos.orders.mine' as ObjectId;
  const stranger = { id, object: changes[5]!.type === 'drop' ? changes[5]!.from : (null as never) };
  const text = planText(
    {
      databases: [
        inSync({
          kept: ['table:dbos.job_queue' as ObjectId],
          strangers: [{ ...stranger, danger: 'it can refuse rows of the runtime', coveredBy: null, note: '8 kB' }],
        }),
        inSync({ ahead: { id, live: 130, declared: 125 } }),
      ],
      commands: [],
    },
    plain,
  );
  expect(text).toContain('  table:dbos.job_queue is of an earlier release and may hold rows: left alone');
  expect(text).toContain(
    '  index:dbos.orders.mine is yours (8 kB): left alone, but it can refuse rows of the runtime\n',
  );
  expect(text).toContain('  runtime schema 130 was made by a newer release than this tool, which knows 125');
  expect(text.split('\n').at(-1)).toBe('Plan: nothing to do.');
});
