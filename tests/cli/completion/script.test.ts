import { describe, expect, test } from '@jest/globals';
import { bashScript } from '../../../src/cli/completion/bash.ts';
import { fishScript } from '../../../src/cli/completion/fish.ts';
import { type Place, placesOf } from '../../../src/cli/completion/places.ts';
import { shells } from '../../../src/cli/completion/shell.ts';
import { zshScript } from '../../../src/cli/completion/zsh.ts';
import { type Flag, flags } from '../../../src/cli/flags.ts';
import { manual } from '../../../src/cli/main.ts';
import { runCli } from '../run.ts';

describe('dbos completion', () => {
  test.each([
    [[], 'no shell is named', 'name one of bash, zsh, fish: dbos completion bash'],
    [['tcsh'], 'the shell "tcsh" is unknown', 'it is one of bash, zsh, fish'],
    [['x:hunter2@h'], 'the shell (not shown, since it may hold a password) is unknown', 'it is one of bash, zsh, fish'],
    [['bash', 'zsh'], 'unexpected argument (not shown, since it may hold a password)', '`dbos completion --help`'],
    [['bash', '--plan'], 'unknown option --plan', '`dbos completion --help` lists the options'],
    [['bash', '--color'], '--color needs a value', '`dbos completion --help` lists the options'],
  ])('%j is one error', async (args, message, hint) => {
    const { stdout, stderr, exitCode } = await runCli(['completion', ...args]);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr.split('\n')[0]).toBe(`error: ${message}`);
    expect(stderr.split('\n')[1]).toContain(`  do     ${hint}`);
  });

  test.each(shells)('%s prints a script, and nothing else', async (shell) => {
    const { stdout, stderr, exitCode } = await runCli(['completion', shell]);
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    expect(stdout.split('\n').slice(0, 2).join(' ')).toContain(`Completion of dbos for ${shell}`);
    expect(await runCli(['completion', '--color', 'never', shell])).toMatchObject({ stdout, exitCode: 0 });
  });
});

test('places are those that the commands make: each group, and each command under all its names', () => {
  const paths = placesOf(manual()).map((place) => place.paths.map((path) => path.join(' ')));
  expect(paths).toContainEqual(['postgres', 'pg']);
  expect(paths).toContainEqual(['postgres stop', 'pg stop']);
  expect(paths[0]).toEqual(['']);
});

describe('the scripts', () => {
  const place = (flag: Flag): readonly Place[] => [{ paths: [['run']], words: [], flags: [flag], argument: null }];
  const scripts = [bashScript, zshScript, fishScript];

  test('have a new flag and its values by themselves', () => {
    const flag: Flag = { names: '-n,--new', value: 'KIND', about: `a 'new' [kind]: \\x`, values: ['first', 'second'] };
    for (const script of scripts) expect(script(place(flag))).toMatch(/new.*first.second/s);
    expect(zshScript(place(flag))).toContain(String.raw`--new=[a '\''new'\'' \[kind\]\: \\x]:KIND:(first second)`);
    expect(fishScript(place(flag))).toContain(String.raw`-d 'a \'new\' [kind]: \\x'`);
  });

  test.each(['a b', '$(x)', "it's", 'a|b', '*', ''])(
    'refuse %j for a word, which a shell could take for another',
    (word) => {
      const flag: Flag = { names: '--new', value: 'KIND', about: '', values: [word] };
      for (const script of scripts) expect(() => script(place(flag))).toThrow('is no plain word');
    },
  );
});

describe('flags whose values are a few words', () => {
  const closed = Object.entries<Flag>(flags).filter(([, { values }]) => values !== undefined);

  test.each(closed)('%s names each of them in its help', (_, { about, values = [] }) => {
    expect(values.filter((value) => !about.split(/[^\w-]+/).includes(value))).toEqual([]);
  });

  test('are told apart in the help, where several have one name', async () => {
    const [history, migrate] = await Promise.all(['history', 'migrate'].map((command) => runCli([command, '--help'])));
    expect(history?.stdout).toMatch(/^ {2}--format FORMAT +text or json$/m);
    expect(migrate?.stdout).toMatch(/^ {2}--format FORMAT +text, json, sql, diff/m);
  });
});
