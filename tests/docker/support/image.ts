import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findBinaries, findServerUser } from '../../support/postgres-binaries.ts';

/** The user that PostgreSQL runs as in the official image. */
const USER = 999;

/**
 * What the official entrypoint does, in short. It says early, and of a server that nobody outside can reach, what a
 * server that is ready says too.
 * https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh
 */
const ENTRYPOINT = `#!/bin/sh
set -e
if [ "$(id -u)" = 0 ]; then
  if [ "$PG_MAJOR" -ge 18 ] && [ -s /var/lib/postgresql/PG_VERSION ]; then
    echo 'Error: in 18+, these Docker images are configured to store database data in a format which is compatible with "pg_ctlcluster"' >&2
    exit 1
  fi
  mkdir -p "$PGDATA"
  chown -R ${USER}:${USER} "$PGDATA"
  chmod 700 "$PGDATA"
  exec setpriv --reuid=${USER} --regid=${USER} --clear-groups "$0"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  if [ -z "$POSTGRES_PASSWORD" ]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  echo "$POSTGRES_PASSWORD" > /tmp/password
  initdb --username=postgres --pwfile=/tmp/password --auth-host=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --wal-segsize=1
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo 'LOG:  database system is ready to accept connections' >&2
  sleep 1
  echo 'PostgreSQL init process complete; ready for start up.'
fi
exec postgres -c listen_addresses='*' -c fsync=off -c shared_buffers=32MB -c unix_socket_directories=/tmp
`;

/** The programs of this machine that it needs. */
const programs = ['sh', 'cat', 'chmod', 'chown', 'id', 'mkdir', 'rm', 'setpriv', 'sleep'];

const majors = [15, 16, 18] as const;

/**
 * Makes images that behave like the official ones, named as those are, from the binaries that all tests run and from
 * the shell and the libraries of this machine. What is there is not made again.
 */
export function buildImages(): void {
  for (const major of majors) {
    if (run('docker', ['image', 'ls', '--quiet', `postgres:${major}`]).trim() === '') buildImage(major);
  }
}

function buildImage(major: number): void {
  const directory = mkdtempSync(join(tmpdir(), 'dbos-image-'));
  const place = major >= 18 ? '/var/lib/postgresql' : '/var/lib/postgresql/data';
  try {
    fill(join(directory, 'root'), major);
    const lines = [
      'FROM scratch',
      'COPY root /',
      `ENV PG_MAJOR=${major} PGDATA=${major >= 18 ? `${place}/${major}/docker` : place}`,
      'ENV PATH=/usr/lib/postgresql/bin:/bin',
      `VOLUME ${place}`,
      'EXPOSE 5432',
      'STOPSIGNAL SIGINT',
      'ENTRYPOINT ["/entrypoint.sh"]',
    ];
    writeFileSync(join(directory, 'Dockerfile'), lines.join('\n'));
    build(`postgres:${major}`, directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Makes an image of another entrypoint, a script of the shell. */
export const deriveImage = (tag: string, script: string, from = 'postgres:16'): void =>
  build(tag, '-', `FROM ${from}\nENTRYPOINT ${JSON.stringify(['/bin/sh', '-c', script])}\n`);

/** By the builder that the daemon itself has: the other one is a package of its own. */
export const build = (tag: string, context: string, input = '', flags: readonly string[] = []): void =>
  void run('docker', ['build', '--quiet', '--tag', tag, ...flags, context], {
    input,
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  });

function fill(root: string, major: number): void {
  const binaries = dirname(findBinaries(major, findServerUser()));
  for (const part of ['bin/postgres', 'bin/initdb', 'lib', 'share']) {
    cpSync(join(binaries, part), join(root, 'usr/lib/postgresql', part), { recursive: true, verbatimSymlinks: true });
  }
  const found = programs.map((program) => run('which', [program]).trim());
  for (const path of found) copy(path, join(root, 'bin', path.slice(path.lastIndexOf('/') + 1)));
  const postgres = ['bin/postgres', 'bin/initdb'].map((name) => join(binaries, name));
  for (const path of new Set([...found, ...postgres].flatMap(librariesOf))) copy(path, join(root, path));
  for (const name of ['etc', 'tmp', 'var/lib']) mkdirSync(join(root, name), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(join(root, 'etc/passwd'), `root:x:0:0::/:/bin/sh\npostgres:x:${USER}:${USER}::/tmp:/bin/sh\n`);
  writeFileSync(join(root, 'etc/group'), `root:x:0:\npostgres:x:${USER}:\n`);
  writeFileSync(join(root, 'entrypoint.sh'), ENTRYPOINT, { mode: 0o755 });
}

/** The system's own; those that came with the binaries are beside them. */
export const librariesOf = (program: string): readonly string[] =>
  [...run('ldd', [program]).matchAll(/(?:=>\s|^\s+)(\/\S+)/gm)]
    .map(([, path = '']) => path)
    .filter((path) => !path.includes('/../'));

/** Copies a file, and what a link leads to. */
export function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(from), to);
}

/** Runs a program. @throws where it fails */
export function run(program: string, args: readonly string[], options: SpawnSyncOptions = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, { ...options, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
