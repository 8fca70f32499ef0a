import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../model/target.ts';

const codes = { green: 32, yellow: 33, red: 31, bold: 1, dim: 2 } as const;

/** Paints a text, or gives it back as it is. */
export type Painter = (colour: keyof typeof codes, text: string) => string;

/** When there is colour: `auto` leaves it to the stream and the environment. */
export const colourings = ['auto', 'always', 'never'] as const;

export type Colouring = (typeof colourings)[number];

/**
 * Colour on a terminal, none elsewhere. NO_COLOR takes it away everywhere, FORCE_COLOR and CLICOLOR_FORCE bring it to
 * pipes and files too. What somebody said on the command line counts before all of them.
 * https://no-color.org https://bixense.com/clicolors/ https://force-color.org
 */
export const painter = (stream: Writable, environment: Environment, colouring: Colouring = 'auto'): Painter =>
  colouring === 'always' || (colouring === 'auto' && isColourful(stream, environment))
    ? (colour, text) => text.replaceAll(/[^\n]+/g, `\u001b[${codes[colour]}m$&\u001b[0m`)
    : (_, text) => text;

function isColourful(stream: Writable, environment: Environment): boolean {
  if (environment['NO_COLOR']) return false;
  if (isOn(environment['FORCE_COLOR']) || isOn(environment['CLICOLOR_FORCE'])) return true;
  return isTerminal(stream) && environment['TERM'] !== 'dumb';
}

const isOn = (value: string | undefined): boolean => value !== undefined && !['', '0', 'false'].includes(value);

export const isTerminal = (stream: Readable | Writable): boolean => 'isTTY' in stream && stream.isTTY === true;

/** Where a question is asked. */
export interface Asking {
  readonly input: Readable;
  readonly output: Writable;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks on the terminal; true for `y` and `yes` only, and false when the input ends.
 * The terminal edits the line itself, so that nothing but the question is written.
 * @throws the signal's reason once that is aborted
 */
export async function confirm(question: string, { input, output, signal }: Asking): Promise<boolean> {
  const { createInterface } = await import('node:readline');
  const reader = createInterface({ input, output, terminal: false });
  const stop = (): void => reader.close();
  signal?.addEventListener('abort', stop);
  const answer = await new Promise<string | null>((resolve) => {
    reader.question(question, resolve);
    reader.once('close', () => resolve(null));
  });
  signal?.removeEventListener('abort', stop);
  reader.close();
  if (answer === null) output.write('\n');
  signal?.throwIfAborted();
  return /^y(?:es)?$/i.test(answer?.trim() ?? '');
}
