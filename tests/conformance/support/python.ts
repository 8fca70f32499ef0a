import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './child.ts';

type Environment = 'old' | 'new';

/** Releases before 2.0 need other packages than those after it, so there is an environment for each kind. */
interface Releases {
  readonly newest: string;
  readonly lastOfTwo: string;
  readonly postgres: Readonly<Record<Environment, readonly string[]>>;
  readonly sqlite: Readonly<Record<Environment, readonly string[]>>;
}

const releases = JSON.parse(readFileSync(new URL('python.json', import.meta.url), 'utf8')) as Releases;

export const { newest: newestPython, lastOfTwo } = releases;

/** Those whose databases differ. They keep their history with Alembic until 1.12, by number from 1.14 on. */
export const postgresReleases: readonly string[] = [...releases.postgres.old, ...releases.postgres.new];
export const sqliteReleases: readonly string[] = [...releases.sqlite.old, ...releases.sqlite.new];

/** Why no release can be run; null where they can. Set by the preparation, before any test. */
export const whyNoPython: string | null = process.env['CONFORMANCE_NO_PYTHON'] ?? null;

const cache = fileURLToPath(new URL('../../../node_modules/.cache/conformance-python/', import.meta.url));

const binaries = (release: string): string =>
  join(cache, releases.postgres.old.includes(release) ? 'old' : 'new', 'bin');

/** What a command needs in its environment to find `python`, `alembic`, and a release as the package `dbos`. */
export const pythonEnvironment = (release: string): Readonly<Record<string, string>> => ({
  PATH: `${binaries(release)}:${process.env['PATH']}`,
  PYTHONPATH: join(cache, `dbos-${release}`),
  PYTHONDONTWRITEBYTECODE: '1',
});

/** Runs a program in `runtime/` under one release. */
const commandOf = (release: string, program: string, args: readonly string[]): Command => ({
  program: join(binaries(release), 'python'),
  args: [program, ...args],
  env: { PYTHONPATH: join(cache, `dbos-${release}`), PYTHONDONTWRITEBYTECODE: '1' },
});

/** Launches a release, to do one of the tasks of `release.py`. */
export const pythonCommand = (release: string, ...args: readonly string[]): Command =>
  commandOf(release, 'release.py', args);

/** Goes through the history of the newest release, a number at a time. */
export const ladderCommand = (url: string): Command => ({
  ...commandOf(newestPython, 'ladder.py', [url]),
  limit: 600_000,
});
