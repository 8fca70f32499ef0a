import { expect, test } from '@jest/globals';
import { runOnTerminal, testOnTerminal } from '../support/terminal.ts';
import { dbos, describeWithEngine, docker, engineEnvironment, inspect, volumes } from './support/engine.ts';

const preserved = 'Data is preserved in the dbos_postgres_data volume. Starting again will restore your databases.\n';
const deleted = 'PostgreSQL and its data are removed.\n';
const containers = (): string => docker('container', 'ls', '--all', '--quiet');

describeWithEngine('dbos postgres stop', () => {
  test('prints what the page has, in good order, and keeps the data', async () => {
    await dbos('postgres', 'start');
    expect(await dbos('postgres', 'stop')).toEqual({
      stdout: `Stopping PostgreSQL container...\nPostgreSQL stopped.\n${preserved}`,
      stderr: '',
      exitCode: 0,
    });
    expect(inspect('{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 0');
    expect(volumes()).toEqual(['dbos_postgres_data']);
  });

  test('a second time says so', async () => {
    await dbos('postgres', 'start');
    await dbos('postgres', 'stop');
    expect(await dbos('pg', 'stop')).toEqual({
      stdout: `PostgreSQL is not running.\n${preserved}`,
      stderr: '',
      exitCode: 0,
    });
  });

  test('of nothing says so', async () => {
    expect(await dbos('postgres', 'stop')).toEqual({ stdout: 'PostgreSQL is not running.\n', stderr: '', exitCode: 0 });
  });

  test('names a volume of another name', async () => {
    await dbos('postgres', 'start', '--volume', 'my_data');
    expect((await dbos('postgres', 'stop')).stdout).toContain('Data is preserved in the my_data volume.');
  });

  test('of one that is paused', async () => {
    await dbos('postgres', 'start');
    docker('container', 'pause', 'dbos-postgres');
    expect((await dbos('postgres', 'stop')).exitCode).toBe(0);
    expect(inspect('{{.State.Status}} {{.State.ExitCode}}')).toBe('exited 0');
  });

  test('--volumes without a terminal needs --yes', async () => {
    await dbos('postgres', 'start');
    const { stdout, stderr, exitCode } = await dbos('postgres', 'stop', '--volumes');
    expect([stdout, exitCode]).toEqual(['', 3]);
    expect(stderr).toContain('give --yes to delete them without asking');
    expect(inspect('{{.State.Status}}')).toBe('running');
  });

  test('--volumes --yes deletes all of it', async () => {
    await dbos('postgres', 'start', '--volume', 'my_data');
    const { stdout, stderr, exitCode } = await dbos('postgres', 'stop', '--volumes', '--yes');
    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toBe(`Stopping PostgreSQL container...\n${deleted}`);
    expect([containers(), volumes()]).toEqual(['', []]);
  });

  test('--volumes of what is stopped, of a volume alone, and of nothing', async () => {
    await dbos('postgres', 'start');
    docker('container', 'rm', '--force', 'dbos-postgres');
    expect((await dbos('postgres', 'stop', '--volumes', '-y')).stdout).toBe(deleted);
    expect(volumes()).toEqual([]);
    expect(await dbos('postgres', 'stop', '--volumes', '-y')).toEqual({
      stdout: 'PostgreSQL is not running, and there is no data to remove.\n',
      stderr: '',
      exitCode: 0,
    });
  });

  test('--volumes of a volume that another container uses says which', async () => {
    await dbos('postgres', 'start');
    docker(
      'run',
      '--detach',
      '--name',
      'reader',
      '--volume',
      'dbos_postgres_data:/v',
      '--entrypoint',
      'sleep',
      'postgres:16',
      '60',
    );
    const { stderr, exitCode } = await dbos('postgres', 'stop', '--volumes', '-y');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('volume dbos_postgres_data is used by container reader');
    expect(inspect('{{.State.Status}}')).toBe('running');
  });

  const question =
    'This command deletes container dbos-postgres and volume dbos_postgres_data with all databases. Are you sure you want to proceed? [y/N]: ';

  testOnTerminal('--volumes asks, and an answer but yes keeps everything', async () => {
    await dbos('postgres', 'start');
    const options = (keys: string) => ({ env: engineEnvironment(), answer: { to: '[y/N]: ', keys } });
    const no = await runOnTerminal(['postgres', 'stop', '--volumes'], options('n\n'));
    expect(no).toEqual({ screen: `${question}n\nOperation cancelled.\n`, exitCode: 0 });
    expect(inspect('{{.State.Status}}')).toBe('running');
    const yes = await runOnTerminal(['postgres', 'stop', '--volumes'], options('y\n'));
    expect(yes).toEqual({ screen: `${question}y\nStopping PostgreSQL container...\n${deleted}`, exitCode: 0 });
    expect([containers(), volumes()]).toEqual(['', []]);
  });
});
