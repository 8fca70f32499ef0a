import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from '@jest/globals';
import { bareEnvironment, programPath } from './cli.ts';

/** util-linux's `script` runs a command on a terminal of its own and passes on its exit code. */
const hasScript = String(spawnSync('script', ['--version']).stdout).includes('util-linux');
if (!hasScript) process.stderr.write('no `script` of util-linux here: tests on a terminal are skipped\n');

/** A test that needs a terminal. */
export const testOnTerminal = hasScript ? test : test.skip;

export interface TerminalOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Keys to press once the text stands on the screen. */
  readonly answer?: { readonly to: string; readonly keys: string };
  /** Where the shell sends its output, the terminal otherwise. */
  readonly stdoutTo?: string;
}

/** Runs the built program on a terminal. @returns what stands on it, with plain line ends. */
export async function runOnTerminal(
  args: readonly string[],
  { cwd, env, answer, stdoutTo }: TerminalOptions = {},
): Promise<{ readonly screen: string; readonly exitCode: number | null }> {
  const words = [process.execPath, programPath(), ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  // The shell would get the signals of the terminal too.
  const command = ['exec', ...words, ...(stdoutTo === undefined ? [] : [`> '${stdoutTo}'`])].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { ...bareEnvironment(), SHELL: '/bin/sh', TERM: 'xterm', ...env },
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  let screen = '';
  let isAnswered = false;
  child.stdout.on('data', (data: Buffer) => {
    screen += data.toString();
    if (answer === undefined || isAnswered || !screen.includes(answer.to)) return;
    isAnswered = true;
    child.stdin.write(answer.keys);
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { screen: screen.replaceAll('\r\n', '\n'), exitCode };
}
