import { UserError } from '../model/errors.ts';
import { maskUrls } from '../secrets/mask-url.ts';
import type { Painter } from './terminal.ts';

/** An error as the operator reads it: what happened, where, what to do; the stack only with `--debug`. */
export function failureText(error: unknown, debug: boolean, paint: Painter): string {
  const lines = error instanceof UserError ? userErrorLines(error, paint) : unexpectedLines(error, debug, paint);
  return `${[...lines, ...(debug ? stackLines(error) : [])].join('\n')}\n`;
}

/** A message may quote an argument that was a URL in a wrong place. A hint shows the form of one, and is not masked. */
const userErrorLines = ({ message, where, hint }: UserError, paint: Painter): readonly string[] => [
  `${paint('red', 'error:')} ${indented(maskUrls(message))}`,
  ...(where === undefined ? [] : [`  ${paint('dim', 'where')}  ${indented(maskUrls(where))}`]),
  ...(hint === undefined ? [] : [`  ${paint('bold', 'do')}     ${indented(hint)}`]),
];

/** Lines behind the first stand under the text, so that the labels stay to be seen. */
const indented = (text: string): string => text.replaceAll('\n', '\n         ');

const unexpectedLines = (error: unknown, debug: boolean, paint: Painter): readonly string[] => [
  `${paint('red', 'error:')} ${maskUrls(error instanceof Error ? error.message : String(error))}`,
  ...(debug
    ? []
    : [`  ${paint('bold', 'do')}     run it again with --debug and report what it prints: this should not happen`]),
];

/** URLs may stand in the messages of drivers. */
function stackLines(error: unknown): readonly string[] {
  const lines: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) lines.push(cause.stack ?? cause.message);
  return lines.join('\ncaused by ').split('\n').map(maskUrls);
}
