import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { runCli } from './run.ts';

/** What needs no engine; what does is in `tests/docker/`. */
const temporaryDirectory = temporaryDirectories();

/** Runs a command line where no program is installed but these scripts of the shell. */
async function dbosWith(programs: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const directory = temporaryDirectory(programs);
  for (const name of Object.keys(programs)) chmodSync(join(directory, name), 0o755);
  return { directory, ...(await runCli(args, { env: { PATH: directory } })) };
}

const dbos = (...args: readonly string[]) => dbosWith({}, ...args);

describe('help', () => {
  const groups = ['postgres', 'pg', 'postgres --help', 'pg -h', 'help postgres', 'help pg'];

  test.each(groups)('dbos %s lists the commands of the group', async (line) => {
    const { stdout, stderr, exitCode } = await dbos(...line.split(' '));
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toContain('Usage: dbos postgres COMMAND [options]\n');
    for (const command of ['start', 'stop', 'status', 'url'])
      expect(stdout).toContain(`\n  dbos postgres ${command} [`);
    expect(stdout).not.toContain('dbos migrate');
    expect(stdout.split('\n').filter((text) => text.length > 80)).toEqual([]);
  });

  test.each(['start', 'stop', 'status', 'url'])('dbos postgres %s --help', async (command) => {
    const { stdout, exitCode } = await dbos('postgres', command, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`Usage\n  dbos postgres ${command} [--debug]`);
    expect(stdout).toContain(`\`dbos pg ${command}\` is`);
    expect(stdout).toContain('Exit codes: ');
    expect(stdout.split('\n').filter((text) => text.length > 80 && !text.startsWith('  $ '))).toEqual([]);
    expect((await dbos('pg', command, '-h')).stdout).toBe(stdout);
    expect((await dbos('help', 'postgres', command)).stdout).toBe(stdout);
  });

  test('dbos lists them among all commands', async () => {
    const { stdout } = await dbos();
    expect(stdout).toContain('\n  dbos migrate [');
    expect(stdout).toContain('\n  dbos postgres start [');
  });
});

test.each([
  ['postgres strat', 'unknown command postgres strat', 'did you mean postgres start? `dbos postgres --help` lists'],
  ['pg stpo', 'unknown command pg stpo', 'did you mean pg stop? `dbos pg --help` lists the commands'],
  [
    'pg elephant',
    'unknown command pg (not shown, since it may hold a password)',
    '  do     `dbos pg --help` lists the commands',
  ],
  ['postgers start', 'unknown command postgers', 'did you mean postgres? `dbos help` lists the commands'],
  ['postgres --port 5433', 'unknown option --port', '`dbos postgres --help` lists'],
  ['postgres strat --help', 'unknown command postgres strat', 'did you mean postgres start?'],
  ['postgres start --prot 1', 'unknown option --prot', 'did you mean --port?'],
  [
    'postgres start 5433',
    'unexpected argument (not shown, since it may hold a password)',
    '`dbos postgres start --help` lists the options',
  ],
  ['postgres start --port', '--port needs a value', '`dbos postgres start --help` lists the options'],
  ['postgres stop --volumes=yes', '--volumes takes no value', '`dbos postgres stop --help` lists the options'],
  ['postgres stop --volume x', 'unknown option --volume', 'did you mean --volumes?'],
  [
    'postgres start --port 80a',
    '--port takes a whole number, and not (not shown, since it may hold a password)',
    'give one from 1: --port PORT',
  ],
  ['postgres start --port 0', '--port takes a whole number, and not "0"', 'give one from 1: --port PORT'],
  ['postgres start --port 65536', 'there is no port 65536', 'give a number from 1 to 65535'],
  ['postgres start --timeout 1.5', '--timeout takes a whole number, and not "1.5"', '--timeout SECONDS'],
  ['postgres start --timeout 1 --timeout 2', '--timeout is given 2 times', 'give it once'],
  ['postgres start --password=', 'the password is empty', 'give another'],
  ['postgres start --image=', 'an image cannot be named ""', 'name one as in postgres:16'],
  ['postgres start --image=--privileged', 'an image cannot be named "--privileged"', 'name one as in postgres:16'],
  ['postgres start --volume /var/data', 'a volume cannot be named "/var/data"', 'a directory is no volume'],
])('dbos %s', async (line, message, hint) => {
  const { stdout, stderr, exitCode } = await dbos(...line.split(' '));
  expect([stdout, exitCode]).toEqual(['', 1]);
  expect(stderr.split('\n')[0]).toContain(`error: ${message}`);
  expect(stderr).toContain(hint);
});

test('stop --volumes needs a yes from somebody', async () => {
  const { stdout, stderr, exitCode } = await dbos('postgres', 'stop', '--volumes');
  expect([stdout, exitCode]).toEqual(['', 3]);
  expect(stderr).toContain('give --yes to delete them without asking');
});

describe('the engine', () => {
  const commands = ['start', 'stop', 'status', 'url'];
  const works = (name: string): string =>
    `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "$@" >"\${0%/*}/asked"\necho "${name} said no" >&2\nexit 125\n`;

  test.each(commands)('%s: none is installed', async (command) => {
    const { stdout, stderr, exitCode } = await dbos('postgres', command);
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain('error: neither docker nor podman is installed, or none is on the PATH\n');
    expect(stderr).toContain(
      'do     install Docker (https://docs.docker.com/get-docker/), or start PostgreSQL yourself',
    );
  });

  test('is podman where there is no docker', async () => {
    const { stderr, exitCode } = await dbosWith({ podman: works('podman') }, 'postgres', 'start');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: podman failed: podman said no\n  where  podman container ls ');
  });

  test('is podman where docker is a name without a program behind it', async () => {
    const stub = '#!/bin/sh\necho "The command docker could not be found in this WSL 2 distro."\nexit 1\n';
    const { stderr } = await dbosWith({ docker: stub, podman: works('podman') }, 'postgres', 'start');
    expect(stderr).toContain('error: podman failed: podman said no\n');
  });

  test('is docker where there are both', async () => {
    const programs = { docker: works('docker'), podman: works('podman') };
    const { stderr, directory } = await dbosWith(programs, 'postgres', 'start');
    expect(stderr).toContain('error: docker failed: docker said no\n');
    expect(existsSync(join(directory, 'asked'))).toBe(true);
    expect(readFileSync(join(directory, 'asked'), 'utf8')).toMatch(/^container ls /);
  });

  test('that is a machine which does not run', async () => {
    const says =
      'Cannot connect to Podman. Please verify your connection to the Linux system using podman system connection list';
    const podman = `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "${says}" >&2\nexit 125\n`;
    const { stderr } = await dbosWith({ podman }, 'pg', 'status');
    expect(stderr).toContain('error: Podman does not run, or not where podman looks for it\n');
    expect(stderr).toContain('do     start its machine: podman machine start\n');
  });
});
