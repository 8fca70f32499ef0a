import type { Writable } from 'node:stream';
import type { Environment } from '../model/target.ts';
import type { SegmentEvent } from '../operations/request.ts';
import { listed, timeSpan } from '../report/words.ts';
import { redraw, say } from './door.ts';
import { isTerminal } from './terminal.ts';

/** Milliseconds after which a line on a terminal appears and changes, and after which a log gets another line. */
const pace = { terminal: 1_000, log: 10_000 } as const;

/**
 * Tells what runs for long: on a terminal in one line that lives as long as that, elsewhere in a line from time to time.
 */
export class Live {
  readonly #stream: Writable;
  readonly #isAlive: boolean;
  #timer: NodeJS.Timeout | undefined;
  #isShown = false;

  constructor(stream: Writable, environment: Environment) {
    this.#stream = stream;
    this.#isAlive = isTerminal(stream) && environment['TERM'] !== 'dumb';
  }

  /** Follows a segment from its beginning to its end. */
  readonly listen = (event: SegmentEvent): void => {
    this.stop();
    if (event.state === 'is done') return;
    const [since, what] = [performance.now(), segmentText(event)];
    const tell = (): void => this.#tell(`${wholeSeconds(performance.now() - since)}  ${what}`);
    this.#timer = setInterval(tell, this.#isAlive ? pace.terminal : pace.log).unref();
  };

  /** Takes the line away, before something else is printed. */
  clear(): void {
    if (this.#isShown) redraw(this.#stream, '');
    this.#isShown = false;
  }

  /** Says no more. */
  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #tell(text: string): void {
    if (!this.#isAlive) return say(this.#stream, `${text}\n`);
    // A terminal that does not know its width says 0.
    const columns = (this.#stream as { readonly columns?: number }).columns || 80;
    redraw(this.#stream, text.length < columns ? text : `${text.slice(0, columns - 2)}…`);
    this.#isShown = true;
  }
}

const wholeSeconds = (milliseconds: number): string => {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : timeSpan(seconds * 1000);
};

/** `System database, segment 2 of 3: index dbos.workflow_status.i` */
function segmentText({ database, number, of, segment }: SegmentEvent): string {
  const ids = new Set(segment.statements.flatMap(({ objects }) => objects));
  const names = [...ids].map((id) => id.replace(':', ' '));
  const which = of === 1 ? '' : `, segment ${number} of ${of}`;
  return `${database}${which}${names.length === 0 ? '' : `: ${listed(names, 2)}`}`;
}
