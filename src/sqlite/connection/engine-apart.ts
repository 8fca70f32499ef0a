import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Row } from '../../model/dialect.ts';
import { DriverError } from './driver.ts';
import { type Engine, isCommit } from './engine.ts';

/** What the process is asked, and what it answers: one answer a question. */
export type Question = { readonly sql: string } | { readonly close: true };
export type Answer = { readonly inTransaction: boolean } & (
  | { readonly rows: readonly Row[] }
  | { readonly message: string; readonly code: string; readonly isPartial: boolean }
);

/** The program of the process stands beside this file, in the package as in its sources. */
const program = fileURLToPath(new URL(`./engine-process${extname(import.meta.url)}`, import.meta.url));

/** As a source it needs what makes JavaScript of the sources; no other flag of this process is for it. */
const hooks = program.endsWith('.ts')
  ? process.execArgv.filter((flag, i, flags) => flag === '--import' || flags[i - 1] === '--import')
  : [];

/** Whether the program is there: who bundles the library once more may have left it behind. */
export const canRunApart = (): boolean => existsSync(program);

/** Milliseconds that a process that was killed may take to end: the system may still be writing for it. */
const patience = 1_000;

/** Milliseconds that an abort waits for a COMMIT that runs: cut off, it leaves nobody who knows whether it was done. */
const commitPatience = 5_000;

/**
 * The driver in a process of its own, which an abort ends in the middle of a statement: nothing else can, since the
 * driver has no way to interrupt one, and a thread cannot be ended before its call into the engine returns. What was not
 * committed is rolled back by the next one that opens the file. https://www.sqlite.org/lockingv3.html#hot_journals
 */
export function engineApart(path: string, timeout: number, signal: AbortSignal): Engine {
  const child = start(path, timeout);
  let inTransaction = false;
  let waiting: ((answer: Answer) => void) | null = null;
  let commit: Promise<unknown> = Promise.resolve();
  const answered = (answer: Answer): void => {
    ({ inTransaction } = answer);
    waiting?.(answer);
    waiting = null;
  };
  const ended = endOf(child, signal, () => commit).then((why) => {
    const answer = { inTransaction: false, message: why, code: 'PROCESS_ENDED', isPartial: true };
    answered(answer);
    return answer;
  });
  child.on('message', answered);

  const ask = (question: Question): Promise<Answer> =>
    Promise.race([
      ended,
      new Promise<Answer>((resolve) => {
        waiting = resolve;
        // A process that is no more is heard of by its end.
        child.send(question, () => {});
      }),
    ]);

  return {
    get inTransaction() {
      return inTransaction;
    },
    async run(sql) {
      const asked = ask({ sql });
      if (isCommit(sql)) commit = asked;
      return rowsOf(await asked);
    },
    async close() {
      await ask({ close: true });
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function rowsOf(answer: Answer): readonly Row[] {
  if ('rows' in answer) return answer.rows;
  throw new DriverError(answer.message, answer);
}

/**
 * Without the terminal of this one, whose Ctrl-C it would get too. The pipe to its input is what tells it that this one
 * is gone, however that came to its end.
 */
function start(path: string, timeout: number): ChildProcess {
  return spawn(process.execPath, [...hooks, program, path, String(timeout)], {
    stdio: ['pipe', 'ignore', 'ignore', 'ipc'],
    serialization: 'advanced',
    detached: true,
    windowsHide: true,
  });
}

/**
 * Ends the process with the signal, once the last COMMIT is over.
 * @returns why it has ended, once it has, and nothing of it keeps this one
 */
async function endOf(child: ChildProcess, signal: AbortSignal, commit: () => Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  let stop = async (): Promise<void> => {};
  try {
    return await new Promise<string>((resolve) => {
      stop = async () => {
        await Promise.race([commit(), sleep(commitPatience, undefined, { ref: false })]);
        child.kill('SIGKILL');
        timer = setTimeout(() => resolve('it takes long to end'), patience);
      };
      signal.addEventListener('abort', stop);
      child.on('error', (error) => resolve(`the process that works on the file cannot be started: ${error.message}`));
      child.once('close', (code, by) => resolve(`the process that works on the file has ended (${by ?? code})`));
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    letGo(child);
  }
}

function letGo(child: ChildProcess): void {
  child.stdin?.destroy();
  if (child.connected) child.disconnect();
  child.unref();
}
