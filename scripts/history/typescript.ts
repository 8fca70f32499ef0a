import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { type Migrator, newestOfLines, type Release, type Runtime } from './release.ts';

const run = promisify(execFile);
const packageName = '@dbos-inc/dbos-sdk';

/** All lines of the TypeScript SDK, taken from npm into a directory. */
export async function typescript(directory: string): Promise<Runtime> {
  await mkdir(directory, { recursive: true });
  const { stdout } = await run('npm', ['view', packageName, 'versions', '--json']);
  const releases: Release[] = [];
  for (const { name, version } of newestOfLines(JSON.parse(stdout) as string[])) {
    console.log(`TypeScript SDK ${version}`);
    releases.push(releaseIn(await unpacked(directory, version), name, directory));
  }
  // Their history is kept by knex, which none of the newer releases brings.
  if (releases.some(({ versions }) => versions.length === 0))
    await run('npm', ['i', '--prefix', directory, 'knex@3', 'pg@8']);
  return { language: 'TypeScript SDK', releases, bridge: null };
}

async function unpacked(directory: string, version: string): Promise<string> {
  const place = join(directory, version);
  if (existsSync(join(place, 'package'))) return join(place, 'package');
  await mkdir(place, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--silent', `${packageName}@${version}`], { cwd: place });
  await run('tar', ['xzf', stdout.trim()], { cwd: place });
  return join(place, 'package');
}

interface Migration {
  readonly pg?: readonly string[];
}
type Runner = (client: Client, migrations: readonly Migration[], ...more: readonly unknown[]) => Promise<unknown>;
type Every = readonly Migration[] | ((schema: string, options: object) => readonly Migration[]);

function releaseIn(place: string, name: string, directory: string): Release {
  const numbered = join(place, 'dist/src/sysdb_migrations');
  if (!existsSync(numbered)) {
    return { name, versions: [], open: async (url) => knexMigrator(url, join(place, 'migrations'), directory) };
  }
  const load = createRequire(join(place, 'package.json'));
  const { runSysMigrationsPg } = load(join(numbered, 'migration_runner.js')) as { runSysMigrationsPg: Runner };
  const { allMigrations } = load(join(numbered, 'internal/migrations.js')) as { allMigrations: Every };
  const list = (useListenNotify: boolean): readonly Migration[] =>
    typeof allMigrations === 'function' ? allMigrations('dbos', { useListenNotify }) : allMigrations;
  // Before the schema could be chosen, the options came in its place.
  const more = typeof allMigrations === 'function' ? ['dbos', { onWarn: () => {} }] : [{ onWarn: () => {} }];
  return {
    name,
    versions: list(true).flatMap(({ pg = [] }, i) => (pg.length === 0 ? [] : [i + 1])),
    open: async (url, { listenNotify }) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      return {
        migrate: async (version) => {
          await runSysMigrationsPg(client, list(listenNotify).slice(0, version ?? undefined), ...more);
        },
        close: () => client.end(),
      };
    },
  };
}

interface Knex {
  readonly migrate: { latest(): Promise<unknown> };
  destroy(): Promise<void>;
}

/** Before the numbers, knex kept the history in `public.knex_migrations`. */
async function knexMigrator(url: string, migrations: string, directory: string): Promise<Migrator> {
  const knex = createRequire(join(directory, 'package.json'))('knex') as (configuration: object) => Knex;
  if ((await readdir(migrations)).length === 0) throw new Error(`no migrations in ${migrations}`);
  const database = knex({
    client: 'pg',
    connection: url,
    migrations: { directory: migrations, tableName: 'knex_migrations', loadExtensions: ['.js'] },
  });
  return { migrate: async () => void (await database.migrate.latest()), close: () => database.destroy() };
}
