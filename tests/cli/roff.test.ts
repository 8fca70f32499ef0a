import { expect, test } from '@jest/globals';
import { filled, roff, terms, verbatim } from '../../src/cli/roff.ts';

test.each([
  ['a\\nb', String.raw`a\enb`],
  ['--out', String.raw`\-\-out`],
  ["it's ~/x ^ `", String.raw`it\(aqs \(ti/x \(ha \(ga`],
  ['a … b', String.raw`a \[u2026] b`],
  ['𝒳', String.raw`\[u1D4B3]`],
])('%j prints as itself', (text, source) => {
  expect(roff(text)).toBe(source);
});

test('no line of a text is a request', () => {
  expect(verbatim(['.SH x', "'y", 'z'])).toBe(
    ['.RS 4', '.nf', String.raw`\&.SH x`, String.raw`\(aqy`, 'z', '.fi', '.RE'].join('\n'),
  );
  expect(filled('./here')).toBe(String.raw`\&./here`);
  expect(terms([['.x', '.y']])).toBe(String.raw`.TP
\&.x
\&.y`);
});

test('code is bold, over the end of a line too', () => {
  expect(filled('run `dbos -q` now')).toBe(String.raw`run \fBdbos \-q\fR now`);
});
