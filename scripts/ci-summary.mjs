// Adds up the suites' results, one JSON file of Jest each, and closes with the plain line that a gate reads.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory] = process.argv.slice(2);
const sum = { passed: 0, failed: 0, skipped: 0 };
for (const name of readdirSync(directory).filter((file) => file.endsWith('.json'))) {
  const result = JSON.parse(readFileSync(join(directory, name), 'utf8'));
  sum.passed += result.numPassedTests;
  // A file that could not even be loaded has failed, though it counts no test.
  sum.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  sum.skipped += result.numPendingTests + result.numTodoTests;
}
const skipped = sum.skipped === 0 ? '' : `, ${sum.skipped} skipped`;
console.log(`${sum.passed} passed, ${sum.failed} failed${skipped}`);
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
