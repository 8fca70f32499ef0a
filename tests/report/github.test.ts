import { describe, expect, test } from '@jest/globals';
import { githubReport } from '../../src/report/github.ts';
import { planMarkdown } from '../../src/report/plan-markdown.ts';
import { inSync, viewOf } from './sample-view.ts';
import * as scenarios from './scenarios.ts';

const reportOf = (view: ReturnType<typeof inSync>, isCheck = true) =>
  githubReport({ databases: [view], commands: [] }, isCheck);

describe('a workflow of GitHub', () => {
  test('is told of hazards, of what is in the way, and of what can break the runtime', () => {
    const { log, outputs } = reportOf(scenarios.lossAllowed());
    expect(log).toContain('::error title=System database::2 changes');
    expect(log).toContain('::warning title=System database%3A data-loss::');
    expect(outputs).toContain('verdict=needs-consent\nchanges=2\ndrift=true\nhazards=data-loss\n');
    expect(reportOf(scenarios.dangerous()).log).toMatch(/::error title=System database%3A [^\n]+::[^\n]+%0A[^\n]+;\n/);
  });

  test('reads nothing of a name as a command, a property or another line', () => {
    const evil = 'x\n::set-output name=a::b, 100%\r';
    const { log } = reportOf(viewOf({ title: evil, obstacles: [{ what: evil, remedy: evil }] }));
    expect(log.split('\n').every((line) => line === '' || /^::(?:error|notice|warning) title=/.test(line))).toBe(true);
    expect(log).toContain('title=x%0A%3A%3Aset-output name=a%3A%3Ab%2C 100%25%0D%3A in the way::');
    expect(log).not.toMatch(/\r/);
  });

  test('has the comment as its summary', () => {
    const view = viewOf();
    expect(reportOf(view).summary).toBe(planMarkdown({ databases: [view], commands: [] }));
  });

  test('of a plan has no error for what is to be changed', () => {
    expect(reportOf(viewOf(), false).log).toMatch(/^::notice /);
    expect(reportOf(inSync(), true).log).toBe('::notice title=System database::nothing to do\n');
  });
});
