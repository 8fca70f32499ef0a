// Records what the releases of the runtime leave in a database, into schema/history/. Run by hand when a release has
// come out: `node scripts/record-history.mjs [postgres] [sqlite]`. It takes the releases from npm and PyPI into
// HISTORY_DIRECTORY (a temporary directory otherwise, kept for the next time), runs their own migrations on a server
// that it starts, and needs network, python3 and a few minutes. docs/following-upstream.md says when and why.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { bundling } from './bundling.mjs';

const program = 'node_modules/.cache/record-history.mjs';
await build({
  ...bundling,
  entryPoints: ['scripts/history/record.ts'],
  outfile: program,
});
const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
if (status === 0) spawnSync('npx', ['oxfmt', 'schema/history'], { stdio: 'inherit' });
process.exitCode = status ?? 1;
