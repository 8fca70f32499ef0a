import { expect, test } from '@jest/globals';
import { doctorJson, doctorText } from '../../src/report/doctor.ts';
import { failed, passed, unseen, warned } from '../../src/model/checkup.ts';

const plain = (_: string, text: string): string => text;
const long = 'a word and another one and so on '.repeat(4).trim();

const checks = [
  { group: 'One', ...passed('node', 'Node 20.19.0') },
  { group: 'One', ...warned('clock', long, 'set it') },
  { group: 'Two', ...failed('rights', 'it may not\ndo two things', `GRANT ${'x'.repeat(80)};\nor ${long}`) },
  { group: 'Two', ...unseen('a', 'nobody knows') },
  { group: 'Two', ...unseen('b', 'nobody knows') },
  { group: 'Two', ...unseen('c', 'of another reason') },
  { group: 'Two', ...failed('evil', 'a \u001b[31mname', null) },
];

test('a line a check, what to do below it, and the sum', () => {
  expect(doctorText({ verdict: 'fail', checks }, plain)).toBe(`One
  pass  node: Node 20.19.0
  warn  clock: a word and another one and so on a word and another one and so on
        a word and another one and so on a word and another one and so on
        do  set it

Two
  fail  rights: it may not
        do two things
        do  GRANT ${'x'.repeat(80)};
            or a word and another one and so on a word and another one and so on
            a word and another one and so on a word and another one and so on
     -  a, b: not looked at: nobody knows
     -  c: not looked at: of another reason
  fail  evil: a \\u001b[31mname

2 fail, 1 to look at, 1 pass, 3 not looked at
`);
});

test('the same as data, each check by itself', () => {
  const json = doctorJson({ verdict: 'fail', checks });
  expect(json).not.toContain('\u001b');
  expect(JSON.parse(json)).toEqual({ version: 1, verdict: 'fail', checks });
});
