import { describe, expect, test } from '@jest/globals';
import type { Change } from '../../src/model/change.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { ColumnObject } from '../../src/model/objects.ts';
import { isDrifted } from '../../src/planner/drift.ts';
import { checkText } from '../../src/report/drift.ts';
import type { Paint } from '../../src/report/page.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { changes, inSync, planOf, viewOf } from './sample-view.ts';
import { dangerous, everySign, nothingThere, otherBody } from './scenarios.ts';

const plain: Paint = (_, text) => text;

const check = (...databases: readonly DatabaseView[]): Promise<string> =>
  checkText({ databases, commands: ['never shown'] }, plain);

const lastLine = async (...databases: readonly DatabaseView[]): Promise<string | undefined> =>
  (await check(...databases)).trimEnd().split('\n').at(-1);

const withChanges = (...own: readonly Change[]): DatabaseView => viewOf({ plan: planOf({ changes: own }) });
const isAhead = { ahead: { id: changes[0]!.id, live: 130, declared: 125 } } as const;

describe('where nothing differs', () => {
  test('one line says so', async () => {
    expect(await check(inSync(), inSync())).toBe('Nothing to do: the live schema is as declared.\n');
    expect([isDrifted(inSync()), isDrifted(viewOf())]).toEqual([false, true]);
  });

  test('what is left alone follows, under the database that it is in where there are several', async () => {
    const { retired, unmanaged } = everySign();
    const harmless = unmanaged.filter(({ danger }) => danger === null);
    const left = inSync({ retired, unmanaged: harmless });
    expect(await check(left)).toMatch(
      /^Nothing to do: the live schema is as declared\.\n {2}· column:dbos\.workflow_status\.tenant is yours: left alone\n/,
    );
    expect(await check(inSync({ title: 'Application database' }), left)).toContain(
      '\nSystem database\n  · column:dbos.workflow_status.tenant is yours: left alone\n',
    );
  });
});

describe('a column that somebody renamed', () => {
  const column = (name: string, type = 'text', table = 'orders'): ColumnObject => ({
    kind: 'column',
    schema: 'dbos',
    table,
    name,
    type,
    nullable: true,
    default: null,
    generated: null,
    identity: null,
    collation: null,
  });
  const missing = (...columns: readonly ColumnObject[]): readonly Change[] =>
    columns.map((to) => ({ type: 'create', id: idFor(to), to }));
  const told = (own: readonly Change[], ...unmanaged: readonly ColumnObject[]): Promise<string> =>
    check(viewOf({ plan: planOf({ changes: own, unmanaged }) }));
  const rename = 'ALTER TABLE "dbos"."orders" RENAME COLUMN "holder" TO "owner";';

  test('is named with the statement that renames it back', async () => {
    const text = await told(
      missing(column('owner')),
      column('holder'),
      column('x', 'text', 'lines'),
      column('n', 'bigint'),
    );
    expect(text).toContain('  ! orders.owner was most likely renamed to holder; to rename it back:\n');
    expect(text).toContain(`      ${rename}\n`);
  });

  test.each([
    ['of another type', missing(column('owner')), [column('holder', 'bigint')]],
    ['of another table', missing(column('owner')), [column('holder', 'text', 'lines')]],
    ['beside a second one', missing(column('owner')), [column('holder'), column('keeper')]],
    ['beside a second missing one', missing(column('owner'), column('keeper')), [column('holder')]],
  ])('is not guessed where the other one is %s', async (_, own, unmanaged) => {
    expect(await told(own, ...unmanaged)).not.toContain('RENAME COLUMN');
  });
});

describe('what differs', () => {
  test('is a line an object, the parts of a table counted', async () => {
    const lines = (await check(nothingThere())).split('\n');
    expect(lines.filter((line) => line.startsWith('  - table '))).toHaveLength(4);
    expect(lines).toContain('  - table workflow_status (39 columns, 1 key, 15 indexes)');
    expect(lines.length).toBeLessThan(nothingThere().plan.changes.length);
  });

  test('is each change once, by itself or among the parts of its table', async () => {
    const text = await check(everySign());
    const lines = text.match(/^ {2}[-~+] (?!missing).*$/gm) ?? [];
    const parts = lines.flatMap((line) => line.match(/\d+(?= (?:column|key|foreign key))/g) ?? []).map(Number);
    expect(lines.length + parts.reduce((a, b) => a + b, 0)).toBe(everySign().plan.changes.length);
  });

  test('shows the fields that differ, and no others', async () => {
    const text = await check(withChanges(changes[3]!));
    expect(text).toContain(`
  ~ column orders.owner
      default: none, declared 'nobody'::text
      type: character varying(40), declared text
`);
    expect(text).not.toContain('nullable');
  });

  test('of a renamed object is its name', async () => {
    expect(await check(withChanges(changes[4]!))).toContain(
      '\n  ~ index orders.by_owner\n      name: old, declared by_owner\n',
    );
  });

  test('in a long text is a diff of that', async () => {
    const text = await check(otherBody());
    expect(text).toContain("\n        -    'json'\t-- \\u001b]0;pwned\\u0007\n");
    expect(text).toContain("\n        +    'portable_json'\n");
    expect(text).toContain('\n      security: definer, declared invoker\n');
  });

  test('stands apart from what is somebody else’s', async () => {
    const [drift, left, ...others] = (await check(everySign())).split(/\n(?= {2}! )/);
    expect(drift).not.toContain('is yours');
    expect(left).not.toMatch(/^ {2}[-~+] /m);
    expect(others).toEqual([]);
  });
});

test('what can break the runtime comes with the SQL that mends it, and before what cannot', async () => {
  const text = await check(dangerous());
  const lines = text.split('\n').filter((line) => /^ {2}[!·]|;$/.test(line));
  expect(lines.slice(0, 2)).toEqual([
    '  ! check:dbos.streams."no ""x""" is yours and can break the runtime:',
    '      ALTER TABLE "dbos"."streams" DROP CONSTRAINT "no ""x""";',
  ]);
  expect(lines.map((line) => line.trim().charAt(0)).join('')).toBe('!A!A!A!D!A!D·');
});

describe('the last line', () => {
  test('has the sum and the next step', async () => {
    expect(await lastLine(viewOf())).toBe('1 missing, 2 differ, 1 to drop: run dbos migrate --plan');
    expect(await lastLine(withChanges(changes[3]!))).toBe('1 differs: run dbos migrate --plan');
    expect(await lastLine(withChanges(changes[3]!), dangerous())).toBe(
      '1 differs, 6 of yours can break the runtime: run dbos migrate --plan',
    );
    expect(await lastLine(dangerous(), inSync())).toBe(
      '6 of yours can break the runtime: mend what is yours, or name it with --ignore',
    );
    expect(await lastLine(inSync(isAhead))).toBe(
      '1 database is ahead of this tool: use the release of this tool that belongs to the runtime',
    );
  });

  test('is behind what is said of each database', async () => {
    const text = await check(inSync(isAhead), inSync({ title: 'Application database' }));
    expect(text.replaceAll(/\n {2,}/g, ' ')).toContain(
      'runtime schema 130 was made by a newer release than this tool, which knows 125: nothing is changed',
    );
    expect(text).toContain('\nApplication database  postgresql://admin:***@db/prod_dbos · schema dbos\n');
    expect(text).toContain('\n  as declared\n');
  });
});

test('colours tell the signs apart, and the lines of a diff', async () => {
  const marked: Paint = (colour, text) => `<${colour}>${text}</${colour}>`;
  const text = await checkText({ databases: [viewOf(), otherBody(), dangerous()], commands: [] }, marked);
  expect(text).toContain('  <red>-</red> table lines (2 columns)\n');
  expect(text).toContain('  <yellow>~</yellow> column orders.owner\n');
  expect(text).toContain('  <green>+</green> index orders.gone\n');
  expect(text).toContain('  <red>!</red> trigger:dbos.streams.watch is yours');
  expect(text).toContain("<green>        +    'portable_json'</green>\n");
  expect(text).toContain('<dim>        --- live</dim>\n');
  expect(text).toContain('<bold>System database</bold>');
});
