import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';

const modules = fileURLToPath(new URL('../../../node_modules/', import.meta.url));

/** Releases of the TypeScript SDK, by the directory that they are installed in: the newest, and the last of each line. */
export type Sdk = NumberedSdk | NamedSdk;
export type NumberedSdk = '@dbos-inc/dbos-sdk' | 'dbos-sdk-3' | 'dbos-sdk-4';
export type NamedSdk = 'dbos-sdk-1' | 'dbos-sdk-2';

const requireFrom = (sdk: Sdk): NodeJS.Require => createRequire(join(modules, sdk, 'package.json'));

export const versionOf = (sdk: Sdk): string =>
  (requireFrom(sdk)(join(modules, sdk, 'package.json')) as { version: string }).version;

/** One step of a release's own history. A numbered one runs whatever is missing below it, a named one only itself. */
export interface Step {
  readonly name: string;
  readonly version: number | null;
  readonly run: (client: Client, url: string) => Promise<void>;
}

interface Migration {
  readonly pg?: readonly string[];
}

interface RunnerModule {
  readonly runSysMigrationsPg: (
    client: Client,
    migrations: readonly Migration[],
    ...rest: readonly unknown[]
  ) => Promise<unknown>;
}

interface MigrationsModule {
  readonly allMigrations: readonly Migration[] | ((schema: string) => readonly Migration[]);
}

/** The numbered history of 3.1 and newer, one step for each number that changes something. */
export function numberedSteps(sdk: NumberedSdk): readonly Step[] {
  const directory = join(modules, sdk, 'dist/src/sysdb_migrations');
  const { runSysMigrationsPg } = requireFrom(sdk)(join(directory, 'migration_runner.js')) as RunnerModule;
  const { allMigrations } = requireFrom(sdk)(join(directory, 'internal/migrations.js')) as MigrationsModule;
  const options = { onWarn: () => {} };
  // Releases of 3.x had no choice of the schema.
  const all = typeof allMigrations === 'function' ? allMigrations('dbos') : allMigrations;
  const rest = typeof allMigrations === 'function' ? ['dbos', options] : [options];
  return all.flatMap(({ pg = [] }, i) => {
    const run: Step['run'] = async (client) => {
      await runSysMigrationsPg(client, all.slice(0, i + 1), ...rest);
    };
    return pg.length === 0 ? [] : [{ name: String(i + 1), version: i + 1, run }];
  });
}

type Knex = (configuration: object) => {
  readonly migrate: { up(configuration: { readonly name: string }): Promise<unknown> };
  destroy(): Promise<void>;
};

/** The named history of releases before 3.1, which knex keeps in `public.knex_migrations`. */
export function namedSteps(sdk: NamedSdk): readonly Step[] {
  const { default: knex } = requireFrom(sdk)('knex') as { default: Knex };
  const directory = join(modules, sdk, 'migrations');
  const names = readdirSync(directory).filter((file) => file.endsWith('.js'));
  return names.toSorted(compare).map((name) => ({
    name: name.replace(/\.js$/, ''),
    version: null,
    run: async (_, connection) => {
      const database = knex({ client: 'pg', connection, migrations: { directory, tableName: 'knex_migrations' } });
      try {
        await database.migrate.up({ name });
      } finally {
        await database.destroy();
      }
    },
  }));
}

const compare = (a: string, b: string): number => (a < b ? -1 : 1);

/** Does what a release from 3.1 on does when it is launched; to one of its numbers, where one is given. */
export async function upgrade(sdk: NumberedSdk, client: Client, url: string, version?: number): Promise<void> {
  const steps = numberedSteps(sdk);
  const last = version === undefined ? steps.at(-1) : steps.find((step) => step.version === version);
  if (last === undefined) throw new Error(`${sdk} has no version ${version}`);
  await last.run(client, url);
}
