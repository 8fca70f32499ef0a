import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds that it may take; a minute and a half where nothing is said. */
  readonly limit?: number;
}

/** A program that prints one JSON value a line; whatever else it prints is told when it fails. */
export interface Child {
  /** The next value that it prints. @throws Error with all its output when it ends before. */
  next(): Promise<unknown>;
  /** Lets it read a line. */
  goOn(): void;
  /** All values until it ends. @throws Error with all its output when it ends otherwise than well. */
  all(): Promise<readonly unknown[]>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

const runtime = fileURLToPath(new URL('../runtime/', import.meta.url));

/** A Node program among those in `runtime/`. */
export const nodeCommand = (file: string, args: readonly string[]): Command => ({
  program: process.execPath,
  args: [file, ...args],
  cwd: runtime,
  env: { NODE_OPTIONS: '' },
});

/** Starts a program with a bare environment. It does not outlive its time. */
export function start({ program, args, env, cwd = runtime, limit = 90_000 }: Command): Child {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(program, args, {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: limit,
    killSignal: 'SIGKILL',
  });
  const output: string[] = [];
  const values = valuesOf(child, output);
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const failure = (what: string): Error => new Error(`${program} ${args.join(' ')} ${what}:\n${output.join('\n')}`);
  return {
    async next() {
      const { value, done } = await values.next();
      if (done === true) throw failure('ended early');
      return value;
    },
    async all() {
      const found: unknown[] = [];
      for await (const value of values) found.push(value);
      const [code, signal] = await ended;
      if (code !== 0) throw failure(`ended with ${code ?? signal}`);
      return found;
    },
    goOn() {
      child.stdin.write('\n');
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function* valuesOf({ stdout, stderr }: ChildProcess, output: string[]): AsyncGenerator {
  stderr?.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  if (stdout === null) return;
  for await (const line of createInterface({ input: stdout })) {
    output.push(line);
    if (/^[[{]/.test(line)) yield JSON.parse(line);
  }
}

/** Runs a program to its end. */
export const run = (command: Command): Promise<readonly unknown[]> => start(command).all();
