import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { code, codeBlock, sentence, table } from '../../src/report/markdown.ts';
import { outsideCode } from '../support/code-spans.ts';

describe('a code span', () => {
  test.each([
    ['plain', '`plain`'],
    ['@team <b>#1</b>', '`@team <b>#1</b>`'],
    ['a`b', '``a`b``'],
    ['`a``b`', '``` `a``b` ```'],
    ['two\nlines\r\u202e', '`two\\nlines\\r\\u202e`'],
    [' a ', '`  a  `'],
    [' a', '` a`'],
    ['   ', '`   `'],
    ['', '`  `'],
    ['back\\', '`back\\`'],
  ])('%j', (text, span) => {
    expect(code(text)).toBe(span);
  });
});

describe('a sentence', () => {
  test.each([
    ['it needs a value and has no default', 'it needs a value and has no default'],
    ['runtime schema 108 (Python 2.31), 1 index missing', 'runtime schema 108 (Python 2.31), 1 index missing'],
    ['rows of dbos.streams may be, in b_c.', 'rows of `dbos.streams` may be, in `b_c`.'],
    ['DROP INDEX "x y"; then go on', '`DROP INDEX "x y"`; then go on'],
    ["an older one's, which is of DBOS's", "an older one's, which is of DBOS's"],
    ['ask @team, #1 and <b>', 'ask `@team, #1` and `<b>`'],
    ['one *a*\n- two', 'one `*a*\\n- two`'.replace('- two', '-') + ' two'],
  ])('%j', (text, expected) => {
    expect(sentence(text)).toBe(expected);
  });
});

/** All that means something to Markdown or GitHub where it stands bare. */
const active = /[@<>|*_#[\]{}~\\&$!\n\r/"]|:\w|\w\.\w*[a-z]/;
const hostile = fc.string({ unit: fc.constantFrom(...'ab1 @<>|*_#[]{}~\\&$!\n\r/"`.:-()'.split('')) });

describe('whatever a name holds', () => {
  test('it is inside of code spans', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(outsideCode(code(text))).toBe('');
        expect(outsideCode(sentence(text))).not.toMatch(active);
      }),
    );
  });

  test('a table has its cells, and its lines', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        const lines = table(['one', 'two'], [[code(a), sentence(b)]]).split('\n');
        expect(lines).toHaveLength(3);
        expect(lines[2]?.replaceAll(String.raw`\|`, '').split('|')).toHaveLength(4);
      }),
    );
  });

  test('a block of code ends with its fence', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [first = '', ...rest] = codeBlock(text, 'sql').split('\n');
        const fence = first.replace('sql', '');
        expect(rest.at(-1)).toBe(fence);
        expect(rest.slice(0, -1).some((line) => line.includes(fence))).toBe(false);
      }),
    );
  });
});
