import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programPath, runCli } from '../tests/support/cli.ts';
import { compare, type Comparison, interleave, type Side } from './support/measure.ts';
import { processorTime } from './support/processor-time.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const file = ['-s', 'sqlite:///./app.sqlite'];

/** What a run costs before it does anything, and one that finds an SQLite file in sync. */
export default async function startUp(): Promise<readonly Comparison[]> {
  const directory = await mkdtemp(join(tmpdir(), 'dbos-bench-'));
  try {
    await runCli(['migrate', ...file], { cwd: directory });
    const node = [process.execPath];
    const program = [...node, programPath()];
    const found = await interleave(9, {
      bare: () => processorTime([...node, '-e', '0'], directory),
      version: () => processorTime([...program, '--version'], directory),
      check: () => processorTime([...program, 'migrate', '--check', ...file], directory),
      npx: () => processorTime(['npx', 'dbos', '--version'], root),
    });
    const bare: Side = ['node -e 0', found.bare];
    const version: Side = ['dbos.js --version', found.version];
    const npx: Side = ['npx dbos --version', found.npx];
    return [
      compare('processor time', bare, version),
      compare('processor time', bare, ['dbos.js migrate --check, SQLite', found.check]),
      compare('processor time', bare, npx),
      compare('processor time', version, npx),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}
