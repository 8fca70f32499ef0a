// Runs the live suite: once for SQLite, and once against real servers of each major version of PostgreSQL.
// Arguments name the runs to make, `sqlite` or a major, each with all that there is; without any, all are made. Then every
// object is damaged in every way on the newest major only, since that takes ten minutes, on the oldest in a tenth of the
// ways, and on those between what differs between servers is tried: catalogs, locks, rights, and each way to a schema.
// With RESULTS set to a directory, each run leaves its result there as JSON.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const all = ['sqlite', '14', '15', '16', '17', '18'];
const runs = process.argv.length > 2 ? process.argv.slice(2) : all;
const unknown = runs.filter((run) => !all.includes(run));
if (unknown.length > 0) throw new Error(`no such run: ${unknown.join(', ')}; there are ${all.join(', ')}`);

const isNamed = process.argv.length > 2;
const fewDamages = { text: ', a tenth of the damages', environment: { DAMAGES: 'tenth' }, files: '' };
const differences = {
  text: ', what differs between servers',
  environment: {},
  files: '(?:properties|portable|lock-traces|rights|history|again|converge)',
};
const partOf = { 14: fewDamages, 15: differences, 16: differences, 17: differences };

const results = process.env.RESULTS;
const failed = runs.filter((run) => {
  const isSqlite = run === 'sqlite';
  const part = isNamed ? undefined : partOf[run];
  const told = part === undefined ? '' : `${part.text} (all: npm run test:live -- ${run})`;
  console.log(`\n${isSqlite ? 'SQLite' : `PostgreSQL ${run}`}${told}`);
  const { status } = spawnSync(
    process.execPath,
    [
      'node_modules/jest/bin/jest.js',
      '--config=jest.live.config.ts',
      `--testPathPatterns=tests/live/${isSqlite ? 'sqlite' : 'postgres'}/${part?.files ?? ''}`,
      ...(results === undefined ? [] : ['--json', '--outputFile', join(results, `live-${run}.json`)]),
    ],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        PG_MAJOR: isSqlite ? '' : run,
        ...part?.environment,
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      },
    },
  );
  return status !== 0;
});
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
