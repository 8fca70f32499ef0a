import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byteSize, counted, figures, listed, rowCount } from '../../src/report/words.ts';

test('counts and lists', () => {
  expect([counted(1, 'index'), counted(16, 'index'), counted(0, 'foreign key'), counted(12_345, 'row')]).toEqual([
    '1 index',
    '16 indexes',
    '0 foreign keys',
    '12,345 rows',
  ]);
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
  expect([listed(['a', 'b', 'c'], 3), listed(['a', 'b', 'c', 'd'], 3), listed(['a', 'b', 'c'], 1)]).toEqual([
    'a, b and c',
    'a, b and 2 others',
    '3 others',
  ]);
});

describe('rows', () => {
  test.each([
    [0, '0'],
    [999, '999'],
    [9_999, '9,999'],
    [10_000, '10 k'],
    [84_400, '84 k'],
    [999_499, '999 k'],
    [999_500, '1 M'],
    [1_234_567, '1.2 M'],
    [9_960_000, '10 M'],
    [123_456_789, '123 M'],
    [4_200_000_000, '4.2 G'],
    [5_000_000_000_000, '5,000 G'],
  ])('%d', (rows, text) => expect(rowCount(rows)).toBe(text));
});

describe('bytes, 1,024 to the kB', () => {
  test.each([
    [0, '0 bytes'],
    [512, '512 bytes'],
    [8_192, '8 kB'],
    [1_048_575, '1 MB'],
    [870_318_080, '830 MB'],
    [4_402_341_478, '4.1 GB'],
    [3_000 * 2 ** 40, '3,000 TB'],
  ])('%d', (bytes, text) => expect(byteSize(bytes)).toBe(text));
});

test('what an engine estimates is about so much, and what it knows to be empty is empty', () => {
  expect(figures({ rows: 1_234_567, bytes: 870_318_080 })).toBe('about 1.2 M rows, 830 MB');
  expect(figures({ rows: 1, bytes: 8_192 })).toBe('about 1 row, 8 kB');
  expect(figures({ rows: 0, bytes: 8_192 })).toBe('empty');
});

test('no number is longer than a reader takes in, and none is off by more than a twentieth', () => {
  const scales: Readonly<Record<string, number>> = { k: 1e3, M: 1e6, G: 1e9 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_000_000_000 }), (rows) => {
      const text = rowCount(rows);
      expect(text).toMatch(/^(?:\d{1,3}|\d,\d{3}|\d(?:\.\d)? [kMG]|\d{2,3} [kMG])$/);
      const [number = '', unit = ''] = text.replaceAll(',', '').split(' ');
      expect(Math.abs(Number(number) * (scales[unit] ?? 1) - rows)).toBeLessThanOrEqual(rows / 20);
    }),
  );
});
