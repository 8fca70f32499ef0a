import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { indented, wrapped, wrappedParts } from '../../src/report/page.ts';

const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'B', '.', '-'), minLength: 1, maxLength: 30 }), {
  minLength: 1,
  maxLength: 40,
});

test('words fill lines of 80 columns and are all there, in their order', () => {
  fc.assert(
    fc.property(texts, fc.nat(12), fc.nat(12), (words, first, rest) => {
      const lines = wrapped(words.join(' '), first, rest).split('\n');
      expect(lines.every(({ length }) => length <= 80)).toBe(true);
      expect(lines.map((line, i) => line.slice(i === 0 ? first : rest)).join(' ')).toBe(words.join(' '));
      // No word stands on a line that would have fitted the one before.
      for (const [i, line] of lines.entries()) {
        const next = lines[i + 1]?.trimStart().split(' ', 1)[0];
        if (next !== undefined) expect(line.length + 1 + next.length).toBeGreaterThan(80);
      }
    }),
  );
});

test('a word that is longer than a line has one for itself', () => {
  const long = 'x'.repeat(100);
  expect(wrapped(`a ${long} b`, 2, 4)).toBe(`  a\n    ${long}\n    b`);
});

test('parts stay whole where they fit a line, and lose their dot where one ends', () => {
  expect(wrappedParts(['a'.repeat(40), 'schema dbos', 'PostgreSQL 16.4'], 17)).toBe(
    `${' '.repeat(17)}${'a'.repeat(40)} · schema dbos\n${' '.repeat(17)}PostgreSQL 16.4`,
  );
  const words = 'word '.repeat(30).trim();
  expect(wrappedParts(['a', words], 4).replaceAll(/\n +/g, ' ')).toBe(`    a ${words}`);
});

test('what a terminal would take for commands comes out as text, and tabs stay', () => {
  expect(wrapped('a\u001b[31m\nb', 2)).toBe(String.raw`  a\u001b[31m\nb`);
  expect(wrappedParts(['\u202ea', '\r'], 0)).toBe(String.raw`\u202ea · \r`);
  expect(indented('a\tb\r\n\n\u0007c', 2)).toBe(String.raw`  a	b\r` + '\n\n' + String.raw`  \u0007c`);
});
