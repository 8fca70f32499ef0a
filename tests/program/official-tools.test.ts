import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { flagsInHelp, officialTools } from '../support/official-tools.ts';
import { readText } from '../support/sources.ts';

const page = officialTools();

/** Commands of a column with all flags that the page gives to them. */
const groupsOf = (column: 'TypeScript' | 'here', program: string | null) => {
  const lines = page.column(column).filter((line) => line.program === program);
  return [...new Set(lines.map(({ command }) => command.join(' ')))].map((command) => {
    const flags = lines.filter((line) => line.command.join(' ') === command).flatMap((line) => line.flags);
    return { command, flags: [...new Set(flags)] };
  });
};

describe('docs/from-official-tools.md names of ours', () => {
  const ours = groupsOf('here', 'dbos');

  test.each(ours)('dbos $command $flags, which are there', async ({ command, flags }) => {
    const { stdout, exitCode } = await runCli([...command.split(' ').filter(Boolean), '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`dbos ${command.replace(/^pg /, 'postgres ')}`.trim());
    const known = command === '' ? (stdout.match(/--[\w-]+/g) ?? []) : flagsInHelp(stdout);
    expect(known).toEqual(expect.arrayContaining(flags));
  });

  test('every command but those that tell of what `postgres start` made', async () => {
    const { stdout } = await runCli(['--help']);
    const all = [...stdout.matchAll(/^ {2}dbos ((?:[a-z]+ ?)+)/gm)].map(([, command = '']) => command.trim());
    expect(all.length).toBeGreaterThan(4);
    const missing = all.filter((command) => !ours.some((named) => named.command === command));
    expect(missing).toEqual(['postgres status', 'postgres url']);
  });
});

describe('docs/from-official-tools.md names of TypeScript', () => {
  const sdk = fileURLToPath(new URL('../../node_modules/@dbos-inc/dbos-sdk/dist/src/cli/cli.js', import.meta.url));
  const help = (command: string): string =>
    execFileSync(process.execPath, [sdk, ...command.split(' ').filter(Boolean), '--help'], { encoding: 'utf8' });
  const theirs = groupsOf('TypeScript', null);

  test('the release that is installed here', () => {
    const { version } = JSON.parse(readText('node_modules/@dbos-inc/dbos-sdk/package.json')) as { version: string };
    expect(page.text).toContain(`TypeScript ${version}`);
  });

  test.each(theirs)('$command $flags, which are there', ({ command, flags }) => {
    expect(flagsInHelp(help(command))).toEqual(expect.arrayContaining(flags));
  });

  test('every command', () => {
    const all = [...help('').matchAll(/^ {2}([a-z-]+)[| ].*$/gm)].map(([, command = '']) => command);
    expect(all.length).toBeGreaterThan(5);
    expect(all.filter((command) => !theirs.some((named) => named.command.split(' ')[0] === command))).toEqual(['help']);
  });
});
