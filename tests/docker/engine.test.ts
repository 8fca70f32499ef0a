import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runCli as runProgram } from '../support/cli.ts';
import { runCli } from '../cli/run.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { dbos, describeWithEngine, docker, engineEnvironment, volumes } from './support/engine.ts';
import { type Registry, startRegistry } from './support/registry.ts';

const temporaryDirectory = temporaryDirectories();
const real = spawnSync('which', ['docker'], { encoding: 'utf8' }).stdout.trim();

const commands = ['start', 'stop', 'stop --volumes --yes', 'status', 'url'];

describeWithEngine('without an engine that works', () => {
  test.each(commands)('postgres %s: the daemon does not run', async (words) => {
    const env = { ...engineEnvironment(), DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const { stdout, stderr, exitCode } = await runCli(['postgres', ...words.split(' ')], { env });
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      'error: Docker does not run, or not where docker looks for it',
      '  where  unix:///nowhere/docker.sock',
    ]);
    expect(stderr).toContain('do     start Docker Desktop, or the service: sudo systemctl start docker');
  });

  test('nothing listens at the port of a daemon elsewhere', async () => {
    const env = { ...engineEnvironment(), DOCKER_HOST: 'tcp://127.0.0.1:1' };
    const { stderr, exitCode } = await runCli(['postgres', 'start'], { env });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'error: Docker does not run, or not where docker looks for it\n  where  tcp://127.0.0.1:1\n',
    );
  });

  test.each(commands)('postgres %s: no permission on the socket', async (words) => {
    const directory = temporaryDirectory({
      docker: `#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups ${real} "$@"\n`,
    });
    chmodSync(directory, 0o755);
    chmodSync(join(directory, 'docker'), 0o755);
    const env = { ...engineEnvironment(), PATH: `${directory}:${process.env['PATH']}` };
    const { stdout, stderr, exitCode } = await runCli(['postgres', ...words.split(' ')], { env });
    expect([stdout, exitCode]).toEqual(['', 1]);
    expect(stderr).toContain('error: this user may not use the socket of Docker\n');
    expect(stderr).toContain(`where  ${process.env['DOCKER_HOST']}\n`);
    expect(stderr).toContain('do     add the user to the group of the socket');
  });
});

describeWithEngine('an image that is not here', () => {
  let registry: Registry;
  beforeAll(async () => {
    docker('tag', 'postgres:15', 'postgres:saved');
    registry = await startRegistry('postgres:saved');
    docker('rmi', 'postgres:saved', 'postgres:15');
  });
  afterAll(() => registry.stop());

  test('is pulled, and docker tells on stderr how that goes on', async () => {
    const image = `${registry.host}/postgres:16`;
    const args = ['postgres', 'start', '--image', image];
    const { stdout, stderr, exitCode } = await runProgram(args, { env: engineEnvironment() });
    expect(stdout).toBe(
      [
        'Starting PostgreSQL with Docker...',
        'PostgreSQL is now running on port 5432',
        'Connection string: postgresql://postgres:dbos@localhost:5432/postgres',
        '',
      ].join('\n'),
    );
    expect(stderr).toMatch(/^16: Pulling from postgres\n[^]*Pull complete\n[^]*Downloaded newer image/);
    expect(exitCode).toBe(0);
    docker('container', 'rm', '--force', 'dbos-postgres');
    docker('rmi', image);
  });

  test.each([
    ['postgres:99', 'there is no image HOST/postgres:99 for this machine', 'correct its name, as in postgres:16'],
    ['private/postgres:16', 'the registry does not give HOST/private/postgres:16', 'log in with `docker login`'],
  ])('and that the registry refuses: %s', async (name, message, hint) => {
    const { stdout, stderr, exitCode } = await dbos('postgres', 'start', '--image', `${registry.host}/${name}`);
    expect([stdout, exitCode]).toEqual(['Starting PostgreSQL with Docker...\n', 1]);
    expect(stderr).toContain(`error: ${message.replace('HOST', registry.host)}`);
    expect(stderr).toContain(`where  docker pull ${registry.host}/${name}: `);
    expect(stderr).toContain(hint);
    expect(volumes()).toEqual([]);
  });

  test('and whose registry cannot be reached', async () => {
    const { stderr, exitCode } = await dbos('postgres', 'start', '--image', '127.0.0.1:1/postgres:16');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('error: 127.0.0.1:1/postgres:16 cannot be pulled: its registry cannot be reached\n');
    expect(stderr).toContain('do     look at network and proxy');
  });

  test('and for which there is no room', async () => {
    const root = docker('info', '--format', '{{.DockerRootDir}}');
    const filler = join(root, 'filler');
    const { bavail, bsize } = statfsSync(root);
    const room = 8 * 2 ** 20;
    expect(spawnSync('fallocate', ['--length', String(bavail * bsize - room), filler]).status).toBe(0);
    try {
      const args = ['postgres', 'start', '--image', `${registry.host}/postgres:16`];
      const { stderr, exitCode } = await runProgram(args, { env: engineEnvironment() });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('error: the disk of Docker is full\n');
      expect(stderr).toContain('docker system prune removes what nobody uses');
    } finally {
      rmSync(filler);
    }
  });
});
