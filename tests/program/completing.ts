import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { type Shell, shells } from '../../src/cli/completion/shell.ts';
import { bareEnvironment } from '../support/cli.ts';

/** How a shell is asked what it would offer. */
interface Asking {
  /** A directory of its own, in which the shell stands. */
  readonly cwd: string;
  readonly script: string;
  /** Command lines up to the cursor. */
  readonly lines: readonly string[];
}

const has = (shell: Shell): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

const missing = shells.filter((shell) => !has(shell));
for (const shell of missing) process.stderr.write(`no ${shell} here: its tests of completion are skipped\n`);

/** A test that needs the shell. */
export function testIn(shell: Shell): typeof test | typeof test.skip {
  return missing.includes(shell) ? test.skip : test;
}

/**
 * What a shell offers behind each line, sorted; behind `--format=` without that.
 * @throws where the shell prints an error
 */
export function offersOf(shell: Shell, asking: Asking): readonly (readonly string[])[] {
  const answers = ask[shell](asking);
  if (answers.length !== asking.lines.length) throw new Error(`${answers.length} answers: ${answers.join('\n')}`);
  return answers.map(wordsOf);
}

const ask: { readonly [S in Shell]: (asking: Asking) => readonly string[] } = {
  bash: ({ cwd, script, lines }) =>
    linesOf(run(['bash', '--norc', '--noprofile', '-c', bashProgram, 'bash', ...lines.map(pieces)], cwd, { script })),
  fish: ({ cwd, script, lines }) => linesOf(run(['fish', '--no-config', '-c', fishProgram, ...lines], cwd, { script })),
  zsh: ({ cwd, script, lines }) => askZsh(cwd, lines, { script, load: 'source $MEANS/script' }),
};

/** The script in a directory of fpath, from where compinit takes it. */
export const offersFromFpath = ({ cwd, script, lines }: Asking): readonly (readonly string[])[] =>
  askZsh(cwd, lines, { _dbos: script, load: '' }).map(wordsOf);

const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1);

const wordsOf = (answer: string): readonly string[] => answer.split('\t').filter(Boolean).toSorted();

/** Runs a shell, with files in a directory of their own, which it finds in the variable MEANS. */
function run([program = '', ...args]: readonly string[], cwd: string, files: Readonly<Record<string, string>>): string {
  const means = mkdtempSync(join(tmpdir(), 'dbos-completion-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(means, name), text);
    const env = { ...bareEnvironment(), HOME: means, MEANS: means, LC_ALL: 'C.UTF-8', TERM: 'xterm' };
    const { stdout, stderr, status, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8', timeout: 60_000 });
    if (error !== undefined) throw error;
    if (status !== 0 || stderr !== '') throw new Error(`${program} ended with ${status}: ${stderr}\n${stdout}`);
    return stdout;
  } finally {
    rmSync(means, { recursive: true });
  }
}

/** A line as bash hands it over: cut at blanks, and at its other word breaks too. */
const pieces = (line: string): string =>
  line
    .split(' ')
    .flatMap((word) => (word === '' ? [''] : (word.match(/[:=@]+|[^:=@]+/g) ?? [])))
    .join('\t');

/** Strict settings, under which a slip ends the shell. */
const bashProgram = String.raw`
set -euo pipefail
source $MEANS/script
for line; do
  IFS=$'\t' read -r -a COMP_WORDS <<<"$line"
  case $line in *$'\t') COMP_WORDS+=('') ;; esac
  COMP_CWORD=$(("${'$'}{#COMP_WORDS[@]}" - 1))
  _dbos
  (IFS=$'\t'; printf '%s\n' "${'$'}{COMPREPLY[*]-}")
done
`;

const fishProgram = String.raw`
source $MEANS/script
source $MEANS/script
for line in $argv
    set -l found (complete -C $line | string replace -r '\t.*' '' | string replace -r '^--[^=]*=' '')
    string join \t -- $found ''
end
exit 0
`;

/** Zsh completes on a terminal only: one that zsh itself makes, on which a key asks for the offers of all lines. */
const askZsh = (cwd: string, lines: readonly string[], files: Readonly<Record<string, string>>): readonly string[] =>
  linesOf(run(['zsh', '-f', '-c', zshProgram], cwd, { ...files, setup: zshSetup, lines: lines.join('\n') }));

const zshProgram = String.raw`
zmodload zsh/zpty
zpty shell 'zsh -f -i'
zpty -w shell 'source $MEANS/setup'
zpty -r -m shell screen '*READY*'
zpty -w -n shell $'\x18'
zpty -r -m shell screen '*FINISHED*'
zpty -d shell
cat $MEANS/answers
`;

/** The real builtin adds the offers; what it was given is kept. */
const zshSetup = String.raw`
fpath=($MEANS $fpath)
autoload -Uz compinit
compinit -u -D
source $MEANS/load
compadd() {
  local -a those_offered
  if [[ " ${'$'}{(j: :)@[1,(i)(-|--)]} " != *' -'[AOD]' '* ]]; then
    builtin compadd -O those_offered "$@"
    all_offered+=("${'$'}{those_offered[@]}")
  fi
  builtin compadd "$@"
}
zle -C list-offers .list-choices _main_complete
answer() {
  local line
  typeset -ga all_offered
  for line in "${'$'}{(@f)$(<$MEANS/lines)}"; do
    all_offered=()
    BUFFER=$line CURSOR=$#line
    zle list-offers
    print -r -- "${'$'}{(pj:\t:)all_offered}" >>$MEANS/answers
  done
  BUFFER=
  print FINISHED
}
zle -N answer
bindkey '^X' answer
print READY
`;
