import { setTimeout } from 'node:timers/promises';
import { isatty } from 'node:tty';
import type { ExecaError, Result } from 'execa';

export interface ProcessOptions {
  /** Absolute; must exist. */
  readonly directory: string;
  /** Added to this process's own environment; undefined takes a variable away. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** How a process ended. */
export interface ProcessEnd {
  /** Null where a signal ended it, or where it could not be started. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The signal that this process got while the other ran, and that the other got too. */
  readonly forwarded: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly failure: Error | null;
}

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
export async function runInShell(command: string, options: ProcessOptions): Promise<ProcessEnd> {
  const { execa } = await import('execa');
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
    const child = execa(command, {
      shell: true,
      cwd: options.directory,
      env: { ...options.environment },
      stdio: 'inherit',
      buffer: false,
      reject: false,
      detached: hasGroup,
    });
    if (child.pid !== undefined) target = hasGroup ? -child.pid : child.pid;
    const result = await child;
    if (forwarded !== null && target !== undefined) await allEnded(target);
    return { ...endOf(result), forwarded };
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
  }
}

function endOf(result: Result | ExecaError): Omit<ProcessEnd, 'forwarded'> {
  const { exitCode = null, signal = null } = result;
  const isStarted = exitCode !== null || signal !== null;
  return { exitCode, signal, failure: isStarted || !(result instanceof Error) ? null : result };
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
