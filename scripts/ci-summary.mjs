// Adds up what a gate left in a directory, and closes with the plain line that is read from it:
//   suites         names of the suites that were to run, each with a result of Jest in <name>.json
//   failed-checks  names of the checks that failed, if any
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory] = process.argv.slice(2);
const read = (name) => {
  const file = join(directory, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};
const lines = (name) =>
  read(name)
    .split('\n')
    .filter((line) => line !== '');

const sum = { passed: 0, failed: 0, skipped: 0 };
const rows = [];
for (const suite of lines('suites')) {
  const counts = countsOf(read(`${suite}.json`));
  for (const kind of Object.keys(sum)) sum[kind] += counts[kind];
  rows.push([suite, textOf(counts)]);
}
for (const check of lines('failed-checks')) {
  sum.failed += 1;
  rows.push([check, 'failed']);
}

const width = Math.max(...rows.map(([name]) => name.length));
console.log('');
for (const [name, text] of rows) console.log(`${name.padEnd(width)}  ${text}`);
console.log(`\n${textOf(sum)}`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;

/** A suite that left nothing could not even start; a file of tests that could not be loaded counts no test. */
function countsOf(text) {
  if (text === '') return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(text);
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return {
    passed: result.numPassedTests,
    failed: result.success ? failed : Math.max(failed, 1),
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

function textOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
