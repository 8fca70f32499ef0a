import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { runCli, startCli } from '../support/cli.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();

/** A directory with a configuration that starts the application with these commands. */
const configured = (commands: readonly string[], more = 'system_database_url: sqlite:///./app.sqlite'): string =>
  temporaryDirectory({ 'dbos-config.yaml': `${more}\nruntimeConfig:\n  start: ${JSON.stringify(commands)}\n` });

test('runs the commands in their order, where the operator stands, and makes no database', async () => {
  const cwd = configured(['pwd', 'ls', 'read word; echo "got $word"']);
  const { stdout, stderr, exitCode } = await runCli(['start'], { cwd, input: 'input\n' });
  expect([stderr, exitCode]).toEqual(['', 0]);
  expect(stdout).toBe(`Executing start command: pwd
${cwd}
Executing start command: ls
dbos-config.yaml
Executing start command: read word; echo "got $word"
got input
`);
});

test('the first that fails ends it with its code, and without a word of ours', async () => {
  const cwd = configured(['echo one', 'exit 42', 'echo never']);
  const { stdout, stderr, exitCode } = await runCli(['start'], { cwd });
  expect([stderr, exitCode]).toEqual(['', 42]);
  expect(stdout).not.toContain('never\n');
});

test('one that a signal ends gives the code that a shell gives', async () => {
  expect((await runCli(['start'], { cwd: configured(['kill -9 $$']) })).exitCode).toBe(137);
});

describe('the environment has complete URLs', () => {
  const show = 'echo "$DBOS_SYSTEM_DATABASE_URL $DBOS_DATABASE_URL $DBOS_APPLICATION_DATABASE_URL"';

  test('with the password from the environment, which is not printed by us', async () => {
    const urls = `system_database_url: postgresql://app@db.example/s\napplication_database_url: postgresql://db.example/a`;
    const cwd = configured([show, 'echo s3cr3t-w0rd'], urls);
    const env = { PGPASSWORD: 's3cr3t-w0rd', PGUSER: 'other' };
    const { stdout, exitCode } = await runCli(['start'], { cwd, env });
    expect(exitCode).toBe(0);
    const application = 'postgresql://other:s3cr3t-w0rd@db.example:5432/a';
    expect(stdout).toBe(`Executing start command: ${show}
postgresql://app:s3cr3t-w0rd@db.example:5432/s ${application} ${application}
Executing start command: echo ***
s3cr3t-w0rd
`);
  });

  test('of the environment before those of the file', async () => {
    const cwd = configured([show]);
    const env = { DBOS_SYSTEM_DATABASE_URL: 'sqlite:///other.sqlite', DBOS_DATABASE_URL: 'sqlite:////a.sqlite' };
    const { stdout } = await runCli(['start'], { cwd, env });
    expect(stdout).toContain(`\nsqlite:///${join(cwd, 'other.sqlite')} sqlite:////a.sqlite sqlite:////a.sqlite\n`);
  });

  test('a database that nobody named is none', async () => {
    const { stdout } = await runCli(['start'], { cwd: configured([show]), env: { DBOS_SYSTEM_DATABASE_URL: '' } });
    expect(stdout).toMatch(/\nsqlite:\S+app\.sqlite {2}\n/);
  });
});

describe('a signal goes on to the program', () => {
  test.each([
    ['SIGTERM', 'trap "echo asked; exit 5" TERM; echo ready; while :; do sleep 0.1; done', 5, 'asked'],
    ['SIGINT', 'trap "echo asked; exit 0" INT; echo ready; while :; do sleep 0.1; done', 0, 'asked'],
    ['SIGTERM', 'echo ready; sleep 60', 143, ''],
  ] as const)('%s, and its own exit code is passed on: %s', async (signal, command, code, said) => {
    const { child, ended } = startCli(['start'], { cwd: configured([command, 'echo never']) });
    let printed = '';
    child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
    while (!printed.includes('\nready\n')) await setTimeout(20);
    child.kill(signal);
    const { stdout, stderr, exitCode } = await ended;
    // The shell itself may say that its child was ended.
    expect([stderr.replace('Terminated\n', ''), exitCode]).toEqual(['', code]);
    expect(stdout).toContain(said);
    expect(stdout).not.toContain('never');
  });
});

test('a second signal goes on to the program too, which alone ends the run', async () => {
  const stubborn = 'trap "echo asked; trap \'echo told; exit 7\' TERM" TERM; echo ready; while :; do sleep 0.1; done';
  const { child, ended } = startCli(['start'], { cwd: configured([stubborn]) });
  let printed = '';
  child.stdout.on('data', (data: Buffer) => (printed += data.toString()));
  for (const said of ['\nready\n', '\nasked\n']) {
    while (!printed.includes(said)) await setTimeout(20);
    child.kill('SIGTERM');
  }
  const { stdout, stderr, exitCode } = await ended;
  expect([stderr.replaceAll('Terminated\n', ''), exitCode]).toEqual(['', 7]);
  expect(stdout.endsWith('asked\ntold\n')).toBe(true);
});

describe('without a command to run', () => {
  test.each([
    ['no key', 'name: app'],
    ['an empty list', 'name: app\nruntimeConfig: {start: []}'],
  ])('%s: exit code 1, and the key is named', async (_, config) => {
    const cwd = temporaryDirectory({ 'dbos-config.yaml': config });
    const { stdout, stderr, exitCode } = await runCli(['start'], { cwd });
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain(
      'error: no command to start the application is configured\n  where  runtimeConfig.start\n',
    );
  });

  test('a value that is no list is a mistake, and named with its place', async () => {
    const cwd = temporaryDirectory({ 'dbos-config.yaml': 'name: app\nruntimeConfig:\n  start: node main.js\n' });
    const { stderr, exitCode } = await runCli(['start'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('where  dbos-config.yaml:3:10 runtimeConfig.start');
  });
});
