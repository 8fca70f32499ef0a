import { describe, expect, test } from '@jest/globals';
import { timeSpan } from '../../src/report/words.ts';

describe('a span of time', () => {
  test.each([
    [4, '0.00 s'],
    [41.4, '0.04 s'],
    [994, '0.99 s'],
    [996, '1.0 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_600, '1 min 0 s'],
    [725_000, '12 min 5 s'],
    [12_000_000, '3 h 20 min'],
  ])('%d ms: %s', (milliseconds, text) => {
    expect(timeSpan(milliseconds)).toBe(text);
  });
});
