import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { shells, type Shell } from '../../src/cli/completion/shell.ts';
import { bareEnvironment, runCli } from '../support/cli.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { testOnTerminal } from '../support/terminal.ts';
import { offersFromFpath, offersOf, testIn } from './completing.ts';

const temporaryDirectory = temporaryDirectories();

const groups: Readonly<Record<string, readonly string[]>> = {
  dbos: ['completion', 'doctor', 'help', 'history', 'migrate', 'pg', 'postgres', 'reset', 'start'],
  'dbos postgres': ['start', 'status', 'stop', 'url'],
  'dbos pg': ['start', 'status', 'stop', 'url'],
  'dbos help': ['completion', 'doctor', 'history', 'migrate', 'pg', 'postgres', 'reset', 'start'],
  'dbos help pg': ['start', 'status', 'stop', 'url'],
};

/** What each flag takes that takes one of a few values. */
const values: Readonly<Record<string, readonly string[]>> = {
  '--color': ['always', 'auto', 'never'],
  '--dialect': ['cockroachdb', 'postgres', 'sqlite'],
  '--introspect': ['information_schema', 'pg_catalog'],
  'migrate --format': ['diff', 'github', 'json', 'markdown', 'sql', 'text'],
  'doctor --format': ['json', 'text'],
  'history --format': ['json', 'text'],
  '--allow': ['data-loss'],
};

interface Helped {
  /** Without the program: `postgres start`. */
  readonly command: string;
  readonly flags: readonly { readonly names: readonly string[]; readonly value: string | null }[];
}

/** What the help says of each command, the aliases of the group among them. */
let commands: readonly Helped[];
const scripts = new Map<Shell, string>();

beforeAll(async () => {
  const { stdout } = await runCli(['help']);
  const named = [...stdout.matchAll(/^ {2}dbos ((?:\w+ )+)\[/gm)].map(([, words = '']) => words.trim());
  const all = named.flatMap((name) => [
    name,
    ...(name.startsWith('postgres ') ? [name.replace('postgres', 'pg')] : []),
  ]);
  commands = await Promise.all(all.map(async (command) => ({ command, flags: await flagsOf(command) })));
  for (const shell of shells) {
    const { stdout: script, stderr, exitCode } = await runCli(['completion', shell]);
    expect([stderr, exitCode]).toEqual(['', 0]);
    scripts.set(shell, script);
  }
});

async function flagsOf(command: string): Promise<Helped['flags']> {
  const { stdout } = await runCli([...command.split(' '), '--help']);
  const options = /^Options\n([^]*?)^\S/m.exec(stdout)?.[1] ?? '';
  return [...options.matchAll(/^ {2}(-\S+)(?: ([A-Z]+))?/gm)].map(([, names = '', value = null]) => ({
    names: names.split(','),
    value,
  }));
}

/** What is offered behind each line, as the files `plan.json` and `prod.yaml` lie there. */
function offers(shell: Shell, lines: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const cwd = temporaryDirectory({ 'plan.json': '', 'prod.yaml': '' });
  const found = offersOf(shell, { cwd, script: scripts.get(shell) ?? '', lines });
  return Object.fromEntries(lines.map((line, i) => [line, found[i] ?? []]));
}

const valuesOf = (command: string, name: string, value: string): readonly string[] => {
  if (value === 'FILE') return ['plan.json', 'prod.yaml'];
  return values[`${command} ${name}`] ?? values[name] ?? [];
};

describe.each(shells)('%s', (shell) => {
  const testHere = testIn(shell);

  testHere('completes commands, and those of groups', () => {
    const asked = Object.keys(groups).map((group) => `${group} `);
    expect(offers(shell, asked)).toEqual(
      Object.fromEntries(Object.entries(groups).map(([g, words]) => [`${g} `, words])),
    );
    expect(offers(shell, ['dbos mi', 'dbos pg st', 'dbos -', 'dbos pg -'])).toEqual({
      'dbos mi': ['migrate'],
      'dbos pg st': ['start', 'status', 'stop'],
      'dbos -': ['--help', '--version', '-V', '-h', '-v'],
      'dbos pg -': ['--help', '-h'],
    });
  });

  testHere('completes each flag that the help of a command has, and no other', () => {
    expect(commands.length).toBeGreaterThan(10);
    const expected = commands.map(({ command, flags }) => [
      `dbos ${command} -`,
      [...flags.flatMap(({ names }) => names), '-h', '--help'].toSorted(),
    ]);
    expect(
      offers(
        shell,
        expected.map(([line]) => line as string),
      ),
    ).toEqual(Object.fromEntries(expected));
  });

  testHere(
    'completes values that are one of a few, files where one is named, and nothing for names, URLs and passwords',
    () => {
      const expected = commands.flatMap(({ command, flags }) =>
        flags.flatMap(({ names, value }) =>
          value === null
            ? []
            : names.flatMap((name) => {
                const those = valuesOf(command.replace('pg', 'postgres'), names.at(-1) ?? '', value);
                return [`${name} `, ...(name.startsWith('--') ? [`${name}=`] : [])].map((text) => [
                  `dbos ${command} ${text}`,
                  text.startsWith('--color') ? values['--color'] : those,
                ]);
              }),
        ),
      );
      expect(expected.length).toBeGreaterThan(80);
      expect(
        offers(
          shell,
          expected.map(([line]) => line as string),
        ),
      ).toEqual(Object.fromEntries(expected));
    },
  );

  testHere('completes what was begun, wherever it stands, and no flag a second time', () => {
    const expected = {
      'dbos migrate --format=j': ['json'],
      'dbos migrate --format m': ['markdown'],
      'dbos migrate --adopt table:dbos.x --fo': ['--format'],
      'dbos migrate -s postgresql://u:p@h:5432/db?a=b --fo': ['--format'],
      'dbos migrate --sys-db-url=postgresql://u:p@h/db --dial': ['--dialect'],
      'dbos migrate --format json --fo': [],
      'dbos migrate --format=json --fo': [],
      'dbos reset -s x --sys': [],
      'dbos reset -y --y': [],
      'dbos migrate --allow data-loss --al': ['--allow'],
      'dbos migrate --config pr': ['prod.yaml'],
      'dbos migrate --out=pl': ['plan.json'],
      'dbos postgres start --password mi': [],
    };
    expect(offers(shell, Object.keys(expected))).toEqual(expected);
  });

  testHere('completes the shells, once', () => {
    expect(offers(shell, ['dbos completion ', 'dbos completion --color auto z', 'dbos completion zsh b'])).toEqual({
      'dbos completion ': ['bash', 'fish', 'zsh'],
      'dbos completion --color auto z': ['zsh'],
      'dbos completion zsh b': [],
    });
  });

  testHere('offers nothing where nothing can stand', () => {
    const lines = [
      'dbos x ',
      'dbos --version ',
      'dbos migrate x',
      'dbos help migrate ',
      'dbos pg stop x',
      'dbos postgres x -',
    ];
    expect(offers(shell, lines)).toEqual(Object.fromEntries(lines.map((line) => [line, []])));
  });
});

describe('the script for bash', () => {
  testOnTerminal('works under the keys of an operator, where bash itself cuts the words', () => {
    const cwd = temporaryDirectory({ script: scripts.get('bash') ?? '', 'my plan.json': '' });
    const keys = [
      'source ./script; dbos() { printf "[%s]" "$@"; echo; }',
      'dbos mig\t--adopt table:dbos.x -s postgresql://u:p@h/db --form\tma\t',
      'dbos migrate --format=js\t--ou\t./my\t',
      'dbos postgres start --password my\t',
      'exit',
    ];
    const { stdout, status } = spawnSync(
      'script',
      ['--quiet', '--return', '--command', 'bash --norc --noprofile -i', '/dev/null'],
      {
        cwd,
        env: { ...bareEnvironment(), SHELL: '/bin/sh', TERM: 'dumb', HOME: cwd },
        encoding: 'utf8',
        input: keys.map((line) => `${line}\n`).join(''),
        timeout: 30_000,
      },
    );
    expect({ stdout, status }).toMatchObject({ status: 0 });
    expect(stdout.match(/^\[.*\]/gm)).toEqual([
      '[migrate][--adopt][table:dbos.x][-s][postgresql://u:p@h/db][--format][markdown]',
      '[migrate][--format=json][--out][./my plan.json]',
      '[postgres][start][--password][my]',
    ]);
  });

  test('has nothing that bash 3.2 does not know', () => {
    const newer =
      /\b(?:mapfile|readarray|coproc)\b|\b(?:declare|local|typeset) -[Agn]|\$\{[^}]*(?:[,^]{1,2}|@[A-Z])\}|&>>|\|&|;&|\[-\d+\]|\$\{\w+:\s*-/;
    expect(scripts.get('bash')).not.toMatch(newer);
    for (const text of ['local -n a', '${a,,}', '${a[-1]}', 'declare -A b', 'x |& y']) expect(text).toMatch(newer);
  });
});

describe('the script for zsh', () => {
  testIn('zsh')('is taken from a directory of fpath too', () => {
    const cwd = temporaryDirectory();
    const lines = ['dbos mi', 'dbos migrate --format=j', 'dbos mi'];
    const found = offersFromFpath({ cwd, script: scripts.get('zsh') ?? '', lines });
    expect(found).toEqual([['migrate'], ['json'], ['migrate']]);
  });

  testIn('zsh')('says nothing where there is no compinit, whatever is set', () => {
    const cwd = temporaryDirectory({ script: scripts.get('zsh') ?? '' });
    const program = 'setopt nounset ksh_arrays err_exit sh_word_split; source ./script; print done';
    const ran = spawnSync('zsh', ['-f', '-c', program], { cwd, env: bareEnvironment(), encoding: 'utf8' });
    expect(ran).toMatchObject({ stdout: 'done\n', stderr: '', status: 0 });
  });
});
