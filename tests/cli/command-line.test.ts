import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { hazards } from '../../src/model/hazard.ts';
import { runCli } from './run.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
const root = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Runs a command line that opens no database, and expects no file to be made. */
async function dbos(...args: readonly string[]) {
  const cwd = temporaryDirectory();
  const result = await runCli(args, { cwd });
  expect(readdirSync(cwd)).toEqual([]);
  return result;
}

describe('help', () => {
  test.each([[[]], [['help']], [['--help']], [['-h']]])('dbos %j lists the commands', async (args: string[]) => {
    const { stdout, stderr, exitCode } = await dbos(...args);
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toContain(`DBOS system tables - ${version}`);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/dbos migrate .*--sys-db-url URL.*--app-role ROLE.*--check/);
    expect(text).toMatch(/dbos reset .*--yes.*--cascade/);
    expect(text).toContain('create or change the DBOS system tables until they are as declared');
  });

  test.each([[[]], [['migrate', '--help']], [['reset', '--help']]])(
    'dbos %j fits a terminal of 80 columns, and cuts no word',
    async (args: string[]) => {
      const { stdout } = await dbos(...args);
      expect(stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '))).toEqual([]);
      for (const word of ['--no-listen-notify', 'dbos-config.yaml', '[--allow HAZARD]', 'workflow']) {
        if (stdout.replaceAll(/\s+/g, '').includes(word.replaceAll(' ', ''))) expect(stdout).toContain(word);
      }
    },
  );

  test.each(['history', 'doctor'])('dbos %s --help says of --format what that command takes', async (command) => {
    expect((await dbos(command, '--help')).stdout).toContain('\n  --format FORMAT         text or json\n');
  });

  test('dbos migrate --help names the variables that say the same, and the forms of a URL', async () => {
    const { stdout } = await dbos('migrate', '--help');
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain('-s,--sys-db-url URL System database; otherwise DBOS_SYSTEM_DATABASE_URL');
    expect(text).toContain('otherwise DBOS_DATABASE_URL or DBOS_APPLICATION_DATABASE_URL');
    expect(text).toContain('DBOS_CONFIG');
    for (const form of ['postgresql://user:password@host:5432/database', 'sqlite:///./', 'sqlite:////']) {
      expect(stdout).toContain(form);
    }
  });

  const options = {
    migrate: [
      '-D,--db-url URL',
      '-s,--sys-db-url URL',
      '-r,--app-role ROLE',
      '--schema NAME',
      '--plan',
      '--dry-run',
      '--check',
      '--format FORMAT',
      '--config FILE',
    ],
    reset: [
      '-y,--yes',
      '-D,--db-url URL',
      '-s,--sys-db-url URL',
      '--schema NAME',
      '--dry-run',
      '--cascade',
      '--keep-schema',
      '--config FILE',
    ],
  };

  test.each(['migrate', 'reset'] as const)('dbos %s --help has every option, and examples', async (command) => {
    const { stdout, exitCode } = await dbos(command, '--help');
    expect(exitCode).toBe(0);
    const described = stdout.split('\n').map((line) => line.trim().split(/ {2,}/, 2));
    for (const option of options[command]) {
      expect(described.find(([name]) => name === option)?.[1]).toMatch(/^\w/);
    }
    expect(stdout.match(new RegExp(`^  \\$ dbos ${command}`, 'gm'))?.length).toBeGreaterThan(2);
    expect(await dbos('help', command)).toMatchObject({ stdout, exitCode: 0 });
    expect(await dbos(command, '--plan', '-h')).toMatchObject({ stdout, exitCode: 0 });
  });

  test('says all that --allow data-loss lets go, as the list of hazards does', async () => {
    const { stdout } = await dbos('migrate', '--help');
    const [about = ''] =
      /--allow HAZARD (?! ?\[).*?(?= --ignore)/.exec(stdout.replaceAll(/\s+/g, ' ').split('Options')[1] ?? '') ?? [];
    for (const lost of ['rows', 'columns', 'values']) {
      expect(about).toContain(lost);
      expect(hazards['data-loss'].meaning.toLowerCase()).toContain(lost);
    }
  });

  test('says the exit codes', async () => {
    expect((await dbos('migrate', '--help')).stdout.replaceAll(/\s+/g, ' ')).toContain(
      '0 done or nothing to do, 1 an error, 2 `--check` found differences, 3 a consent is missing.',
    );
  });
});

test.each(['--version', '-v', '-V'])('dbos %s is the version of the package', async (flag) => {
  expect(await dbos(flag)).toEqual({ stdout: `${version}\n`, stderr: '', exitCode: 0 });
});

describe('what the program does not know', () => {
  test.each([
    [['migrte'], 'unknown command migrte', 'did you mean migrate?'],
    [['rest'], 'unknown command rest', 'did you mean reset?'],
    [['help', 'migrte'], 'unknown command migrte', 'did you mean migrate?'],
    [['migrte', '--help'], 'unknown command migrte', 'did you mean migrate?'],
    [['elephant'], 'unknown command (not shown, since it may hold a password)', '`dbos help` lists the commands'],
    [['migrate', '--chek'], 'unknown option --chek', 'did you mean --check?'],
    [['migrate', '--sysdb-url', 'x'], 'unknown option --sysdb-url', 'did you mean --sys-db-url?'],
    [['migrate', '--system-db=x'], 'unknown option --system-db', '`dbos migrate --help` lists the options'],
    [['reset', '--cascad'], 'unknown option --cascad', 'did you mean --cascade?'],
    [['reset', '--app-role', 'x'], 'unknown option --app-role', '`dbos reset --help` lists the options'],
    [['--plan'], 'unknown option --plan', '`dbos help` lists the commands'],
    [['version'], 'unknown command version', 'did you mean --version?'],
    [
      ['--version', 'now'],
      'unexpected argument (not shown, since it may hold a password)',
      '`dbos help` lists the commands',
    ],
    [['migrate', '--version'], 'unknown option --version', '`dbos migrate --help` lists the options'],
    [['migrate', '-x'], 'unknown option -x', '  do     `dbos migrate --help` lists the options'],
    [['migrate', '--', 'x'], 'unknown option --', '  do     `dbos migrate --help` lists the options'],
    [['postgres://u:pw@h/db'], 'unknown command postgres://u:***@h/db', '`dbos help` lists the commands'],
    [['migrate', 'postgres://u:pw@h/db'], 'unexpected argument postgres://u:***@h/db', '--sys-db-url'],
    [
      ['migrate', 'now'],
      'unexpected argument (not shown, since it may hold a password)',
      '`dbos migrate --help` lists the options',
    ],
    [
      ['start', 'hunter2'],
      'unexpected argument (not shown, since it may hold a password)',
      '`dbos start --help` lists the options',
    ],
    [
      ['history', '--limit', 'hunter2'],
      '--limit takes a whole number, and not (not shown, since it may hold a password)',
      'give one from 1',
    ],
    [
      ['migrate', '--adopt', 'postgres://u:pw@h/db'],
      '--adopt takes the id of an object, with its kind in front',
      'table:dbos.queues',
    ],
    [
      ['migrate', '--ignore', 'hunter2'],
      '--ignore takes the id of an object, with its kind in front',
      'table:dbos.queues',
    ],
    [
      ['reset', '--adopt', 'host=h password=pw'],
      '--adopt takes the id of an object, with its kind in front',
      'table:dbos.queues',
    ],
    [['migrate', '--schema'], '--schema needs a value', '`dbos migrate --help` lists the options'],
    [['migrate', '--plan=yes'], '--plan takes no value', '`dbos migrate --help` lists the options'],
  ])('dbos %j', async (args, message, hint) => {
    const { stdout, stderr, exitCode } = await dbos(...args);
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr.split('\n')[0]).toBe(`error: ${message}`);
    expect(stderr).toMatch(/^ {2}do {5}\S/m);
    expect(stderr).toContain(hint);
    expect(stderr.trim().split('\n')).toHaveLength(2);
  });
});

describe('flags that contradict', () => {
  const url = 'sqlite:///./never.sqlite';

  test.each([
    [['--plan', '--check'], '--plan and --check exclude one another'],
    [['--plan', '--dry-run'], '--plan and --dry-run exclude one another'],
    [['--dry-run', '--check'], '--dry-run and --check exclude one another'],
    [['--plan', '--dry-run', '--check'], '--plan and --dry-run and --check exclude one another'],
    [['--format', 'json'], '--format says how a plan is printed'],
    [['--plan', '--format', 'xml'], '--format "xml" is unknown'],
    [['--dry-run', '--format', 'json'], '--dry-run prints SQL'],
    [['--plan', '--format', 'json', '--format', 'sql'], '--format is given 2 times'],
    [['-s', 'sqlite:///./other.sqlite'], '--sys-db-url is given 2 times'],
    [['--db-url', url, '-D', url], '--db-url is given 2 times'],
    [['--schema', 'a', '--schema', 'a'], '--schema is given 2 times'],
    [['-r', 'a', '-r', 'b'], '--app-role is given 2 times'],
    [['--config', 'a', '--config', 'b'], '--config is given 2 times'],
  ])('migrate %j', async (flags, message) => {
    const { stdout, stderr, exitCode } = await dbos('migrate', '--sys-db-url', url, ...flags);
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain(`error: ${message}\n`);
  });

  const flags = ['--sys-db-url', '--db-url', '--schema', '--app-role', '--config', '--ignore'];
  test.each(flags)('%s without a value', async (flag) => {
    const { stdout, stderr, exitCode } = await dbos('migrate', `${flag}=`);
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain(`error: ${flag} is empty\n`);
  });

  test('an empty format', async () => {
    const { stderr, exitCode } = await dbos('migrate', '--plan', '--format=', '--sys-db-url', url);
    expect([stderr.split('\n')[0], exitCode]).toEqual(['error: --format "" is unknown', 1]);
  });
});
