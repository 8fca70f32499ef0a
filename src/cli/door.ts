import type { Writable } from 'node:stream';
import { printable } from '../secrets/printable.ts';
import { isTerminal } from './terminal.ts';

/** The sequences that `painter` sends. Everything else that acts on a terminal comes from outside. */
const ours = new RegExp(String.raw`\u{1b}\[(?:0|1|2|31|32|33)m`, 'gu');

/**
 * The one way to a stream of the operator: whatever is in a name, an argument or a server's message is shown and acts
 * on no terminal.
 */
export function say(stream: Writable, text: string): void {
  stream.write(harmless(text));
}

/** The same for what another program reads, as SQL and JSON: into a pipe or a file it goes as it is. */
export function sayExactly(stream: Writable, text: string): void {
  stream.write(isTerminal(stream) ? harmless(text) : text);
}

/** Writes the line anew in which the cursor stands, or takes it away: for a terminal. */
export function redraw(stream: Writable, line: string): void {
  stream.write(`\r\u{1b}[2K${harmless(line)}`);
}

/** The text with all but our own colours made visible. */
function harmless(text: string): string {
  const sequences = text.match(ours) ?? [];
  return text
    .split(ours)
    .map((part, i) => printable(part) + (sequences[i] ?? ''))
    .join('');
}
