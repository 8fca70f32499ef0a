import { constants } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import type { ExecaError, Options, Result } from 'execa';

type Variables = Readonly<Record<string, string | undefined>>;

export interface ShellOptions {
  /** Absolute; must exist. */
  readonly directory: string;
  /** Added to this process's own environment; undefined takes a variable away. */
  readonly environment: Variables;
}

export interface ProgramOptions {
  /** All of it: the program inherits nothing else, and is looked for on the PATH that stands here. */
  readonly environment: Variables;
  /** The stream that is passed on to this process's stderr while the program runs; both are captured otherwise. */
  readonly show?: 'stdout' | 'stderr' | null | undefined;
  /** Milliseconds; the program is killed when they have passed. */
  readonly timeout?: number | undefined;
  /** Aborted, it kills the program. */
  readonly signal?: AbortSignal | undefined;
}

/** How a process ended. */
interface End {
  /** Null where a signal ended it, or where it could not be started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly failure: (Error & { readonly code?: string | undefined }) | null;
}

/** The exit code as a shell tells it: 128 and the signal's number where a signal ended the process, 127 where it never was. */
export const exitCodeOf = ({ exitCode, signal }: End): number =>
  exitCode ?? (signal === null ? 127 : 128 + constants.signals[signal]);

/** How a command line of the shell ended. */
export interface ProcessEnd extends End {
  /** The signal that this process got while the other ran, and that the other got too. */
  readonly forwarded: NodeJS.Signals | null;
}

/** How a program ended, and what it printed. */
export interface ProgramEnd extends End {
  /** Without the line break at the end; empty for a stream of which nothing was captured. */
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * Runs a program with its arguments as they are, without a shell and without input, and waits for its end.
 * @returns how it ended, whatever that was
 * @throws the signal's reason once that is aborted
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { environment, show = null, timeout, signal }: ProgramOptions,
): Promise<ProgramEnd> {
  signal?.throwIfAborted();
  const result = await launch(program, args, {
    env: { ...environment },
    extendEnv: false,
    stdin: 'ignore',
    // A program that draws its progress on a terminal must see it: a copy of what it prints cannot be kept then.
    stdout: show === 'stdout' ? process.stderr : 'pipe',
    stderr: show === 'stderr' ? ['inherit', 'pipe'] : 'pipe',
    ...(timeout === undefined ? {} : { timeout }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  return { ...endOf(result), stdout: textOf(result.stdout), stderr: textOf(result.stderr), timedOut: result.timedOut };
}

const textOf = (output: Result['stdout']): string => (typeof output === 'string' ? output : '');

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The terminal sends the others to its whole foreground group: passed on, the command would get them twice. */
const NOT_OF_TERMINAL = ['SIGTERM'] as const;

/** How long, in milliseconds, what a stopped shell leaves behind may take to clean up. */
const GRACE = 10_000;
const POLL = 20;

/**
 * Runs a command line in the system's shell with input and output of this process, and waits for its end.
 *
 * Without a terminal it gets a process group of its own, so that a signal reaches the programs that the shell started,
 * once: the shell does not pass one on, and may die of it before they have. Therefore a group that got a signal is
 * waited for as a whole. On a terminal it stays in our group: in one of its own (Node makes a session of its own of it)
 * a program that asks for a password on /dev/tty would have no terminal.
 */
export async function runInShell(command: string, { directory, environment }: ShellOptions): Promise<ProcessEnd> {
  const hasGroup = process.platform !== 'win32' && !isatty(0);
  const passedOn: readonly NodeJS.Signals[] = hasGroup ? SIGNALS : NOT_OF_TERMINAL;
  let target: number | undefined;
  let forwarded: NodeJS.Signals | null = null;
  const forward = (signal: NodeJS.Signals): void => {
    forwarded = signal;
    if (target !== undefined && passedOn.includes(signal)) sendSignal(target, signal);
  };
  // Before the start: a signal in between would end this process and leave the other one behind.
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    const result = await launch(
      command,
      [],
      { shell: true, cwd: directory, env: { ...environment }, stdio: 'inherit', buffer: false, detached: hasGroup },
      (pid) => (target = hasGroup ? -pid : pid),
    );
    if (forwarded !== null && target !== undefined) await allEnded(target);
    return { ...endOf(result), forwarded };
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
}

/** @param onStart told the id of the process as soon as it has one */
async function launch(
  file: string,
  args: readonly string[],
  options: Options,
  onStart?: (pid: number) => void,
): Promise<Result | ExecaError> {
  const { execa } = await import('execa');
  const child = execa(file, args, { ...options, reject: false });
  if (child.pid !== undefined) onStart?.(child.pid);
  return child;
}

function endOf(result: Result | ExecaError): End {
  const { exitCode = null, signal = null } = result;
  const isStarted = exitCode !== null || signal !== null;
  return { exitCode, signal, failure: isStarted || !(result instanceof Error) ? null : (result as ExecaError) };
}

/**
 * Signal 0 only asks.
 * @param target a process, or the negative of a group
 * @returns true if it is still there
 */
function sendSignal(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}

async function allEnded(target: number): Promise<void> {
  const deadline = Date.now() + GRACE;
  while (sendSignal(target, 0) && Date.now() < deadline) await setTimeout(POLL);
}
