import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { migrate as migrateIt } from '../../../src/index.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { type CliResult, runCli } from '../../cli/run.ts';
import { diagnose } from '../support/doctor.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const run = (...args: readonly string[]): Promise<CliResult> => runCli(args, { cwd: temporaryDirectory() });

async function expectNothingToDo(url: string, warnings: string): Promise<void> {
  expect(await run('migrate', '--check', '-s', url)).toEqual({
    stdout: 'Nothing to do: the live schema is as declared.\n',
    stderr: warnings,
    exitCode: 0,
  });
}

/** Databases have a version of their collation from PostgreSQL 15 on. */
const isVersioned = Number(process.env['PG_MAJOR'] ?? 18) >= 15;
if (!isVersioned) process.stderr.write('PostgreSQL 14 keeps no version of a collation: its test is skipped\n');

(isVersioned ? describe : describe.skip)('a collation version that has changed', () => {
  const warning = (name: string): RegExp =>
    new RegExp(
      `^warning: database "${name}" has a collation version mismatch
         The database was created using collation version 0, but the operating system provides version \\S+
         Rebuild all objects in this database .* run ALTER DATABASE ${name} REFRESH COLLATION VERSION, .*\\n$`,
    );

  async function aged(name: string): Promise<string> {
    await server.query(`CREATE DATABASE ${name} LOCALE_PROVIDER icu ICU_LOCALE 'en' TEMPLATE template0`);
    await server.query(`UPDATE pg_database SET datcollversion = '0' WHERE datname = '${name}'`);
    return server.url(name);
  }

  test('is told once by each command, and keeps nothing from running', async () => {
    const url = await aged('aged');
    for (const args of [['migrate', '--plan'], ['migrate'], ['migrate', '--check'], ['reset', '--yes']]) {
      const { stderr, exitCode } = await run(...args, '-s', url);
      expect(stderr).toMatch(warning('aged'));
      expect(exitCode).toBe(0);
      if (args[1] === undefined) await expectNothingToDo(url, stderr);
    }
  });

  test('is a check of doctor that is worth a look', async () => {
    const url = await aged('aged_patient');
    await run('migrate', '-s', url);
    const found = (await diagnose(['-s', url])).of('server');
    expect(found).toMatchObject([
      { state: 'pass' },
      {
        state: 'warn',
        seen: 'database "aged_patient" has a collation version mismatch',
        todo: expect.stringContaining('REFRESH COLLATION VERSION'),
      },
    ]);
    await expectNothingToDo(url, (await run('migrate', '--check', '-s', url)).stderr);
  });

  test('of two databases is told of each', async () => {
    const [first, second] = [await aged('aged_first'), await aged('aged_second')];
    const { stderr } = await run('migrate', '-s', first, '-D', second);
    const lines = stderr.split(/^(?=warning)/m);
    expect(lines).toEqual([
      expect.stringMatching(warning('aged_first')),
      expect.stringMatching(warning('aged_second')),
    ]);
  });
});

describe('what a trigger warns of', () => {
  async function guarded(raise: string): Promise<string> {
    const url = await server.createDatabase('guarded');
    await server.query(
      `CREATE FUNCTION public.told() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN ${raise} END $$;
       CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION public.told()`,
      new URL(url).pathname.slice(1),
    );
    return url;
  }

  test('is told once, however many statements it is raised by', async () => {
    const url = await guarded(
      `RAISE WARNING E'not here, \\x1b[2Jplease' USING HINT = 'ask Ann'; RAISE NOTICE 'a notice';`,
    );
    const { stderr, exitCode } = await run('migrate', '-s', url);
    expect(exitCode).toBe(0);
    expect(stderr).toBe('warning: not here, \\u{1b}[2Jplease\n         ask Ann\n');
    await expectNothingToDo(url, '');
  });

  test('is told in any language: by its SQLSTATE', async () => {
    const url = await guarded(
      `SET LOCAL client_min_messages = info; RAISE INFO USING MESSAGE = 'a', ERRCODE = '01P01';`,
    );
    expect((await run('migrate', '-s', url)).stderr).toBe('warning: a\n');
    await expectNothingToDo(url, '');
  });

  test('is an event of the library', async () => {
    const url = await guarded(`RAISE WARNING 'first'; RAISE WARNING 'second' USING DETAIL = 'more';`);
    const told: string[] = [];
    await migrateIt({ system: url, on: { warning: (text) => told.push(text) } });
    expect(told).toEqual(['first', 'second\nmore']);
  });
});
