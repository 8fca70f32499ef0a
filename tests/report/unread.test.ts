import { expect, test } from '@jest/globals';
import { checkText } from '../../src/report/drift.ts';
import type { Paint } from '../../src/report/page.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { planMarkdown } from '../../src/report/plan-markdown.ts';
import { planSql } from '../../src/report/plan-sql.ts';
import { planText } from '../../src/report/plan-text.ts';
import { headlineOf } from '../../src/report/verdict.ts';
import { inSync, viewOf } from './sample-view.ts';

const plain: Paint = (_, text) => text;
const unread = ['indexes', 'checks of "a table", not shown to app'];
const run = (...databases: ReturnType<typeof viewOf>[]) => ({ databases, commands: [] });
const told = `  Not looked at, and taken to be as declared:
    · indexes
    · checks of "a table", not shown to app
`;

test('a check says no more than was looked at', async () => {
  expect(await checkText(run(inSync({ unread })), plain)).toBe(
    `Nothing to do: what was looked at is as declared.\n${told}`,
  );
  expect(await checkText(run(inSync()), plain)).toBe('Nothing to do: the live schema is as declared.\n');
  expect(await checkText(run(viewOf({ unread })), plain)).toContain(told);
});

test('a plan tells it before its changes', () => {
  expect(planText(run(viewOf({ unread })), plain)).toContain(told);
  expect(planText(run(inSync({ unread })), plain)).toContain(`${told}  nothing to do\n`);
});

test('so do the headline, the comment, the script and the data', () => {
  expect(headlineOf(inSync({ unread }))).toBe('nothing to do in what was looked at');
  expect(headlineOf(inSync())).toBe('nothing to do');
  const markdown = planMarkdown(run(inSync({ unread })));
  expect(markdown).toContain('Not looked at, and taken to be as declared');
  expect(markdown).toContain('- indexes\n- checks of `"a table"`, not shown to app');
  expect(planMarkdown(run(inSync()))).not.toContain('Not looked at');
  expect(planSql(run(viewOf({ unread })))).toContain('\n-- not looked at: indexes\n-- not looked at: checks of');
  expect(JSON.parse(planJson(run(viewOf({ unread }))))).toMatchObject({ databases: [{ unread }] });
});
