import { describe, expect, test } from '@jest/globals';
import { idFor } from '../../src/model/kinds.ts';
import { planMarkdown } from '../../src/report/plan-markdown.ts';
import { headlineOf, verdictOf, worstOf } from '../../src/report/verdict.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { outsideCode } from '../support/code-spans.ts';
import { hazard, inSync, inTable, locks, planOf, statement, viewOf } from './sample-view.ts';
import * as scenarios from './scenarios.ts';

const textOf = (...databases: readonly DatabaseView[]): string => planMarkdown({ databases, commands: [] });

const obstacle = {
  what: 'blocked by view public.v, which needs it',
  remedy: 'DROP VIEW public.v;   then run it again',
};
const ahead = { id: idFor(inTable('dbos_migrations').version([])), live: 999, declared: 125 };
const stranger = inTable('queues').table();
const foreign = { object: stranger, id: idFor(stranger), coveredBy: null, mend: null, note: null } as const;

describe('the headline', () => {
  const cases: readonly (readonly [string, DatabaseView, string, string])[] = [
    ['nothing', inSync(), 'nothing-to-do', 'nothing to do'],
    ['what stops nobody', viewOf(), 'changes', '6 changes, nobody waits for longer than a moment'],
    ['what stops others', scenarios.hazardOnBigTable(), 'changes', '4 changes, readers and writers wait'],
    [
      'what loses rows',
      scenarios.lossAllowed(),
      'needs-consent',
      '2 changes, nobody waits for longer than a moment, needs --allow data-loss',
    ],
    [
      'what is in the way',
      viewOf({ obstacles: [obstacle] }),
      'blocked',
      '6 changes, nobody waits for longer than a moment, cannot be applied yet',
    ],
    ['others', scenarios.dangerous(), 'dangerous', '6 objects of yours can break the runtime'],
    ['a newer release', inSync({ ahead }), 'ahead', 'made by a newer release than this tool: nothing is changed'],
  ];

  test.each(cases)('%s', (_, view, verdict, headline) => {
    expect([verdictOf(view), headlineOf(view)]).toEqual([verdict, headline]);
    expect(textOf(view)).toContain(`\n### System database: ${headline.replace('--allow data-loss', '`$&`')}\n`);
  });

  test('the worst of several databases', () => {
    expect(worstOf([inSync(), scenarios.lossAllowed(), viewOf()])).toBe('needs-consent');
    expect(worstOf([inSync(), inSync({ ahead })])).toBe('ahead');
    expect(worstOf([])).toBe('nothing-to-do');
  });
});

test('each database has a marker of its own, the same before and after', () => {
  const markers = (text: string): readonly string[] => text.match(/^<!-- .*? -->$/gm) ?? [];
  const other = inSync({ title: 'Application database', url: 'postgresql://h/a --> b' });
  const text = textOf(viewOf(), other);
  expect(text.startsWith('<!-- dbos: postgresql://admin:***@db/prod_dbos dbos -->\n')).toBe(true);
  expect(markers(text)).toHaveLength(2);
  expect(markers(text)[1]).toBe('<!-- dbos: postgresql://h/a%20--%3E%20b dbos -->');
  expect(markers(textOf(inSync(), other))).toEqual(markers(text));
});

test('what is in the way comes with what helps, and ends somewhere', () => {
  const text = textOf(viewOf({ obstacles: Array.from({ length: 30 }, () => obstacle) }));
  expect(text).toContain(
    '- **In the way** blocked by view `public.v`, which needs it: `DROP VIEW public.v`;   then run it again\n',
  );
  expect(text).toContain('- and 10 more\n');
});

test('commands of the operator are folded, as they are', () => {
  const text = planMarkdown({ databases: [inSync()], commands: ['alembic upgrade head', 'echo "```"'] });
  expect(text).toContain('\n````\nalembic upgrade head\necho "```"\n````\n');
});

test('a schema that is ahead has no SQL and nothing to apply', () => {
  const text = textOf(viewOf({ ahead }));
  expect(text).toContain('runtime schema 999 was made by a newer release');
  expect(text).not.toMatch(/SQL<\/summary>|Apply it|\| segment/);
});

describe('names from a database', () => {
  const evil = 'x`|@team</details><!-- \n# #1 **[a](b)** ```';
  const table = inTable(evil);
  const column = table.column(evil);
  const view = viewOf({
    url: `postgresql://${evil}`,
    schema: evil,
    server: evil,
    plan: planOf({
      changes: [
        { type: 'create', id: idFor(column), to: column },
        { type: 'rename', id: idFor(table.index('a', [])), from: table.index(evil, []), to: table.index('a', []) },
      ],
      statements: [
        statement(`ALTER TABLE "${evil}"`, [idFor(column), idFor(table.index('a', []))], {
          locks: locks(evil, `dbos.${evil}`),
          scans: [`dbos.${evil}`],
          hazards: [hazard('may-fail', `rows of ${evil} may`, `look at ${evil}`)],
        }),
      ],
    }),
    obstacles: [{ what: `blocked by ${evil}`, remedy: `DROP ${evil}` }],
    unmanaged: [{ ...foreign, danger: `it is ${evil}`, mend: `DROP ${evil}`, note: evil, coveredBy: idFor(column) }],
    retired: [idFor(table.table())],
    foreign: [idFor(table.table())],
  });

  test('are code, and break neither the table nor what is folded', () => {
    const text = textOf(view);
    const withoutBlocks = text.replaceAll(/^(`{3,})\w*\n[^]*?^\1$/gm, '').replaceAll(/^<!-- .* -->$/gm, '');
    const bare = withoutBlocks.split('\n').map(outsideCode).join('\n');
    expect(bare).not.toMatch(/@|#1|\[|team|<!--/);
    expect(bare.match(/<\/?(?!br>)\w+/g)).toEqual([
      '<details',
      '<summary',
      '</summary',
      '</details',
      '<details',
      '<summary',
      '</summary',
      '</details',
    ]);
    const rows = withoutBlocks.split('\n').filter((line) => line.startsWith('| '));
    expect(rows.map((row) => row.replaceAll(String.raw`\|`, '').split('|').length)).toEqual([8, 8, 8]);
  });
});

describe('a report that is too long', () => {
  const named = (length: number): string => 'x'.repeat(length);
  const plan = planOf({ statements: [statement(named(70_000), ['table:dbos.lines' as never])] });
  const strangers = Array.from({ length: 2_000 }, (_, i) => ({
    ...foreign,
    id: idFor(inTable('queues').index(`mine_${i}_${named(40)}`, [])),
    danger: null,
  }));

  test('is without its SQL, and says so', () => {
    const text = textOf(viewOf({ plan }));
    expect(text).toContain('| segment |');
    expect(text).not.toContain('SQL</summary>');
    expect(text).toContain(
      '_Left out, since a comment has 65536 characters: the SQL. `dbos migrate --plan` shows all._',
    );
  });

  test('and then without what is left alone', () => {
    const text = textOf(viewOf({ plan, unmanaged: strangers }));
    expect(text).not.toContain('mine_1');
    expect(text).toContain('characters: the SQL and what is left alone.');
    expect(text.length).toBeLessThan(65_536);
  });

  test('and in the end without the table', () => {
    const objects = Array.from({ length: 1_000 }, (_, i) => inTable('lines').index(`index_${i}_${named(50)}`, []));
    const changes = objects.map((to) => ({ type: 'create' as const, id: idFor(to), to }));
    const text = textOf(
      viewOf({ plan: planOf({ changes, statements: objects.map((object) => statement('S', [object])) }) }),
    );
    expect(text).toContain('### System database: 1,000 changes, nobody waits for longer than a moment\n');
    expect(text.length).toBeLessThan(2_000);
  });
});
