import { expect, test } from '@jest/globals';
import { runCli } from './run.ts';

/** Where nobody listens: what is refused there is refused before anything is connected to. */
const nobody = ['migrate', '-s', 'postgresql://127.0.0.1:1/nobody'];

test.each([
  [
    'another word',
    [...nobody, '--check', '--introspect', 'pg_class'],
    '--introspect "pg_class" is unknown',
    'it is one of pg_catalog, information_schema',
  ],
  [
    'two words',
    [...nobody, '--check', '--introspect', 'pg_catalog', '--introspect', 'pg_catalog'],
    '--introspect is given 2 times',
    'give it once',
  ],
  [
    'what would be changed',
    [...nobody, '--introspect', 'information_schema'],
    '--introspect information_schema shows too little to change anything by',
    'run it without, on PostgreSQL, or only look: --check, --plan or --dry-run',
  ],
])('--introspect refuses %s', async (_, args, message, hint) => {
  const { exitCode, stdout, stderr } = await runCli(args);
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toBe(`error: ${message}\n  do     ${hint}\n`);
});

test.each([
  ['information_schema', '--check'],
  ['pg_catalog', '--plan'],
])('--introspect %s is refused on SQLite', async (catalog, mode) => {
  const { exitCode, stdout, stderr } = await runCli([
    'migrate',
    '-s',
    'sqlite:///:memory:x',
    mode,
    '--introspect',
    catalog,
  ]);
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain('error: SQLite has one catalog: there is no other to be read by\n');
  expect(stderr).toContain('run it without --introspect\n');
});

test('--introspect pg_catalog is what is done anyway', async () => {
  const { stderr } = await runCli([...nobody, '--introspect', 'pg_catalog']);
  expect(stderr).toContain('nothing listens at 127.0.0.1:1');
});
