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
  #done = 0;
  #of = 0;
  #isRunning = false;

  readonly listen = ({ state, of }: SegmentEvent): void => {
    this.#of = Math.max(this.#of, of);
    this.#isRunning = state === 'begins';
    if (state === 'is done') this.#done += 1;
  };

  /** What stands in the databases when a run is broken off here. */
  standing(): string {
    if (this.#done === 0 && !this.#isRunning) return 'nothing was changed';
    const rolledBack = this.#isRunning ? 'the running segment was rolled back, ' : '';
    return `${rolledBack}${this.#done} of ${Math.max(this.#of, this.#done)} are done; run it again to finish`;
  }
}
