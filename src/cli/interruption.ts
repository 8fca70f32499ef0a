import type { DialectName } from '../model/dialect.ts';
import type { Segment } from '../model/plan.ts';
import type { SegmentEvent } from '../operations/request.ts';

/** The signals by which an operator, a terminal or a supervisor ends a run, with the exit codes that shells give them. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export type EndingSignal = keyof typeof exitCodes;

export const endingSignals = Object.keys(exitCodes) as readonly EndingSignal[];

/** Why a run was aborted: the signal that the program got. */
export class Interrupted extends Error {
  readonly signal: EndingSignal;

  constructor(signal: EndingSignal) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
    this.signal = signal;
  }

  get exitCode(): number {
    return exitCodes[this.signal];
  }
}

/** How far a run came, told by its own events. */
export class Progress {
  readonly #done = new Map<string, number>();
  readonly #of = new Map<string, number>();
  readonly #times = new Map<Segment, number>();
  #running: SegmentEvent | null = null;
  #since = 0;

  readonly listen = (event: SegmentEvent): void => {
    const { database, state, of, segment } = event;
    this.#of.set(database, of);
    this.#running = state === 'begins' ? event : null;
    if (state === 'begins') {
      this.#since = performance.now();
      return;
    }
    this.#times.set(segment, performance.now() - this.#since);
    this.#done.set(database, (this.#done.get(database) ?? 0) + 1);
  };

  /** Milliseconds that a segment took; null for one that was not run. */
  readonly took = (segment: Segment): number | null => this.#times.get(segment) ?? null;

  /** What stands in the databases when a run is broken off here. */
  standing(): string {
    const [done, all] = [sum(this.#done), sum(this.#of)];
    if (done === 0 && this.#running === null) return 'nothing was changed';
    return `${brokenOff(this.#running)}${done} of ${Math.max(all, done)} are done; run it again to finish`;
  }
}

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);

/**
 * What undoes a transaction: a server, which was waited for; or what SQLite has written beside the file, to which whoever
 * opens that next goes back. https://www.sqlite.org/lockingv3.html#hot_journals
 */
const undone: { readonly [D in DialectName]: string } = {
  postgres: 'the running segment was rolled back, ',
  sqlite: 'the journal rolls the running segment back when the file is opened next, ',
};

/** What commits by itself, as a copy in batches does, keeps what it had done. */
function brokenOff(running: SegmentEvent | null): string {
  if (running === null) return '';
  return running.segment.transaction
    ? undone[running.dialect]
    : 'the running statement was stopped, and what it had committed stays; ';
}
