import type { Readable, Writable } from 'node:stream';
import type { Paint } from '../report/plan-text.ts';

const codes = { green: 32, yellow: 33, red: 31, bold: 1, dim: 2 } as const;

/** Colour on a terminal, none in a pipe or with NO_COLOR. https://no-color.org */
export function painter(stream: Writable, environment: Readonly<Record<string, string | undefined>>): Paint {
  const colourful = isTerminal(stream) && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return colourful
    ? (colour, text) => text.replaceAll(/[^\n]+/g, `\u001b[${codes[colour]}m$&\u001b[0m`)
    : (_, text) => text;
}

export const isTerminal = (stream: Readable | Writable): boolean => 'isTTY' in stream && stream.isTTY === true;

/**
 * Asks on the terminal; true for `y` and `yes` only, and false when the input ends or is interrupted.
 * The terminal edits the line itself, so that nothing but the question is written.
 */
export async function confirm(question: string, input: Readable, output: Writable): Promise<boolean> {
  const { createInterface } = await import('node:readline');
  const reader = createInterface({ input, output, terminal: false });
  const stop = (): void => reader.close();
  process.once('SIGINT', stop);
  const answer = await new Promise<string | null>((resolve) => {
    reader.question(question, resolve);
    reader.once('close', () => resolve(null));
  });
  process.off('SIGINT', stop);
  reader.close();
  if (answer === null) output.write('\n');
  return /^y(?:es)?$/i.test(answer?.trim() ?? '');
}
