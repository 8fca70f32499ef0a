import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Migrator, newestOfLines, type Release, type Runtime } from './release.ts';

const run = promisify(execFile);
const script = resolve('scripts/history/run.py');

/** All lines of the Python package from 0.8 on, taken from PyPI into a directory, with an environment that runs them. */
export async function python(directory: string, dialect: 'postgres' | 'sqlite'): Promise<Runtime> {
  const interpreter = await environment(directory);
  const { stdout } = await run(interpreter, ['-m', 'pip', 'index', 'versions', 'dbos']);
  const listed = /Available versions: (.*)/.exec(stdout)?.[1]?.split(', ') ?? [];
  const lines = newestOfLines(listed);
  const releases: Release[] = [];
  for (const { name, version } of lines.slice(lines.findIndex((line) => line.name === firstLine[dialect]))) {
    console.log(`Python ${version}`);
    releases.push(await releaseIn(await unpacked(directory, version, interpreter), name, { interpreter, dialect }));
  }
  return { language: 'Python', releases, bridge: dialect === 'postgres' ? '1.14' : null };
}

/** Older ones than 0.8 had no queues, older ones than 1.13 no SQLite. */
const firstLine = { postgres: '0.8', sqlite: '1.13' } as const;

/** What the newest release needs, and what older ones import beside that. */
const needed = [
  'dbos',
  'alembic',
  'psycopg[binary]',
  'opentelemetry-api',
  'opentelemetry-sdk',
  'opentelemetry-exporter-otlp-proto-http',
  'jsonpickle',
  'requests',
  'websockets',
  'pyjwt',
  'cryptography',
  'tomlkit',
  'typer',
  'jsonschema',
];

async function environment(directory: string): Promise<string> {
  const interpreter = join(directory, 'venv/bin/python');
  if (existsSync(interpreter)) return interpreter;
  await mkdir(directory, { recursive: true });
  await run('python3', ['-m', 'venv', join(directory, 'venv')]);
  await run(interpreter, ['-m', 'pip', 'install', '-q', ...needed]);
  return interpreter;
}

async function unpacked(directory: string, version: string, interpreter: string): Promise<string> {
  const place = join(directory, version);
  if (existsSync(join(place, 'dbos'))) return place;
  await mkdir(place, { recursive: true });
  const target = ['--no-deps', '-q', '--only-binary', ':all:', '-d', place];
  await run(interpreter, ['-m', 'pip', 'download', ...target, `dbos==${version}`]);
  const wheel = (await readdir(place)).find((name) => name.endsWith('.whl')) ?? '';
  await run(interpreter, ['-m', 'zipfile', '-e', join(place, wheel), place]);
  return place;
}

async function releaseIn(
  place: string,
  name: string,
  { interpreter, dialect }: { readonly interpreter: string; readonly dialect: 'postgres' | 'sqlite' },
): Promise<Release> {
  // The list of versions is that of a database nobody has touched; none is opened for it.
  const nowhere = dialect === 'sqlite' ? 'sqlite://' : 'postgresql://localhost/none';
  const none = await start(interpreter, place, nowhere, true);
  await none.close();
  return {
    name,
    versions: none.versions,
    open: (url, { listenNotify }) => start(interpreter, place, url, listenNotify),
  };
}

/** Starts the release's migrations; each line that goes in asks for a version, each that comes out answers. */
async function start(
  interpreter: string,
  place: string,
  url: string,
  listenNotify: boolean,
): Promise<Migrator & { readonly versions: readonly number[] }> {
  const engine = url.replace(/^postgresql:/, 'postgresql+psycopg:');
  const child = spawn(interpreter, [script, place, engine, listenNotify ? '1' : '0'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', SQLALCHEMY_SILENCE_UBER_WARNING: '1' },
  });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const { done, value } = await lines.next();
    if (done === true) throw new Error(`the migrations in ${place} failed`);
    return value;
  };
  const { versions } = JSON.parse(await answer()) as { versions: readonly number[] };
  return {
    versions,
    migrate: async (version) => {
      child.stdin.write(`${version ?? 0}\n`);
      await answer();
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
