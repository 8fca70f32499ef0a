import { expect } from '@jest/globals';
import type { CliResult } from '../cli.ts';
import { readText } from '../sources.ts';

/** A failure as docs/troubleshooting.md tells it. */
export interface Row {
  readonly section: string;
  /** `…` stands for any text. */
  readonly message: string;
  /** Words of the advice that the message gives; null where the page has words of its own only. */
  readonly hint: string | null;
  readonly exitCodes: readonly number[];
}

/** All failures of the page. */
export function toldFailures(): readonly Row[] {
  const sections = readText('docs/troubleshooting.md').split(/^## /m).slice(1);
  return sections.flatMap((text) => {
    const section = text.slice(0, text.indexOf('\n'));
    const rows = [...text.matchAll(/^\| `([^`]+)` +\| (.*?) +\| (.*?) +\| ([\d, ]+?) +\|$/gm)];
    return rows.map(([, message = '', , advice = '', codes = '']) => ({
      section,
      message,
      hint: /^`([^`]+)`/.exec(advice)?.[1] ?? null,
      exitCodes: codes.split(', ').map(Number),
    }));
  });
}

/** What the message and the advice of a row look like in what is printed. */
const patternOf = (text: string): RegExp =>
  new RegExp(
    text
      .split('…')
      .map((part) =>
        part
          .trim()
          .replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
          .replaceAll(/\s+/g, ' '),
      )
      .join('.*'),
  );

const onOneLine = (text: string): string => text.replaceAll('`', '').replaceAll(/\s+/g, ' ');

/** Expects the one error that the row tells of: its message, its advice and its exit code. */
export function expectAsTold({ message, hint, exitCodes }: Row, { stderr, exitCode }: CliResult): void {
  const [, what = '', , advice = ''] = /^error: ([^]*?)(\n {2}where {2}[^]*?)?\n {2}do {5}([^]*)/m.exec(stderr) ?? [];
  expect({ stderr, what: onOneLine(what) }).toEqual({ stderr, what: expect.stringMatching(patternOf(message)) });
  expect(onOneLine(advice)).toMatch(hint === null ? /\w/ : patternOf(hint));
  expect(exitCodes).toContain(exitCode);
  expect(stderr.match(/^error: /gm)).toHaveLength(1);
}
