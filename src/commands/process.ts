import { setTimeout } from 'node:timers/promises';

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
  /** The signal that this process got, and passed on, while the other ran. */
  readonly forwarded: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly failure: Error | null;
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const IS_WINDOWS = process.platform === 'win32';

/** How long, in milliseconds, what a stopped shell leaves behind may take to clean up. */
const GRACE = 10_000;
const POLL = 20;

/**
 * Runs a command line in the system's shell with input and output of this process, and waits for its end.
 *
 * It gets a process group of its own, so that a signal reaches the programs that the shell started, once: the shell does
 * not pass one on, and may die of it before they have. Therefore a group that got a signal is waited for as a whole.
 */
export async function runInShell(command: string, options: ProcessOptions): Promise<ProcessEnd> {
  const { execa } = await import('execa');
  let leader: number | undefined;
  let forwarded: NodeJS.Signals | null = null;
  const forward = (signal: NodeJS.Signals): void => {
    forwarded = signal;
    if (leader !== undefined) sendSignal(leader, signal);
  };
  // Before the start: a signal in between would end this process and leave the other one behind.
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    const child = execa(command, {
      shell: true,
      cwd: options.directory,
      env: { ...options.environment },
      stdio: 'inherit',
      buffer: false,
      reject: false,
      detached: !IS_WINDOWS,
    });
    leader = child.pid;
    const result = await child;
    if (forwarded !== null && leader !== undefined) await groupEnded(leader);
    const started = result.exitCode !== undefined || result.signal !== undefined;
    return {
      exitCode: result.exitCode ?? null,
      signal: result.signal ?? null,
      forwarded,
      failure: started || !(result instanceof Error) ? null : result,
    };
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/** True if the group is still there. Signal 0 only asks. */
function sendSignal(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(IS_WINDOWS ? leader : -leader, signal);
  } catch {
    return false;
  }
}

async function groupEnded(leader: number): Promise<void> {
  const deadline = Date.now() + GRACE;
  while (sendSignal(leader, 0) && Date.now() < deadline) await setTimeout(POLL);
}
