import { expect } from '@jest/globals';

/** Expects each line to stand in the text as it is, a whole line, in this order; others may stand between them. */
export function expectLinesInOrder(text: string, lines: readonly string[]): void {
  const wanted = [...lines];
  const found = text.split('\n').filter((line) => {
    if (line !== wanted[0]) return false;
    wanted.shift();
    return true;
  });
  expect({ found, text }).toEqual({ found: lines, text });
}
