import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits before something is tried again.
 * @param milliseconds how long
 * @throws the signal's reason once that is aborted
 */
export async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
