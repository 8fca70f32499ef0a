import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import { runCli } from '../../cli/run.ts';
import { bareEnvironment, type CliResult } from '../../support/cli.ts';
import { buildImages } from './image.ts';

/** `scripts/test-docker.mjs` starts the engine, or says why there is none. */
const skipped =
  process.env['DOCKER_SUITE_SKIPPED'] ?? (process.env['DOCKER_HOST'] ? null : 'run it by npm run test:docker');
if (skipped !== null) process.stderr.write(`no Docker engine, ${skipped}: these tests are skipped\n`);

/** Tests that need the engine. They begin with nothing but images in it, and leave nothing else behind. */
export const describeWithEngine = (name: string, tests: () => void): void =>
  (skipped === null ? describe : describe.skip)(name, () => {
    beforeAll(buildImages);
    beforeEach(clear);
    afterAll(clear);
    tests();
  });

/** What a program needs to find the engine of the suite. */
export const engineEnvironment = (): Record<string, string> => ({
  ...bareEnvironment(),
  DOCKER_HOST: process.env['DOCKER_HOST'] ?? '',
  DOCKER_CONFIG: process.env['DOCKER_CONFIG'] ?? '',
});

/** Runs one command line with the engine of the suite. */
export const dbos = (...args: readonly string[]): Promise<CliResult> => runCli(args, { env: engineEnvironment() });

/** Runs docker itself, for arranging and asserting. @throws where it fails */
export function docker(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** Of a container, as `docker container inspect --format` gives it. */
export const inspect = (format: string, container = 'dbos-postgres'): string =>
  docker('container', 'inspect', '--format', format, container);

export const volumes = (): readonly string[] => listed(docker('volume', 'ls', '--quiet'));

const listed = (text: string): string[] => text.split('\n').filter((line) => line !== '');

function clear(): void {
  const containers = listed(docker('container', 'ls', '--all', '--quiet'));
  if (containers.length > 0) docker('container', 'rm', '--force', '--volumes', ...containers);
  const left = volumes();
  if (left.length > 0) docker('volume', 'rm', ...left);
}
