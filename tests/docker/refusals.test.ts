import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { dbos, describeWithEngine, docker, inspect, volumes } from './support/engine.ts';
import { deriveImage } from './support/image.ts';

const containers = (): string => docker('container', 'ls', '--all', '--format', '{{.Names}}');

/** Starts, and expects an error. @returns its lines: message, where, hint */
async function refusal(...flags: readonly string[]): Promise<string> {
  const { stderr, exitCode } = await dbos('postgres', 'start', ...flags);
  expect(exitCode).toBe(1);
  return stderr;
}

describeWithEngine('a port that is taken', () => {
  test('by a process: says which, and leaves no container behind', async () => {
    const server = createServer().listen(5432, '127.0.0.1');
    await once(server, 'listening');
    const stderr = await refusal();
    expect(stderr).toBe(
      [
        `error: port 5432 is taken by process ${process.pid} (node)`,
        '  where  127.0.0.1:5432',
        '  do     stop it, or use another port: dbos postgres start --port 5433',
        '',
      ].join('\n'),
    );
    expect(containers()).toBe('');
    expect((await dbos('postgres', 'start', '--port', '5433')).exitCode).toBe(0);
    server.close();
    await once(server, 'close');
  });

  const holder = (name: string): string =>
    docker('run', '--detach', '--name', name, '--publish', '5432:5432', '--entrypoint', 'sleep', 'postgres:16', '60');

  test('by a container: names it', async () => {
    holder('shop-db');
    const stderr = await refusal();
    expect(stderr).toContain('error: port 5432 is taken by container shop-db\n');
    expect(stderr).toContain(
      'do     stop it: docker stop shop-db, or use another port: dbos postgres start --port 5433\n',
    );
    expect(containers()).toBe('shop-db');
  });

  test("by the official tools' own container: says whose it is", async () => {
    holder('dbos-db');
    const stderr = await refusal();
    expect(stderr).toContain('error: port 5432 is taken by dbos-db, the container of the official DBOS tools\n');
    expect(stderr).toContain('docker stop dbos-db');
  });

  test('while our own is stopped: it is kept', async () => {
    await dbos('postgres', 'start');
    await dbos('postgres', 'stop');
    holder('shop-db');
    expect(await refusal()).toContain('taken by container shop-db');
    expect(inspect('{{.State.Status}}')).toBe('exited');
    docker('container', 'rm', '--force', 'shop-db');
    expect((await dbos('postgres', 'start')).exitCode).toBe(0);
  });
});

describeWithEngine('a container of the same name', () => {
  test('with other settings: says what differs, and the flags that it takes', async () => {
    const flags = ['--port', '5433', '--volume', 'mine', '--password', 'other'];
    await dbos('postgres', 'start', ...flags);
    const stderr = await refusal();
    expect(stderr.split('\n')).toEqual([
      'error: container dbos-postgres is there with port 5433 instead of 5432, volume mine instead of dbos_postgres_data, another password',
      '  where  container dbos-postgres · running',
      '  do     use it as it is: dbos postgres start --port 5433 --volume mine --password PASSWORD',
      '         or make it anew, the data stays in volume mine: docker rm --force dbos-postgres; then start again',
      '',
    ]);
    expect((await dbos('postgres', 'start', ...flags)).exitCode).toBe(0);
    expect(await refusal(...flags, '--image', 'postgres:15')).toContain(
      'do     use it as it is: dbos postgres start --port 5433 --volume mine --password PASSWORD\n',
    );
  });

  test('with another image', async () => {
    await dbos('postgres', 'start', '--image', 'postgres:15');
    expect(await refusal()).toContain('is there with image postgres:15 instead of postgres:16\n');
  });

  test('that listens for everybody', async () => {
    const settings = ['--env', 'POSTGRES_PASSWORD=dbos', '--publish', '5432:5432'];
    const volume = ['--volume', 'dbos_postgres_data:/var/lib/postgresql/data'];
    docker('run', '--detach', '--name', 'dbos-postgres', ...settings, ...volume, 'postgres:16');
    const stderr = await refusal();
    expect(stderr).toContain('is there with port 0.0.0.0:5432');
    expect(stderr).toContain('instead of 127.0.0.1:5432\n');
    expect(stderr).not.toContain('use it as it is');
  });

  test('that is something else: nothing advises to lose its data', async () => {
    docker('run', '--detach', '--name', 'dbos-postgres', '--env', 'POSTGRES_PASSWORD=x', 'postgres:16');
    const stderr = await refusal();
    expect(stderr).toContain('no published port instead of 5432, no volume of a name instead of dbos_postgres_data');
    expect(stderr).toContain('docker rename dbos-postgres dbos-postgres-old; then start again');
    expect(stderr).not.toContain('docker rm');
    docker('container', 'rename', 'dbos-postgres', 'dbos-postgres-old');
    expect((await dbos('postgres', 'start')).exitCode).toBe(0);
  });
});

describeWithEngine('a volume', () => {
  test.each([
    ['15', '16'],
    ['16', '15'],
    ['16', '18'],
    ['18', '16'],
  ])('of %s is not opened by %s', async (was, is) => {
    expect((await dbos('postgres', 'start', '--image', `postgres:${was}`)).exitCode).toBe(0);
    docker('container', 'rm', '--force', 'dbos-postgres');
    const stderr = await refusal('--image', `postgres:${is}`);
    expect(stderr.split('\n').slice(0, 5)).toEqual([
      `error: the data in volume dbos_postgres_data is of PostgreSQL ${was}, which postgres:${is} (${is}) cannot open`,
      '  where  volume dbos_postgres_data · PG_VERSION',
      `  do     open it with its own version: dbos postgres start --image postgres:${was}`,
      `         or begin an empty volume: dbos postgres start --volume dbos_postgres_data_${is}`,
      '         or delete the data: docker volume rm dbos_postgres_data',
    ]);
    expect(containers()).toBe('');
    expect((await dbos('postgres', 'start', '--image', `postgres:${was}`)).exitCode).toBe(0);
  });

  test('that was exchanged under a container that is stopped', async () => {
    await dbos('postgres', 'start', '--volume', 'mine');
    await dbos('postgres', 'stop');
    const write = 'echo 15 > /v/PG_VERSION';
    docker('run', '--rm', '--volume', 'mine:/v', '--entrypoint', 'sh', 'postgres:16', '-c', write);
    expect(await refusal('--volume', 'mine')).toContain('the data in volume mine is of PostgreSQL 15');
  });

  test('that was made with another password', async () => {
    await dbos('postgres', 'start', '--password', 'first');
    docker('container', 'rm', '--force', 'dbos-postgres');
    const stderr = await refusal('--timeout', '20');
    expect(stderr).toContain('error: the data in volume dbos_postgres_data has another password');
    expect(stderr).toContain('dbos postgres start --password PASSWORD');
    docker('container', 'rm', '--force', 'dbos-postgres');
    expect((await dbos('postgres', 'start', '--password', 'first')).exitCode).toBe(0);
  });

  test('that is full', async () => {
    docker('volume', 'create', '--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=size=8m', 'small');
    const stderr = await refusal('--volume', 'small');
    expect(stderr).toContain('error: container dbos-postgres ended with exit code 1\n');
    expect(stderr).toContain('do     the disk is full: free some space');
  });
});

describeWithEngine('a server that does not get ready', () => {
  test('in time: shows the end of its log, and stays to be looked at', async () => {
    deriveImage('postgres:never', 'i=0; while :; do i=$((i+1)); echo "waiting, round $i" >&2; sleep 0.1; done');
    const before = Date.now();
    const stderr = await refusal('--image', 'postgres:never', '--timeout', '2', '--password', 'Hidden-1');
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(stderr).toMatch(/^error: PostgreSQL was not ready within 2 s: \S/);
    expect(stderr).toMatch(
      /where {2}docker logs dbos-postgres · the end of its log:\n(?: {9}waiting, round \d+\n){10} {2}do/,
    );
    expect(stderr).toContain('wait longer with --timeout SECONDS');
    expect(inspect('{{.State.Status}}')).toBe('running');
  });

  test('because its container ends: is not waited for', async () => {
    deriveImage('postgres:broken', 'echo "the password is Hidden-1" >&2; exit 3');
    const before = Date.now();
    const stderr = await refusal('--image', 'postgres:broken', '--password', 'Hidden-1');
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(stderr).toContain('error: container dbos-postgres ended with exit code 3\n');
    expect(stderr).toContain('the password is ***\n');
  });
});

describeWithEngine('an image that is none of PostgreSQL', () => {
  test('is not started', async () => {
    docker('container', 'create', '--name', 'plain', 'postgres:16');
    docker('container', 'commit', '--change', 'ENV PG_MAJOR=', 'plain', 'shop:1');
    docker('container', 'rm', '--volumes', 'plain');
    expect(await refusal('--image', 'shop:1')).toContain(
      'image shop:1 is not made from the official one of PostgreSQL',
    );
    expect([containers(), volumes()]).toEqual(['', []]);
  });
});
