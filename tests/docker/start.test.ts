import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { startCli } from '../support/cli.ts';
import { dbos, describeWithEngine, docker, engineEnvironment, inspect, volumes } from './support/engine.ts';
import { deriveImage } from './support/image.ts';

/** Sends SQL as an application would that was given the connection string. */
async function query(sql: string, url = 'postgresql://postgres:dbos@localhost:5432/postgres'): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

const connectionString = 'Connection string: postgresql://postgres:dbos@localhost:5432/postgres\n';
const started = `Starting PostgreSQL with Docker...\nPostgreSQL is now running on port 5432\n${connectionString}`;

describeWithEngine('dbos postgres start', () => {
  test('prints what the page has, and gives what it promises', async () => {
    expect(await dbos('postgres', 'start')).toEqual({ stdout: started, stderr: '', exitCode: 0 });
    expect(await query('SHOW server_version_num')).toEqual([expect.stringMatching(/^16/)]);
    expect(inspect('{{.Name}} {{.State.Status}} {{.Config.Image}}')).toBe('/dbos-postgres running postgres:16');
    expect(inspect('{{json .HostConfig.PortBindings}}')).toBe(
      '{"5432/tcp":[{"HostIp":"127.0.0.1","HostPort":"5432"}]}',
    );
    expect(inspect('{{range .Mounts}}{{.Name}} {{.Destination}}{{end}}')).toBe(
      'dbos_postgres_data /var/lib/postgresql/data',
    );
    expect(volumes()).toEqual(['dbos_postgres_data']);
  });

  test('of one that runs says so, and leaves it alone', async () => {
    await dbos('postgres', 'start');
    const before = inspect('{{.Id}} {{.State.StartedAt}}');
    expect(await dbos('pg', 'start')).toEqual({
      stdout: `PostgreSQL is already running on port 5432\n${connectionString}`,
      stderr: '',
      exitCode: 0,
    });
    expect(inspect('{{.Id}} {{.State.StartedAt}}')).toBe(before);
  });

  test('twice at once ends well for both, with one container', async () => {
    const results = await Promise.all([dbos('postgres', 'start'), dbos('postgres', 'start')]);
    for (const { stdout, stderr, exitCode } of results) {
      expect([stderr, exitCode]).toEqual(['', 0]);
      expect(stdout).toContain(connectionString);
    }
    expect(await query('SELECT 1')).toEqual([1]);
  });

  test('finds the data of one that was stopped', async () => {
    await dbos('postgres', 'start');
    await query('CREATE DATABASE myapp_dev');
    expect((await dbos('postgres', 'stop')).exitCode).toBe(0);
    expect(await dbos('postgres', 'start')).toEqual({ stdout: started, stderr: '', exitCode: 0 });
    expect(await query(`SELECT datname FROM pg_database WHERE datname LIKE 'myapp%'`)).toEqual(['myapp_dev']);
  });

  test('finds the data where the container is gone', async () => {
    await dbos('postgres', 'start');
    await query('CREATE DATABASE myapp_dev');
    docker('container', 'rm', '--force', 'dbos-postgres');
    expect((await dbos('postgres', 'start')).exitCode).toBe(0);
    expect(await query(`SELECT datname FROM pg_database WHERE datname LIKE 'myapp%'`)).toEqual(['myapp_dev']);
  });

  test.each([
    ['paused', () => docker('container', 'pause', 'dbos-postgres')],
    ['killed', () => docker('container', 'kill', 'dbos-postgres')],
  ])('goes on with one that was %s', async (_, harm) => {
    await dbos('postgres', 'start');
    harm();
    expect(await dbos('postgres', 'start')).toEqual({ stdout: started, stderr: '', exitCode: 0 });
    expect(await query('SELECT 1')).toEqual([1]);
  });

  test('goes on with one that was made and never started', async () => {
    await dbos('postgres', 'start');
    docker('container', 'rm', '--force', 'dbos-postgres');
    const settings = ['--env', 'POSTGRES_PASSWORD=dbos', '--publish', '127.0.0.1:5432:5432'];
    const volume = ['--volume', 'dbos_postgres_data:/var/lib/postgresql/data'];
    docker('container', 'create', '--name', 'dbos-postgres', ...settings, ...volume, 'postgres:16');
    expect(await dbos('postgres', 'start')).toEqual({ stdout: started, stderr: '', exitCode: 0 });
  });

  test('--port', async () => {
    const { stdout, exitCode } = await dbos('postgres', 'start', '--port', '5544');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('PostgreSQL is now running on port 5544\n');
    expect(stdout).toContain('postgresql://postgres:dbos@localhost:5544/postgres\n');
    expect(await query('SELECT 1', 'postgresql://postgres:dbos@localhost:5544/postgres')).toEqual([1]);
  });

  test('--password is on no command line and in no output; url alone prints it', async () => {
    const password = 'p@ss/Wörd 1';
    const seen = new Set<string>();
    const stopWatching = watchCommandLines(seen);
    const start = await dbos('postgres', 'start', '--password', password);
    const again = await dbos('postgres', 'start', '--password', password);
    const status = await dbos('postgres', 'status');
    const refused = await dbos('postgres', 'start');
    stopWatching();
    expect(start.stdout).toContain('Connection string: postgresql://postgres:***@localhost:5432/postgres\n');
    expect([start.exitCode, again.exitCode, status.exitCode, refused.exitCode]).toEqual([0, 0, 0, 1]);
    expect([...seen].some((line) => line.includes('POSTGRES_PASSWORD'))).toBe(true);
    const shown = [...seen, ...[start, again, status, refused].flatMap(({ stdout, stderr }) => [stdout, stderr])];
    const forms = [password, encodeURIComponent(password)];
    expect(shown.filter((text) => forms.some((form) => text.includes(form)))).toEqual([]);
    const url = `postgresql://postgres:${encodeURIComponent(password)}@localhost:5432/postgres`;
    expect(await dbos('postgres', 'url')).toEqual({ stdout: `${url}\n`, stderr: '', exitCode: 0 });
    expect(await query('SELECT 1', url)).toEqual([1]);
  });

  test('--image and --volume: 18 keeps its data in another place', async () => {
    const args = ['postgres', 'start', '--image', 'postgres:18', '--volume', 'data_of_18'];
    expect((await dbos(...args)).exitCode).toBe(0);
    expect(await query('SHOW server_version_num')).toEqual([expect.stringMatching(/^18/)]);
    expect(inspect('{{range .Mounts}}{{.Name}} {{.Destination}}{{end}}')).toBe('data_of_18 /var/lib/postgresql');
    await query('CREATE DATABASE kept');
    docker('container', 'rm', '--force', '--volumes', 'dbos-postgres');
    expect((await dbos(...args)).exitCode).toBe(0);
    expect(await query(`SELECT datname FROM pg_database WHERE datname = 'kept'`)).toEqual(['kept']);
    expect(volumes()).toEqual(['data_of_18']);
  });

  test('SIGINT ends the waiting, and the next start goes on', async () => {
    deriveImage('postgres:slow', 'sleep 6; exec /entrypoint.sh');
    const args = ['postgres', 'start', '--image', 'postgres:slow'];
    const { child, ended } = startCli(args, { env: engineEnvironment() });
    for (let i = 0; i < 300 && docker('container', 'ls', '--quiet') === ''; i += 1) await setTimeout(50);
    child.kill('SIGINT');
    const before = Date.now();
    const { stdout, stderr, exitCode } = await ended;
    expect(Date.now() - before).toBeLessThan(3000);
    expect([stdout, exitCode]).toEqual(['Starting PostgreSQL with Docker...\n', 130]);
    expect(stderr).toBe('interrupted: what was made until then stays; `dbos postgres start` goes on with it\n');
    expect((await dbos(...args)).stdout).toBe(`PostgreSQL is already running on port 5432\n${connectionString}`);
  });
});

describeWithEngine('dbos postgres status and url', () => {
  test('of a server that runs', async () => {
    await dbos('postgres', 'start');
    expect(await dbos('postgres', 'status')).toEqual({
      stdout: [
        'PostgreSQL is running on port 5432',
        'Connection string: postgresql://postgres:dbos@localhost:5432/postgres',
        'Container: dbos-postgres (running)',
        'Image: postgres:16',
        'Volume: dbos_postgres_data',
        '',
      ].join('\n'),
      stderr: '',
      exitCode: 0,
    });
    expect(await dbos('pg', 'url')).toEqual({
      stdout: 'postgresql://postgres:dbos@localhost:5432/postgres\n',
      stderr: '',
      exitCode: 0,
    });
  });

  test('of one that is stopped', async () => {
    await dbos('postgres', 'start');
    await dbos('postgres', 'stop');
    const { stdout, exitCode } = await dbos('pg', 'status');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('PostgreSQL is not running: its container is exited.\n');
    expect(stdout).toContain('Container: dbos-postgres (exited)\n');
  });

  test('of one that runs and does not answer', async () => {
    deriveImage('postgres:never', 'while :; do sleep 1; done');
    await dbos('postgres', 'start', '--image', 'postgres:never', '--timeout', '1');
    const { stdout, exitCode } = await dbos('postgres', 'status');
    expect([stdout.split('\n')[0], exitCode]).toEqual([
      expect.stringMatching(/^PostgreSQL does not answer on port 5432: \S/),
      0,
    ]);
  });

  test('of none', async () => {
    expect(await dbos('postgres', 'status')).toEqual({
      stdout: 'PostgreSQL is not running: there is no container.\n',
      stderr: '',
      exitCode: 0,
    });
    expect(await dbos('postgres', 'url')).toEqual({
      stdout: '',
      stderr: 'error: PostgreSQL is not running\n  do     start it: dbos postgres start\n',
      exitCode: 1,
    });
  });
});

/** Collects the command lines of all processes. @returns a function that ends it */
function watchCommandLines(seen: Set<string>): () => void {
  const timer = setInterval(() => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
      } catch {
        // It has ended.
      }
    }
  }, 2);
  return () => clearInterval(timer);
}
