import { describe, expect, test } from '@jest/globals';
import { distance, nearest } from '../../src/model/nearest.ts';

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['sslmod', 'sslmode', 1],
  ['slsmode', 'sslmode', 1],
  ['sslmodes', 'sslmode', 1],
  ['sxlmode', 'sslmode', 1],
  ['ab', 'ba', 1],
  ['kitten', 'sitting', 3],
])('from %s to %s are %i letters', (a, b, letters) => {
  expect(distance(a, b)).toBe(letters);
  expect(distance(b, a)).toBe(letters);
});

describe('nearest', () => {
  const known = ['migrate', 'reset', '--check', '--version'];

  test.each([
    ['migrte', 'migrate'],
    ['rest', 'reset'],
    ['version', '--version'],
    ['--che', '--check'],
    ['elephant', undefined],
    ['-x', undefined],
    ['', undefined],
  ])('%s', (word, meant) => {
    expect(nearest(word, known)).toBe(meant);
  });

  test('is none to a word of 1,000,000 letters, which are not compared', () => {
    expect(nearest('x'.repeat(1_000_000), known)).toBe(undefined);
  });
});
