import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { describeWithEngine, engineEnvironment } from './support/engine.ts';

const temporaryDirectory = temporaryDirectories();
const programs = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));

const page = new URL('../../fixtures/users-page/', import.meta.url);

/** Runs a script of the shell as it stands, with `dbos` on the PATH. @param more of the environment */
function run(script: string, more: Readonly<Record<string, string>> = {}) {
  const environment = engineEnvironment();
  return spawnSync('bash', ['-e', '-c', script], {
    cwd: temporaryDirectory(),
    env: { ...environment, PATH: `${programs}:${environment['PATH']}`, ...more },
    encoding: 'utf8',
    timeout: 100_000,
  });
}

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly name: string; readonly run: string }[] }>
  >;
}

describeWithEngine("what the users' page shows, line by line", () => {
  test('development setup', () => {
    const { stdout, stderr, status } = run(readFileSync(new URL('development.sh', page), 'utf8'));
    expect([stderr, status]).toEqual(['', 0]);
    expect(stdout).toContain('PostgreSQL is now running on port 5432\n');
    expect(stdout).toContain('\nCREATE DATABASE\n');
    expect(stdout).toMatch(/Starting DBOS migrations\n[^]*System database: \d+ created/);
  });

  test('the steps of the CI pipeline, as GitHub runs them', () => {
    const workflow = parse(readFileSync(new URL('.github/workflows/test.yml', page), 'utf8')) as Workflow;
    const check = `dbos migrate --check --sys-db-url "$(dbos postgres url | sed 's,/postgres$,/test_dbos,')" >/dev/null`;
    const tests = `${check} && psql -At postgresql://postgres:dbos@localhost:5432/test_dbos -c 'SELECT count(*) FROM dbos.workflow_status'`;
    // A function of the shell stands before any program: the application's tests are a query here.
    const pytest = { 'BASH_FUNC_pytest%%': `() { ${tests}\n}` };
    const printed = workflow.jobs['test']!.steps.map(({ run: script }) => {
      const { stdout, stderr, status } = run(script, pytest);
      expect([stderr, status]).toEqual(['', 0]);
      return stdout;
    });
    expect(printed).toEqual([
      expect.stringMatching(/^Starting PostgreSQL with Docker\.\.\.\n[^]*PostgreSQL is now running on port 5432\n/),
      expect.stringMatching(/^Starting DBOS migrations\n[^]*System database: \d+ created/),
      '0\n',
      expect.stringMatching(/^Stopping PostgreSQL container\.\.\.\nPostgreSQL stopped\.\nData is preserved/),
    ]);
  });
});
