import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CliResult, runCli } from '../../cli/run.ts';
import { findServerUser } from '../../support/postgres-binaries.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { amiss, diagnose } from '../support/doctor.ts';

const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find((path) =>
  existsSync(path),
);
if (program === undefined) process.stderr.write('PgBouncer is not installed (the Debian package pgbouncer): skipped\n');

let server: PostgresServer;
let pooler: ChildProcess;
let directory: string;
let port: number;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const answers = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() !== null));
    socket.once('error', () => resolve(false));
  });

/** A pooler in the mode that gives a server's connection away after each transaction. PgBouncer refuses root. */
(program === undefined ? describe.skip : describe)('through PgBouncer in transaction mode', () => {
  beforeAll(async () => {
    server = await startPostgres();
    directory = await mkdtemp(join(tmpdir(), 'dbos-pooler-'));
    port = await freePort();
    const password = decodeURIComponent(new URL(server.url()).password);
    await writeFile(join(directory, 'users'), `"postgres" "${password}"\n`);
    await writeFile(
      join(directory, 'pgbouncer.ini'),
      `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${join(directory, 'users')}
pool_mode = transaction
ignore_startup_parameters = extra_float_digits
`,
    );
    await chmod(directory, 0o755);
    pooler = spawn(program ?? '', [join(directory, 'pgbouncer.ini')], { stdio: 'ignore', ...findServerUser() });
    for (let attempt = 0; !(await answers()) && attempt < 100; attempt += 1) await setTimeout(50);
  });

  afterAll(async () => {
    pooler.kill('SIGTERM');
    await server.stop();
    await rm(directory, { recursive: true });
  });

  /** A database, and its URL through the pooler. */
  async function pooledDatabase(): Promise<{
    readonly direct: string;
    readonly pooled: string;
    readonly name: string;
  }> {
    const direct = await server.createDatabase('pooled');
    const pooled = new URL(direct);
    pooled.port = String(port);
    return { direct, pooled: pooled.toString(), name: pooled.pathname.slice(1) };
  }

  const run = (url: string, ...args: readonly string[]): Promise<CliResult> => runCli([...args, '--sys-db-url', url]);

  const locks = (): Promise<readonly unknown[]> => server.query(`SELECT * FROM pg_locks WHERE locktype = 'advisory'`);

  const schemaExists = async (name: string): Promise<boolean> =>
    (await server.query(`SELECT FROM pg_namespace WHERE nspname = 'dbos'`, name)).length === 1;

  test('looking works, and tells what stands in the way', async () => {
    const { pooled, direct } = await pooledDatabase();
    const planned = await run(pooled, 'migrate', '--plan');
    expect(planned.exitCode).toBe(0);
    expect(planned.stdout.replaceAll(/\s+/g, ' ')).toContain(
      '! nothing can be changed here: the connection goes through a pooler',
    );
    expect(planned.stdout).toContain('CREATE SCHEMA');
    expect((await run(pooled, 'migrate', '--check')).exitCode).toBe(2);
    await run(direct, 'migrate');
    const checked = await run(pooled, 'migrate', '--check');
    expect([checked.exitCode, checked.stderr]).toEqual([0, '']);
    expect(checked.stdout).toMatch(/^Nothing to do: /);
  });

  test('doctor says so, and looks at the rest', async () => {
    const { pooled, direct } = await pooledDatabase();
    await run(direct, 'migrate');
    const found = await diagnose(['--sys-db-url', pooled]);
    expect([found.exitCode, amiss(found)]).toEqual([1, ['unknown docker', 'fail pooler', 'unknown application role']]);
    expect(found.of('pooler')[0]).toMatchObject({
      seen: 'the connection goes through a pooler, on which locks of a session stay behind',
      todo: expect.stringContaining('connect to the server itself'),
    });
    expect(amiss(await diagnose(['--sys-db-url', direct]))).toEqual(['unknown docker', 'unknown application role']);
    expect(await run(direct, 'migrate', '--check')).toMatchObject({ exitCode: 0 });
  });

  test('migrate is refused before anything, and no lock is left', async () => {
    const { pooled, name } = await pooledDatabase();
    const { exitCode, stderr } = await run(pooled, 'migrate');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: nothing can be changed here: the connection goes through a pooler');
    expect(stderr).toContain('connect to the server itself: the direct host and port');
    expect(await schemaExists(name)).toBe(false);
    expect(await locks()).toEqual([]);
  });

  test('reset is refused before anything, and no lock is left', async () => {
    const { pooled, direct, name } = await pooledDatabase();
    await run(direct, 'migrate');
    const { exitCode, stdout, stderr } = await run(pooled, 'reset', '--yes');
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain('error: nothing can be changed here: the connection goes through a pooler');
    expect(await schemaExists(name)).toBe(true);
    expect(await locks()).toEqual([]);
    expect((await run(direct, 'reset', '--yes')).exitCode).toBe(0);
  });
});
