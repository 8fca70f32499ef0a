// Runs the conformance suite: every prior state, and the real runtimes as judges. Prints at its end what was tried.
// Arguments: --postgres 14,16,18 (major versions), then patterns of test files; without any, all are run.
// With RESULTS set to a directory, the result of the tests is left there as JSON, and what was found out as JSON lines.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printTable } from './table.mjs';

const { values, positionals } = parseArgs({
  options: { postgres: { type: 'string', default: '14,16,18' } },
  allowPositionals: true,
});

const directory = process.env.RESULTS ?? mkdtempSync(join(tmpdir(), 'dbos-conformance-'));
const file = join(directory, 'conformance.jsonl');
rmSync(file, { force: true });
const started = Date.now();
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/jest/bin/jest.js',
    '--config=jest.conformance.config.ts',
    ...(process.env.RESULTS === undefined ? [] : ['--json', `--outputFile=${join(directory, 'conformance.json')}`]),
    ...positionals,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      CONFORMANCE_POSTGRES: values.postgres,
      CONFORMANCE_RESULTS: file,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  },
);
const found = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').map(JSON.parse) : [];
if (process.env.RESULTS === undefined) rmSync(directory, { recursive: true });
print(found);
console.log(`\n${Math.round((Date.now() - started) / 1000)} s`);
process.exitCode = status ?? 1;

function print(all) {
  const of = (kind) => all.filter((result) => result.kind === kind);
  table(
    ['prior states', 'server', 'tried', 'converged', 'rows', 'rows lost', 'writes on the second run'],
    grouped(of('state')).map(([{ group, server }, same]) => [
      group,
      server,
      same.length,
      same.filter(({ outcome }) => outcome.converged).length,
      ...['rows', 'rowsLost', 'writesOnSecondRun'].map((name) => sum(same.map(({ outcome }) => outcome[name]))),
    ]),
  );
  table(
    ['runtime', 'database', 'checks passed', ''],
    grouped(of('runtime')).map(([{ group, server }, same]) => [
      group,
      server,
      sum(same.map(({ passed }) => passed.length)),
      [...new Set(same.flatMap(({ passed }) => passed))].toSorted(numerically).join(', '),
    ]),
  );
  for (const { group, reason } of of('skipped')) console.log(`skipped: ${group}: ${reason}`);
}

function numerically(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Results of one group and server together, sorted by group, then by server. */
function grouped(results) {
  const groups = new Map();
  for (const result of results) {
    const key = JSON.stringify([result.group, result.server]);
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.keys()].toSorted(numerically).map((key) => [groups.get(key)[0], groups.get(key)]);
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

function table(head, body) {
  if (body.length === 0) return;
  const lines = [head, ...body].map((line) => line.map(String));
  printTable(lines, (i) => body.every((line) => typeof line[i] === 'number'));
}
