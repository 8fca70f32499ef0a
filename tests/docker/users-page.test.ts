import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { describeWithEngine, engineEnvironment } from './support/engine.ts';

const temporaryDirectory = temporaryDirectories();
const programs = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

/** Runs a script of the shell as it stands, with `dbos` on the PATH. */
function run(script: string) {
  const environment = engineEnvironment();
  return spawnSync('sh', ['-e', '-c', script], {
    cwd: temporaryDirectory(),
    env: { ...environment, PATH: `${programs}:${environment['PATH']}` },
    encoding: 'utf8',
    timeout: 100_000,
  });
}

describeWithEngine("what the users' page shows, line by line", () => {
  test('development setup', () => {
    const { stdout, stderr, status } = run(`
# 1. Start local PostgreSQL
dbos postgres start

# 2. Create development database
psql postgresql://postgres:dbos@localhost:5432/postgres -c "CREATE DATABASE myapp_dev;"

# 3. Run migrations
dbos migrate --sys-db-url postgresql://postgres:dbos@localhost:5432/myapp_dev_dbos
`);
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toContain('PostgreSQL is now running on port 5432\n');
    expect(stdout).toContain('\nCREATE DATABASE\n');
    expect(stdout).toMatch(/Starting DBOS migrations\n[^]*System database: \d+ created/);
  });

  test('the steps of the CI pipeline', () => {
    const { stdout, stderr, status } = run(`
dbos postgres start
dbos migrate --sys-db-url postgresql://postgres:dbos@localhost:5432/test_dbos
dbos migrate --check --sys-db-url "$(dbos postgres url | sed 's,/postgres$,/test_dbos,')"
dbos postgres stop
`);
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toMatch(/^Starting PostgreSQL with Docker\.\.\.\n[^]*\nPostgreSQL stopped\.\nData is preserved/);
  });
});
