import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { runCli, startCli } from '../support/cli.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { runOnTerminal, testOnTerminal } from '../support/terminal.ts';

const temporaryDirectory = temporaryDirectories();
const url = 'sqlite:///./app.sqlite';

/** A directory with a configuration that has these commands. */
const configured = (commands: readonly string[], more = ''): string =>
  temporaryDirectory({
    'dbos-config.yaml': `system_database_url: ${url}\n${more}database:\n  migrate: ${JSON.stringify(commands)}\n`,
  });

const migrate = (cwd: string, ...flags: readonly string[]) => runCli(['migrate', ...flags], { cwd });

function commandRecords(directory: string): readonly unknown[] {
  const database = new Database(join(directory, 'app.sqlite'), { readonly: true });
  try {
    return database
      .prepare(
        `SELECT summary, exit_code, completed_at >= started_at AS completed FROM migrations
         WHERE kind = 'command' ORDER BY started_at, rowid`,
      )
      .all();
  } finally {
    database.close();
  }
}

test('run after the migration, every time, and each is recorded', async () => {
  const directory = configured(['test -s app.sqlite && echo "tables first"', 'echo two']);
  const { stdout, stderr, exitCode } = await migrate(directory);
  expect([stderr, exitCode]).toEqual(['', 0]);
  expect(stdout).toMatch(
    new RegExp(
      [
        'System database: \\d+ created in [^]*',
        "Executing migration commands from 'dbos-config.yaml'",
        'Executing migration command: test -s app.sqlite && echo "tables first"',
        'tables first',
        'Executing migration command: echo two',
        'two\n$',
      ].join('\n'),
    ),
  );
  await migrate(directory);
  const first = { summary: 'test -s app.sqlite && echo "tables first"', exit_code: 0, completed: 1 };
  const second = { summary: 'echo two', exit_code: 0, completed: 1 };
  expect(commandRecords(directory)).toEqual([first, second, first, second]);
});

test('the first that fails stops the run, names itself and its code, and is recorded', async () => {
  const directory = configured(['echo one', 'echo oops >&2; exit 7', 'echo never']);
  const { stdout, stderr, exitCode } = await migrate(directory);
  expect(exitCode).toBe(1);
  expect(stdout).not.toContain('never\n');
  expect(stderr).toBe(`oops
error: the custom command ended with exit code 7: echo oops >&2; exit 7
  where  dbos-config.yaml · database.migrate
  do     the schema is up to date; mend the command and run dbos migrate again
`);
  expect(commandRecords(directory)).toEqual([
    { summary: 'echo one', exit_code: 0, completed: 1 },
    { summary: 'echo oops >&2; exit 7', exit_code: 7, completed: 1 },
  ]);
});

test('a command of several lines is one script, shown without an empty line behind it', async () => {
  const directory = temporaryDirectory({
    'dbos-config.yaml': `system_database_url: ${url}
database:
  migrate:
    - |
      for i in 1 2; do
        echo "line $i"
      done
`,
  });
  const script = 'for i in 1 2; do\n  echo "line $i"\ndone';
  expect((await migrate(directory)).stdout).toContain(`\nExecuting migration command: ${script}\nline 1\nline 2\n`);
  expect(commandRecords(directory)).toMatchObject([{ summary: script }]);
  const plan = await migrate(directory, '--plan');
  expect(plan.stdout).toContain('\nThen:\n  for i in 1 2; do\n    echo "line $i"\n  done\n\nPlan: nothing to do.\n');
  const script2 = await migrate(directory, '--dry-run');
  expect(script2.stdout).toBe(`-- Nothing to do in the databases.
-- Then these commands run:
--   for i in 1 2; do
--     echo "line $i"
--   done
`);
  const { commands } = JSON.parse((await migrate(directory, '--plan', '--format', 'json')).stdout) as {
    commands: unknown;
  };
  expect(commands).toEqual([script]);
});

test('no command runs in a preview', async () => {
  const directory = configured(['touch ran']);
  for (const flag of ['--plan', '--dry-run', '--check']) await migrate(directory, flag);
  expect(existsSync(join(directory, 'ran'))).toBe(false);
  expect(existsSync(join(directory, 'app.sqlite'))).toBe(false);
});

test('placeholders of a command are for the shell, which runs where the operator stands', async () => {
  const directory = configured(['echo "${MINE}-${NONE:-none}" in $(pwd)']);
  const elsewhere = temporaryDirectory();
  const { stdout, exitCode } = await runCli(['migrate', '--config', join(directory, 'dbos-config.yaml')], {
    cwd: elsewhere,
    env: { MINE: 'mine' },
  });
  expect(exitCode).toBe(0);
  expect(stdout).toContain(`\nmine-none in ${elsewhere}\n`);
  // The path in the configuration counts from the working directory too, as in the runtime.
  expect(existsSync(join(elsewhere, 'app.sqlite'))).toBe(true);
});

test('DBOS_CONFIG=config/dev.yaml dbos migrate finds alembic.ini beside config/, and names the file as it was given', async () => {
  const cwd = temporaryDirectory({
    'config/dev.yaml': `system_database_url: ${url}\ndatabase:\n  migrate:\n    - cat alembic.ini\n    - exit 3\n`,
    'alembic.ini': 'script_location = alembic\n',
  });
  const { stdout, stderr } = await runCli(['migrate'], { cwd, env: { DBOS_CONFIG: 'config/dev.yaml' } });
  expect(stdout).toContain(
    "\nExecuting migration commands from 'config/dev.yaml'\nExecuting migration command: cat alembic.ini\nscript_location = alembic\n",
  );
  expect(stderr).toContain('  where  config/dev.yaml · database.migrate\n');
});

test('the environment has absolute URLs, the one of the application under both names', async () => {
  const directory = configured(['env | grep _DATABASE_URL= | sort']);
  const elsewhere = temporaryDirectory();
  const { stdout } = await runCli(
    ['migrate', '--config', join(directory, 'dbos-config.yaml'), '--db-url', 'sqlite:///b.sqlite'],
    { cwd: elsewhere, env: { DBOS_APPLICATION_DATABASE_URL: 'sqlite:///stale.sqlite' } },
  );
  expect(stdout.split('\n').filter((line) => /^DBOS_\w+=/.test(line))).toEqual([
    `DBOS_APPLICATION_DATABASE_URL=sqlite:///${elsewhere}/b.sqlite`,
    `DBOS_DATABASE_URL=sqlite:///${elsewhere}/b.sqlite`,
    `DBOS_SYSTEM_DATABASE_URL=sqlite:///${elsewhere}/app.sqlite`,
  ]);
});

test('one that is interrupted leaves a record without an end', async () => {
  const directory = configured([': > ready; while [ ! -e go ]; do sleep 0.05; done']);
  const { child, ended } = startCli(['migrate'], { cwd: directory });
  const killed = ended.catch((error: unknown) => String(error));
  for (let i = 0; i < 500 && !existsSync(join(directory, 'ready')); i++) await setTimeout(20);
  child.kill('SIGKILL');
  writeFileSync(join(directory, 'go'), '');
  expect(await killed).toContain('ended by SIGKILL');
  expect(commandRecords(directory)).toMatchObject([{ exit_code: null, completed: null }]);
});

test('a signal goes to the command, and stops the run', async () => {
  const directory = configured([
    "trap 'echo cleaned; exit 0' TERM; : > ready; while :; do sleep 0.05; done",
    'touch b',
  ]);
  const { child, ended } = startCli(['migrate'], { cwd: directory });
  for (let i = 0; i < 500 && !existsSync(join(directory, 'ready')); i++) await setTimeout(20);
  child.kill('SIGTERM');
  const { stdout, stderr, exitCode } = await ended;
  expect(exitCode).toBe(143);
  expect(stdout).toContain('\ncleaned\n');
  expect(stderr).toContain('error: stopped by SIGTERM while the custom command ran');
  expect(existsSync(join(directory, 'b'))).toBe(false);
});

describe('on a terminal', () => {
  testOnTerminal('a command can ask there, whatever its input and output are', async () => {
    const cwd = configured([
      '{ printf "password: " > /dev/tty; read answer < /dev/tty; echo "got $answer"; } < /dev/null',
    ]);
    const { screen, exitCode } = await runOnTerminal(['migrate'], {
      cwd,
      answer: { to: '\npassword: ', keys: 'mine\n' },
    });
    expect(screen).toContain('\ngot mine\n');
    expect(exitCode).toBe(0);
  });

  testOnTerminal('Ctrl-C reaches the command once, and stops the run', async () => {
    const script = `trap 'count=x$count' INT; echo ready; for i in 1 2 3 4 5; do sleep 0.2; done; echo "count $count"`;
    const cwd = configured([script, 'touch b']);
    const { screen, exitCode } = await runOnTerminal(['migrate'], { cwd, answer: { to: '\nready', keys: '\u0003' } });
    expect(screen).toMatch(/count x$/m);
    expect(screen).toContain('error:\u001b[0m stopped by SIGINT while the custom command ran');
    expect(exitCode).toBe(130);
    expect(existsSync(join(cwd, 'b'))).toBe(false);
  });

  testOnTerminal('a signal from elsewhere goes to the command too', async () => {
    const cwd = configured(["trap 'echo cleaned; exit 0' TERM; kill -s TERM $PPID; while :; do sleep 0.05; done"]);
    const { screen, exitCode } = await runOnTerminal(['migrate'], { cwd });
    expect(screen).toContain('\ncleaned\n');
    expect(screen).toContain('error:\u001b[0m stopped by SIGTERM while the custom command ran');
    expect(exitCode).toBe(143);
  });
});

describe('on PostgreSQL', () => {
  const password = `s3cret:/?#[]@!$&'()*+,;=% "\\`;
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres({ password });
  });
  afterAll(() => server.stop());

  const print = 'printf "%s\\n" "$DBOS_SYSTEM_DATABASE_URL" "${DBOS_DATABASE_URL:-no application database}"';
  const bare = (database: string): string => `postgresql://postgres@127.0.0.1:${server.port}/${database}`;
  const complete = (database: string): string =>
    `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${server.port}/${database}`;

  test.each([
    ['PGPASSWORD', () => ({ PGPASSWORD: password })],
    [
      'a password file',
      () => {
        const line = `*:*:*:postgres:${password.replaceAll('\\', '\\\\').replaceAll(':', '\\:')}\n`;
        const file = join(temporaryDirectory(), 'pgpass');
        writeFileSync(file, line, { mode: 0o600 });
        return { PGPASSFILE: file };
      },
    ],
  ])('the environment has complete URLs where the password comes from %s', async (_, environment) => {
    const commands = [print, `: --password='${password.replaceAll("'", `'\\''`)}'`];
    const cwd = temporaryDirectory({
      'dbos-config.yaml': `application_database_url: ${bare('app')}\ndatabase: { migrate: ${JSON.stringify(commands)} }\n`,
    });
    const { stdout, exitCode } = await runCli(['migrate'], { cwd, env: environment() });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('\nExecuting migration command: : --password=***\n');
    expect(stdout).toContain(`\n${complete('app_dbos')}\n${complete('app')}\n`);
    const ours = stdout.replaceAll(complete('app_dbos'), '').replaceAll(complete('app'), '');
    expect(ours).not.toContain('s3cret');
    const rows = await server.query(`SELECT summary, exit_code FROM dbos.migrations WHERE kind = 'command'`, 'app');
    expect(rows).toContainEqual({ summary: print, exit_code: 0 });
    expect(JSON.stringify(rows)).not.toContain('s3cret');
  });

  test('without an application database there is no URL of one, and the system database has the record', async () => {
    const cwd = temporaryDirectory({
      'dbos-config.yaml': `system_database_url: ${complete('alone')}\ndatabase: { migrate: [${JSON.stringify(print)}] }\n`,
    });
    const { stdout } = await runCli(['migrate'], { cwd });
    expect(stdout).toContain(`\n${complete('alone')}\nno application database\n`);
    expect(await server.query(`SELECT summary FROM dbos.migrations WHERE kind = 'command'`, 'alone')).toHaveLength(1);
  });

  test('what cannot be recorded does not run', async () => {
    await server.query(`CREATE ROLE limited LOGIN PASSWORD 'x'; GRANT pg_read_all_data TO limited`);
    const cwd = temporaryDirectory({ 'dbos-config.yaml': 'database: { migrate: [touch ran] }\n' });
    await runCli(['migrate', '-s', complete('readable')]);
    const { stderr, exitCode } = await runCli(
      ['migrate', '-s', server.url('readable', { user: 'limited', password: 'x' })],
      { cwd },
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'error: the custom command cannot be recorded in migrations: permission denied for table migrations\n',
    );
    expect(stderr).toMatch(/^ {2}do {5}\S/m);
    expect(existsSync(join(cwd, 'ran'))).toBe(false);
  });
});
