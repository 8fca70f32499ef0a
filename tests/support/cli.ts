import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface CliOptions {
  readonly cwd?: string;
  /** Added to an environment that has nothing but what a program needs to run. */
  readonly env?: Readonly<Record<string, string>>;
  /** What stands in its input, which is no terminal. */
  readonly input?: string;
}

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const PROGRAM = fileURLToPath(new URL('../../dist/dbos.js', import.meta.url));
const TIME_LIMIT = 60_000;

/** Runs the built program. @throws where it is not built, takes longer than a minute or is ended by a signal. */
export const runCli = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  startCli(args, options).ended;

/** The same, with the running program to send signals to. */
export function startCli(
  args: readonly string[],
  options: CliOptions = {},
): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<CliResult> } {
  const child = spawn(process.execPath, [programPath(), ...args], {
    cwd: options.cwd,
    env: { ...bareEnvironment(), ...options.env },
    timeout: TIME_LIMIT,
    killSignal: 'SIGKILL',
  });
  // It may end before it has read its input.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  return { child, ended: resultOf(child, args) };
}

async function resultOf(child: ChildProcessWithoutNullStreams, args: readonly string[]): Promise<CliResult> {
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, string | null]>,
  ]);
  if (exitCode === null) throw new Error(`dbos ${args.join(' ')} ended by ${signal}\n${stdout}\n${stderr}`);
  return { stdout, stderr, exitCode };
}

/** @throws where the program is not built. */
export function programPath(): string {
  if (!existsSync(PROGRAM)) throw new Error('dist/dbos.js is missing: npm run build');
  return PROGRAM;
}

export function bareEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USER', 'TMPDIR'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
