import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CliResult, runCli } from '../support/cli.ts';
import { expectLinesInOrder } from '../support/lines.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { newestMajor } from './support/majors.ts';
import { pythonEnvironment, whyNoPython } from './support/python.ts';
import { report } from './support/results.ts';

const suite = whyNoPython === null ? describe : describe.skip;
if (whyNoPython !== null) report({ kind: 'skipped', group: 'Alembic', reason: whyNoPython });

const temporaryDirectory = temporaryDirectories();
const fixture = fileURLToPath(new URL('../../fixtures/alembic/', import.meta.url));

/** The last release whose package exports `load_config`. */
const release = '0.27.2';

/** A copy of the project, to run in. */
function project(): string {
  const directory = temporaryDirectory();
  cpSync(fixture, directory, { recursive: true });
  return directory;
}

suite('an application that migrates itself with Alembic', () => {
  let server: PostgresServer;
  let plain: PostgresServer;

  beforeAll(async () => {
    // The password of the first has every character that a URL, an ini file or a shell could trip over.
    [server, plain] = await Promise.all([
      startPostgres({ major: newestMajor, password: `p@ss/w%rd:"'$ &` }),
      startPostgres({ major: newestMajor, password: 'dbos' }),
    ]);
  });
  afterAll(() => Promise.all([server.stop(), plain.stop()]));

  const dbos = (cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> =>
    runCli(args, { cwd, env: { ...pythonEnvironment(release), ...env } });

  test('env.py reads the URL that dbos migrate gives it', async () => {
    const cwd = project();
    const url = server.url('myapp');
    const first = await dbos(cwd, ['migrate', '--db-url', url]);
    expect([first.stderr.match(/^error.*/m), first.exitCode]).toEqual([null, 0]);
    expectLinesInOrder(first.stdout, [
      'Starting DBOS migrations',
      "Executing migration commands from 'dbos-config.yaml'",
      'Executing migration command: alembic upgrade head',
      'Executing migration command: python scripts/seed_data.py',
      'Seeded 100 initial records',
    ]);
    expectLinesInOrder(first.stderr, [
      'INFO [alembic.runtime.migration] Running upgrade  -> 001, initial schema',
      'INFO [alembic.runtime.migration] Running upgrade 001 -> 002, add user table',
    ]);
    const second = await dbos(cwd, ['migrate', '--db-url', url]);
    expect(second.exitCode).toBe(0);
    expect(second.stdout).toContain('Seeded 0 initial records\n');
    expect(await server.query('SELECT count(*)::int AS users FROM users', 'myapp')).toEqual([{ users: 100 }]);
    expect((await dbos(cwd, ['migrate', '--check', '--db-url', url])).exitCode).toBe(0);
  });

  test('and as the users’ page writes it, with load_config of the Python package', async () => {
    const cwd = project();
    cpSync(join(cwd, 'with-load-config/env.py'), join(cwd, 'alembic/env.py'));
    cpSync(join(cwd, 'with-load-config/dbos-config.yaml'), join(cwd, 'dbos-config.yaml'));
    const env = { APP_DATABASE_URL: plain.url('myapp') };
    const { stdout, stderr, exitCode } = await dbos(cwd, ['migrate'], env);
    expect([stderr.match(/^(?:error|.*Error).*/m), exitCode]).toEqual([null, 0]);
    expect(stdout).toContain('Executing migration command: alembic upgrade head\n');
    expect(await plain.query('SELECT version_num FROM alembic_version', 'myapp')).toEqual([{ version_num: '002' }]);
    expect((await dbos(cwd, ['migrate', '--check'], env)).exitCode).toBe(0);
  });
});
