import type { Writable } from 'node:stream';
import type { EndingSignal } from './interruption.ts';

/** Milliseconds after which a call that has not come back is given up, when everything else is done. */
const PATIENCE = 1_000;

/** What Node calls a call to the file system that has not come back. */
const CALLS: ReadonlySet<string> = new Set(['FSReqPromise', 'FSReqCallback']);

/** Whether a call to the file system has not come back, as one to a file system over a network that does not answer. */
export const isHeld = (): boolean => process.getActiveResourcesInfo().some((name) => CALLS.has(name));

/**
 * Ends the process by a signal, which is the only way while it is held: Node waits for the thread of the call on every
 * other, `process.exit` among them.
 */
export function endBy(signal: EndingSignal | 'SIGKILL'): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/**
 * Sees to it that the process ends when its work is done: by the signal where it is held, once all is said, and
 * otherwise by itself.
 */
export function endInTime(signal: EndingSignal | 'SIGKILL', streams: readonly Writable[]): void {
  const look = (): void => {
    if (isHeld() && streams.every(({ writableLength }) => writableLength === 0)) endBy(signal);
  };
  setInterval(look, PATIENCE).unref();
}
