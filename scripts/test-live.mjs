// Runs the live suite against real servers of each major version of PostgreSQL, or of those given.
// With RESULTS set to a directory, each run leaves its result there as JSON.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const majors = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['14', '15', '16', '17', '18'];
const results = process.env.RESULTS;
let failed = false;
for (const major of majors) {
  console.log(`\nPostgreSQL ${major}`);
  const output = results === undefined ? [] : ['--json', '--outputFile', join(results, `live-${major}.json`)];
  const { status } = spawnSync(process.execPath, ['node_modules/jest/bin/jest.js', '-c', 'jest.live.config.ts', ...output], {
    stdio: 'inherit',
    env: {
      ...process.env,
      PG_MAJOR: major,
      NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    },
  });
  failed ||= status !== 0;
}
process.exitCode = failed ? 1 : 0;
