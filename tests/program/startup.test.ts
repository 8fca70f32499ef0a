import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runCli } from '../support/cli.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** Packages that cost many milliseconds each, and that a run must not load but where it needs them. */
const heavy = ['better-sqlite3', 'diff', 'execa', 'pg', 'pg-query-emscripten', 'yaml'] as const;

/** Hooks of node's module loader that write down the URL of all that is loaded. */
const hooks = `
import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync(process.env.LOADED_MODULES, url + '\\n');
  return next(url, context);
}`;

interface Loaded {
  readonly packages: readonly string[];
  /** Whether the states that the releases of the runtime leave are among it. */
  readonly hasHistory: boolean;
  /** Whether the scripts of completion are among it. */
  readonly hasCompletion: boolean;
  readonly stdout: string;
}

/** Runs the built program, and tells what it loaded. */
async function loadedBy(args: readonly string[], cwd = temporaryDirectory()): Promise<Loaded> {
  const directory = temporaryDirectory({
    'hooks.mjs': hooks,
    'register.mjs': `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
    loaded: '',
  });
  const { stdout, stderr } = await runCli(args, {
    cwd,
    env: { NODE_OPTIONS: `--import ${join(directory, 'register.mjs')}`, LOADED_MODULES: join(directory, 'loaded') },
  });
  expect(stderr).toBe('');
  const urls = [...new Set(readFileSync(join(directory, 'loaded'), 'utf8').trim().split('\n'))];
  const packages = urls.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  const own = urls.filter((url) => url.includes('/dist/')).map((url) => readFileSync(fileURLToPath(url), 'utf8'));
  return {
    packages: [...new Set(packages)],
    hasHistory: own.some((text) => /label: ?"(?:Python|TypeScript)/.test(text)),
    hasCompletion: own.some((text) => text.includes('complete -F _dbos dbos')),
    stdout,
  };
}

const heavyOf = ({ packages }: Loaded): readonly string[] => heavy.filter((name) => packages.includes(name));

describe('a run that finds nothing to do loads the driver it needs and nothing else', () => {
  test('on SQLite', async () => {
    const cwd = temporaryDirectory();
    const args = ['migrate', '-s', 'sqlite:///./app.sqlite'];
    await runCli(args, { cwd });
    const loaded = await loadedBy(args, cwd);
    expect(loaded.stdout).toContain('nothing to do');
    expect(heavyOf(loaded)).toEqual(['better-sqlite3']);
    expect(loaded.hasHistory).toBe(false);
  });

  test('on PostgreSQL', async () => {
    const args = ['migrate', '-s', await server.createDatabase()];
    await runCli(args);
    const loaded = await loadedBy(args);
    expect(loaded.stdout).toContain('nothing to do');
    expect(heavyOf(loaded)).toEqual(['pg']);
    expect(loaded.hasHistory).toBe(false);
  });

  test('--check is not more, where nothing differs', async () => {
    const cwd = temporaryDirectory();
    await runCli(['migrate', '-s', 'sqlite:///./app.sqlite'], { cwd });
    expect(heavyOf(await loadedBy(['migrate', '--check', '-s', 'sqlite:///./app.sqlite'], cwd))).toEqual([
      'better-sqlite3',
    ]);
  });
});

test('a package is loaded where it is needed', async () => {
  const cwd = temporaryDirectory({
    'dbos-config.yaml': 'system_database_url: sqlite:///./app.sqlite\ndatabase: { migrate: [exit 0] }\n',
  });
  const check = await loadedBy(['migrate', '--check'], cwd);
  expect(heavyOf(check)).toEqual(['better-sqlite3', 'yaml']);
  expect(heavyOf(await loadedBy(['migrate', '--check', '--format', 'diff'], cwd))).toEqual([
    'better-sqlite3',
    'diff',
    'yaml',
  ]);
  expect(check.hasHistory).toBe(true);
  expect(heavyOf(await loadedBy(['migrate'], cwd))).toEqual(['better-sqlite3', 'execa', 'yaml']);
});

test.each([['--version'], ['help'], ['migrate --help'], ['completion zsh']])(
  'dbos %s loads no heavy package, and the scripts of completion only where they are asked for',
  async (line) => {
    const loaded = await loadedBy(line.split(' '));
    expect(heavyOf(loaded)).toEqual([]);
    expect(loaded.hasCompletion).toBe(line.startsWith('completion'));
  },
);
