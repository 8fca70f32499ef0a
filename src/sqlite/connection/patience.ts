import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, DriverError } from './driver.ts';

export interface Patience {
  /** Milliseconds to wait in all for another process that keeps the file locked. */
  readonly limit: number;
  readonly signal: AbortSignal | undefined;
  /** Told once, when waiting has become long. */
  readonly onLong: () => void;
}

/** Milliseconds after which a wait is long. */
const long = 2_000;

/**
 * Tries again and again what another process's lock keeps from being done, with pauses in which an abort is heard.
 * SQLite's own waiting would stop the whole program for as long. https://www.sqlite.org/c3ref/busy_timeout.html
 * @throws the error of the last try when the limit is over
 * @throws the signal's reason once that is aborted
 */
export async function untilFree<T>(attempt: () => Promise<T>, { limit, signal, onLong }: Patience): Promise<T> {
  const start = performance.now();
  let isTold = false;
  for (let pause = 50; ; pause = Math.min(pause * 2, 500)) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const waited = performance.now() - start;
      if (!isBusy(error) || waited >= limit) throw error;
      if (waited >= long && !isTold) onLong();
      isTold ||= waited >= long;
      // An abort ends the pause; what it throws is the signal's reason, above.
      await sleep(Math.min(pause, limit - waited), undefined, { signal }).catch(() => {});
    }
  }
}

/** What was done in part is not done again. */
const isBusy = (error: unknown): boolean =>
  codeOf(error).startsWith('SQLITE_BUSY') && !(error instanceof DriverError && error.isPartial);
