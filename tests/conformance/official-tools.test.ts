import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { flagsInHelp, officialTools } from '../support/official-tools.ts';
import { newestPython, pythonEnvironment, whyNoPython } from './support/python.ts';
import { report } from './support/results.ts';

const page = officialTools();
const suite = whyNoPython === null ? describe : describe.skip;
if (whyNoPython !== null) report({ kind: 'skipped', group: 'Python, command line', reason: whyNoPython });

/** The help of the newest release's own command line. */
const help = (command: readonly string[]): string =>
  execFileSync('python', ['-c', 'from dbos.cli.cli import app; app()', ...command, '--help'], {
    encoding: 'utf8',
    env: { ...process.env, ...pythonEnvironment(newestPython) },
  });

suite('docs/from-official-tools.md names of Python', () => {
  const lines = page.column('Python');

  test('the release that is tried here', () => {
    expect(page.text).toContain(`Python ${newestPython}`);
  });

  test.each([...new Set(lines.map(({ command }) => command.join(' ')))])('%s with flags that are there', (command) => {
    const flags = lines.filter((line) => line.command.join(' ') === command).flatMap((line) => line.flags);
    expect(flagsInHelp(help(command.split(' ')))).toEqual(expect.arrayContaining([...flags]));
  });

  test('every command', () => {
    const [, list = ''] = help([]).split('Commands:');
    const all = [...list.matchAll(/^ {2}([a-z-]+) /gm)].map(([, command = '']) => command);
    expect(all.length).toBeGreaterThan(5);
    expect(all.filter((command) => !lines.some((line) => line.command[0] === command))).toEqual([]);
  });
});
