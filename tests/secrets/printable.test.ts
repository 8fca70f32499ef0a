import { describe, expect, test } from '@jest/globals';
import { oneLine, printable, quoted } from '../../src/secrets/printable.ts';

describe('printable', () => {
  test('keeps what can be read, line breaks included', () => {
    for (const text of ['', 'größe 名前 😀', 'a\nb', "it's $1 \\ %"]) expect(printable(text)).toBe(text);
  });

  test.each([
    ['\u001b[31mred', '\\u{1b}[31mred'],
    ['a\rb\tc', 'a\\rb\\tc'],
    ['\u0007\u009b', '\\u{07}\\u{9b}'],
    ['\u202eevil\u2066', '\\u{202e}evil\\u{2066}'],
    ['line\u2028sep', 'line\\u{2028}sep'],
    ['\ud800 alone', '\\u{d800} alone'],
  ])('escapes %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});

describe('oneLine', () => {
  test('escapes line breaks, and cuts between characters', () => {
    expect(oneLine('a\nb')).toBe('a\\nb');
    expect(oneLine('x'.repeat(80))).toBe('x'.repeat(80));
    expect(oneLine('x'.repeat(81))).toBe(`${'x'.repeat(79)}…`);
    expect(oneLine('😀'.repeat(100), 10)).toBe(`${'😀'.repeat(9)}…`);
    expect(oneLine('y'.repeat(1_000_000))).toHaveLength(80);
  });
});

describe('quoted', () => {
  test('shows a word', () => {
    expect(quoted('migrte')).toBe('"migrte"');
    expect(quoted('a "b"')).toBe('"a \\"b\\""');
    expect(quoted('\u001b[2J')).toBe('"\\\\u{1b}[2J"');
  });

  test.each([
    'postgresql://user:Geheim@host/db',
    'host=h password=Geheim',
    'user:Geheim@host',
    'password Geheim',
    'PGPASSWORD=Geheim',
  ])('does not show %j', (text) => {
    expect(quoted(text)).not.toContain('Geheim');
  });
});
