import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { amiss, diagnose } from '../live/support/doctor.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { type CliResult, runCli } from '../cli/run.ts';

const temporaryDirectory = temporaryDirectories();
const url = 'sqlite:///./app.sqlite';
const flags = ['-s', url];

/** A directory with a database that is as declared, changed by the SQL. */
async function prepared(sql = 'SELECT 1'): Promise<{ readonly cwd: string; readonly file: string }> {
  const cwd = temporaryDirectory();
  expect(await runCli(['migrate', ...flags], { cwd })).toMatchObject({ exitCode: 0 });
  const file = join(cwd, 'app.sqlite');
  inFile(file, sql);
  return { cwd, file };
}

function inFile(file: string, sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

const run = (args: readonly string[], cwd = temporaryDirectory()): Promise<CliResult> =>
  runCli(['doctor', ...args], { cwd, env: { PATH: '/nowhere' } });

describe('an SQLite file', () => {
  test('that is as declared passes', async () => {
    const { cwd, file } = await prepared();
    const found = await diagnose(flags, { cwd });
    expect([found.exitCode, found.verdict, amiss(found)]).toEqual([0, 'pass', ['unknown docker']]);
    const seen = Object.fromEntries(found.checks.map((check) => [check.name, check.seen]));
    expect(seen).toMatchObject({
      driver: expect.stringMatching(/^better-sqlite3 \d+\.\d+\.\d+, with SQLite 3\.\d+/),
      file: `${file}, ${readFileSync(file).length} bytes`,
      writes: 'are taken',
      journal: 'delete: a writer and readers wait for each other',
      integrity: 'the whole file was looked through',
      schema: 'as declared',
      strangers: 'nothing of yours can break the runtime',
    });
    expect(found.checks.map(({ name }) => name)).not.toContain('event triggers');
    expect(await runCli(['migrate', ...flags, '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('that is not there is not made', async () => {
    const cwd = temporaryDirectory();
    const found = await diagnose(flags, { cwd });
    expect([found.exitCode, amiss(found)]).toEqual([
      0,
      ['unknown docker', 'unknown journal', 'unknown integrity', 'warn schema'],
    ]);
    expect(found.of('journal')[0]?.seen).toBe('not looked at: the database is not there yet');
    expect(found.of('schema')[0]?.todo).toBe('dbos migrate creates it');
    expect(await diagnose(flags, { cwd })).toMatchObject({ checks: found.checks.map(({ name }) => ({ name })) });
  });

  test('that is damaged: the schema by an operator, the pages by a disk', async () => {
    const { cwd, file } = await prepared('DROP TABLE streams');
    expect((await diagnose(flags, { cwd })).of('schema')).toMatchObject([
      { state: 'fail', todo: expect.stringContaining('dbos migrate') },
    ]);
    await runCli(['migrate', ...flags], { cwd });
    expect((await diagnose(flags, { cwd })).of('schema')).toMatchObject([{ state: 'pass' }]);
    const content = readFileSync(file);
    const page = content.readUInt16BE(16);
    content.fill(0xff, content.length - page);
    writeFileSync(file, content);
    const found = await diagnose(flags, { cwd });
    expect(found.exitCode).toBe(1);
    expect(found.of('integrity')).toMatchObject([
      { state: 'fail', seen: expect.stringMatching(/^the file is damaged: /) },
    ]);
  });

  test('with a dangerous stranger, which its statement mends', async () => {
    const { cwd, file } = await prepared('CREATE UNIQUE INDEX mine ON workflow_status (name)');
    const [stranger] = (await diagnose(flags, { cwd })).of('strangers');
    expect(stranger).toMatchObject({
      state: 'fail',
      seen: expect.stringContaining('mine is yours and can break the runtime'),
    });
    expect(amiss(await diagnose([...flags, '--ignore', '*mine'], { cwd }))).toEqual(['unknown docker']);
    inFile(file, stranger?.todo ?? '');
    expect(amiss(await diagnose(flags, { cwd }))).toEqual(['unknown docker']);
    expect(await runCli(['migrate', ...flags, '--check'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('with a write-ahead log', async () => {
    const { cwd } = await prepared('PRAGMA journal_mode = wal');
    expect((await diagnose(flags, { cwd })).of('journal')[0]?.seen).toBe('wal: readers go on beside a writer');
  });

  test.each<[string, (cwd: string) => void, string, string]>([
    ['is a directory', (cwd) => mkdirSync(join(cwd, 'app.sqlite')), 'is a directory, not a database', 'name the file'],
    [
      'is no database',
      (cwd) => writeFileSync(join(cwd, 'app.sqlite'), 'no database, but a text of more than a page'.repeat(99)),
      'is no SQLite database, or an encrypted one',
      'check the path',
    ],
  ])('that %s fails as in every other command', async (_, arrange, message, hint) => {
    const cwd = temporaryDirectory();
    arrange(cwd);
    const found = await diagnose(flags, { cwd });
    const { stderr } = await runCli(['migrate', ...flags, '--check'], { cwd });
    const [connection] = found.of('connection');
    expect(connection).toMatchObject({ state: 'fail', todo: expect.stringContaining(hint) });
    expect(connection?.seen).toContain(message);
    expect(stderr).toContain(`error: ${connection?.seen.split('\n')[0]}`);
    expect(found.of('schema')[0]?.seen).toBe('not looked at: there is no connection');
    expect(found.exitCode).toBe(1);
  });
});

describe('each value of the configuration', () => {
  const file = [
    'name: myapp',
    'system_database_url: postgresql://file:geheim@127.0.0.1:1/sys',
    'database_url: sqlite:///./file.sqlite',
    'dbos_system_schema: ours',
    'app_role: app',
    'use_listen_notify: false',
    'database:',
    '  migrate: [echo hello]',
    '  ignore: ["index:ours.*"]',
  ].join('\n');
  const configured = async (args: readonly string[], env: Readonly<Record<string, string>>, files = {}) => {
    const found = await diagnose(args, { cwd: temporaryDirectory(files), env });
    expect(found.printed).not.toContain('geheim');
    return found.checks.filter(({ group }) => group === 'Configuration').map(({ name, seen }) => `${name}: ${seen}`);
  };

  test('has its place in the file', async () => {
    expect(await configured([], {}, { 'dbos-config.yaml': file })).toEqual([
      'file: dbos-config.yaml (found in the working directory)',
      'system database: postgresql://file:***@127.0.0.1:1/sys (dbos-config.yaml:2:22 system_database_url)',
      'application database: sqlite:///./file.sqlite (dbos-config.yaml:3:15 database_url)',
      'schema: ours (dbos-config.yaml:4:21 dbos_system_schema)',
      'application role: app (dbos-config.yaml:5:11 app_role)',
      'use_listen_notify: false (dbos-config.yaml:6:20 use_listen_notify)',
      'ignore: index:ours.* (dbos-config.yaml database.ignore)',
      'custom commands: 1 (dbos-config.yaml database.migrate)',
    ]);
  });

  test('has its variable, or its flag', async () => {
    const env = {
      DBOS_CONFIG: 'mine.yaml',
      DBOS_SYSTEM_DATABASE_URL: 'postgresql://env:geheim@127.0.0.1:1/sys',
      DBOS_APP_ROLE: 'env_role',
    };
    const found = await configured(['--schema', 'flag', '-D', 'sqlite:///./a'], env, { 'mine.yaml': file });
    expect(found.slice(0, 5)).toEqual([
      'file: mine.yaml (DBOS_CONFIG)',
      'system database: postgresql://env:***@127.0.0.1:1/sys (DBOS_SYSTEM_DATABASE_URL)',
      'application database: sqlite:///./a (--db-url)',
      'schema: flag (--schema)',
      'application role: env_role (DBOS_APP_ROLE)',
    ]);
  });

  test('says what it follows from', async () => {
    expect(await configured(['-D', 'postgresql://u:geheim@127.0.0.1:1/shop'], {})).toEqual([
      'file: none',
      'system database: postgresql://u:***@127.0.0.1:1/shop_dbos (derived from --db-url)',
      'application database: postgresql://u:***@127.0.0.1:1/shop (--db-url)',
      'schema: dbos (default)',
      'application role: none',
    ]);
    const named = await configured(['--config', 'c.yaml'], {}, { 'c.yaml': 'name: shop' });
    expect(named).toEqual([
      'file: c.yaml (--config)',
      'system database: sqlite:///./shop.sqlite (derived from c.yaml:1:7 name)',
      'application database: none',
      'note: no URL given: sqlite:///./shop.sqlite, from name (c.yaml:1:7)',
    ]);
  });

  test('of a connection has the variable that says it', async () => {
    const env = { PGHOST: '127.0.0.1', PGPORT: '1', PGUSER: 'me', PGPASSWORD: 'geheim', PGSSLMODE: 'disable' };
    const found = await diagnose(['-s', 'postgresql:///app'], { env });
    expect(found.of('address')).toEqual([
      {
        state: 'pass',
        seen: 'postgresql://me:***@127.0.0.1:1/app; host from PGHOST; port from PGPORT; user from PGUSER; password from PGPASSWORD; sslmode disable',
        todo: null,
      },
    ]);
    expect(found.printed).not.toContain('geheim');
  });

  test('that looks misspelt is worth a look', async () => {
    const found = await diagnose(['-s', url], { cwd: temporaryDirectory(), env: { DBOS_SYSTEM_DATABASE_URI: 'x' } });
    const [warning] = found.checks.filter(({ state, group }) => state === 'warn' && group === 'Configuration');
    expect(warning?.seen).toContain('nobody reads the variable DBOS_SYSTEM_DATABASE_URI');
  });
});

describe('it never stops at what fails', () => {
  test('a mistake in the file', async () => {
    const cwd = temporaryDirectory({ 'dbos-config.yaml': 'sytem_database_url: postgresql://u:geheim@h/d' });
    const found = await diagnose([], { cwd });
    expect(found.exitCode).toBe(1);
    expect(found.checks.filter(({ group }) => group !== 'This machine')).toEqual([
      {
        group: 'Configuration',
        name: 'configuration',
        state: 'fail',
        seen: 'unknown key sytem_database_url\nwhere: dbos-config.yaml:1:1 sytem_database_url',
        todo: 'did you mean system_database_url? it stands at the top level',
      },
      {
        group: 'System database',
        name: 'connection',
        state: 'unknown',
        seen: 'not looked at: the configuration does not say where it is',
        todo: null,
      },
    ]);
    expect(found.printed).not.toContain('geheim');
  });

  test('a server that cannot be reached, and a parameter that cannot be meant', async () => {
    const found = await diagnose(['-s', 'postgresql://u:geheim@127.0.0.1:1/d', '-D', url], {
      cwd: temporaryDirectory(),
    });
    expect(found.of('connection')).toMatchObject([
      {
        state: 'fail',
        seen: 'nothing listens at 127.0.0.1:1\nwhere: postgresql://u:***@127.0.0.1:1/d',
        todo: 'start the server, or correct host and port',
      },
      { state: 'pass' },
    ]);
    const odd = await diagnose(['-s', 'postgresql://127.0.0.1:1/d'], { env: { PGCONNECT_TIMEOUT: 'soon' } });
    expect(odd.checks.filter(({ state }) => state === 'fail')).toMatchObject([
      { name: 'connection', seen: expect.stringContaining('is no number of seconds') },
    ]);
  });

  test('a flag that contradicts another is an error, as everywhere', async () => {
    expect(await run([...flags, ...flags])).toMatchObject({ exitCode: 1, stdout: '' });
    const { exitCode, stderr } = await run(['--format', 'yaml']);
    expect([exitCode, stderr]).toEqual([1, 'error: --format "yaml" is unknown\n  do     it is one of text, json\n']);
  });
});

describe('Docker', () => {
  const withDocker = async (script: string | null) => {
    const bin = temporaryDirectory(script === null ? {} : { docker: `#!/bin/sh\n${script}\n` });
    if (script !== null) chmodSync(join(bin, 'docker'), 0o755);
    return diagnose(flags, { cwd: temporaryDirectory(), env: { PATH: bin } });
  };

  test('that is not there is nothing amiss', async () => {
    const { exitCode, of } = await withDocker(null);
    expect([exitCode, of('docker')]).toEqual([
      0,
      [
        {
          state: 'unknown',
          seen: 'neither Docker nor Podman is there: only dbos postgres needs one',
          todo: null,
        },
      ],
    ]);
  });

  test('that does not run is worth a look', async () => {
    const { exitCode, of } = await withDocker(
      `[ "$1" = --version ] && echo 'Docker version 1' && exit; echo 'Cannot connect to the Docker daemon' >&2; exit 1`,
    );
    expect([exitCode, of('docker')]).toMatchObject([
      0,
      [{ state: 'warn', seen: expect.stringContaining('Docker version 1: Docker does not run') }],
    ]);
  });

  test('that answers passes', async () => {
    const { of } = await withDocker(`[ "$1" = --version ] && echo 'Docker version 1'; exit 0`);
    expect(of('docker')).toEqual([{ state: 'pass', seen: 'Docker version 1', todo: null }]);
  });
});

describe('the text', () => {
  test('says what could not be looked at in one line, and the sum last', async () => {
    const { stdout, exitCode, stderr } = await run(['-s', 'postgresql://u:geheim@127.0.0.1:1/d']);
    expect([exitCode, stderr]).toEqual([1, '']);
    expect(stdout).toContain(
      `  fail  connection: nothing listens at 127.0.0.1:1
        where: postgresql://u:***@127.0.0.1:1/d
        do  start the server, or correct host and port
     -  server, writes, TLS, clock, connections, settings, role, launch,
        extensions, runtimes, schema, strangers, rights, obstacles, application
        role, event triggers: not looked at: there is no connection
`,
    );
    expect(stdout.split('\n').at(-2)).toBe('1 fails, 9 pass, 17 not looked at');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  test('has colours where they are asked for', async () => {
    const { stdout } = await run([...flags, '--color', 'always']);
    expect(stdout).toContain('\u001b[32mpass\u001b[0m  node: ');
    expect(stdout).toContain('\u001b[33mwarn\u001b[0m  schema: ');
    expect(stdout).toContain('        \u001b[1mdo\u001b[0m  dbos migrate creates it\n');
  });

  test('is nothing where only the exit code is asked for', async () => {
    expect(await run([...flags, '--quiet'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await run(['-s', 'postgresql://u@127.0.0.1:1/d', '-q'])).toEqual({ exitCode: 1, stdout: '', stderr: '' });
  });
});
