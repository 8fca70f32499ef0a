import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkText } from '../../src/report/drift.ts';
import type { Paint } from '../../src/report/page.ts';
import { planMarkdown } from '../../src/report/plan-markdown.ts';
import { planText } from '../../src/report/plan-text.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { inSync } from './sample-view.ts';
import * as scenarios from './scenarios.ts';

const plain: Paint = (_, text) => text;
const folder = new URL('golden/', import.meta.url);

/** `UPDATE_FIXTURES=1` writes the texts anew: read the diff before you commit it, it is what operators will read. */
function expectGolden(name: string, text: string, extension = 'txt'): void {
  const file = new URL(`${name}.${extension}`, folder);
  if (process.env['UPDATE_FIXTURES'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, 'utf8'));
}

const application = (more: Partial<DatabaseView> = {}): DatabaseView =>
  inSync({ title: 'Application database', url: 'postgresql://dbos_admin:***@db.example.com:5432/prod', ...more });

describe('a plan', () => {
  test.each([
    ['hazard-on-big-table', [scenarios.hazardOnBigTable(), application()]],
    ['fresh-create', [scenarios.freshCreate()]],
    ['loss-allowed', [scenarios.lossAllowed()]],
    ['replaced-index', [scenarios.replacedIndex()]],
    ['replaced-index-online', [scenarios.replacedOnline()]],
    ['sqlite-rebuild', [scenarios.rebuild()]],
  ])('%s', (name, databases) => {
    expectGolden(`plan-${name}`, planText({ databases, commands: [] }, plain));
  });
});

describe('a check', () => {
  test.each([
    ['empty-database', [scenarios.nothingThere()]],
    ['every-sign', [scenarios.everySign(), application()]],
    ['function-body', [scenarios.otherBody()]],
    ['dangerous-objects', [scenarios.dangerous(), application()]],
    ['dangerous-objects-in-a-file', [scenarios.dangerousInFile()]],
  ])('%s', async (name, databases) => {
    expectGolden(`check-${name}`, await checkText({ databases, commands: [] }, plain));
  });
});

describe('a comment', () => {
  test.each([
    ['hazard-on-big-table', [scenarios.hazardOnBigTable(), application()]],
    ['fresh-create', [scenarios.freshCreate()]],
    ['loss-allowed', [scenarios.lossAllowed()]],
    ['replaced-index-online', [scenarios.replacedOnline()]],
    ['sqlite-rebuild', [scenarios.rebuild()]],
    ['every-sign', [scenarios.everySign(), application()]],
    ['dangerous-objects', [scenarios.dangerous(), application()]],
  ])('%s', (name, databases) => {
    expectGolden(`comment-${name}`, planMarkdown({ databases, commands: [] }), 'md');
  });
});
