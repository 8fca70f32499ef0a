import { expect, test } from '@jest/globals';
import { sourcesIn } from '../support/sources.ts';

/** All of a call, its arguments in brackets of their own included. */
function callsOf(name: string, code: string): readonly string[] {
  return code
    .split(name)
    .slice(1)
    .map((rest) => {
      let open = 0;
      const end = Array.from(rest).findIndex((character) => {
        open += character === '(' ? 1 : character === ')' ? -1 : 0;
        return open === 0;
      });
      return rest.slice(0, end + 1);
    });
}

const errors = [...sourcesIn('src/config'), ...sourcesIn('src/commands')].flatMap(({ path, code }) =>
  callsOf('new UserError', code).map((call) => [path, call] as const),
);

test('the errors are found in the sources', () => {
  expect(errors.length).toBeGreaterThan(25);
});

test.each(errors)('an error of %s says what to do: %s', (_, call) => {
  expect(call).toMatch(/\bhint\b/);
});
