import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemDefinitions } from '../../schema/index.ts';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import type { Connection, Dialect } from '../../src/model/dialect.ts';
import { lookFor, type Scope } from '../../src/model/look.ts';
import { recordedSchema, tracesOf } from '../../src/planner/history.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { type PostgresServer, startPostgres } from '../../tests/support/postgres.ts';
import { encode } from './encode.ts';
import { python } from './python.ts';
import type { Runtime } from './release.ts';
import { type NewSite, Recorder, type Snapshot, type State } from './states.ts';
import { typescript } from './typescript.ts';

/** Names of what stands in a schema and is neither declared nor retired: nothing of it is recorded. */
type Unknown = Set<string>;

/** A database of its own for each walk, on a server of this run. */
const onServer =
  (server: PostgresServer, unknown: Unknown): NewSite =>
  async () => {
    const url = await server.createDatabase('history');
    const target = parseDatabaseUrl(url, 'history');
    if (target.dialect !== 'postgres') throw new Error(url);
    return {
      url,
      remove: async () => void (await server.query(`DROP DATABASE "${target.database}" WITH (FORCE)`)),
      look: async () => {
        const { connection } = await postgres.open(target, { write: true, environment: null });
        const scope = { ...ours, database: target.database, schema: recordedSchema };
        return lookAt(postgres, connection, scope, unknown).finally(() => connection.close());
      },
    };
  };

let files = 0;

/** A file of its own for each walk. */
const inDirectory =
  (directory: string, unknown: Unknown): NewSite =>
  async () => {
    files += 1;
    const path = join(directory, `history-${files}.sqlite`);
    await rm(path, { force: true });
    return {
      url: `sqlite:///${path}`,
      remove: () => rm(path),
      look: async () => {
        const target = parseDatabaseUrl(`sqlite:///${path}`, 'history');
        const { connection } = await sqlite.open(target, { write: false, environment: null });
        const scope = { ...ours, database: path, schema: 'main' };
        return lookAt(sqlite, connection, scope, unknown).finally(() => connection.close());
      },
    };
  };

const ours = { definitions: systemDefinitions, role: null };

/** What stands there, under the names that the declared side has for it. */
async function lookAt(dialect: Dialect, connection: Connection, scope: Scope, unknown: Unknown): Promise<Snapshot> {
  const { catalog, server } = await dialect.introspect(connection, lookFor(scope, { surroundings: true }));
  for (const name of server.strangers) unknown.add(name);
  const { named } = await dialect.settle(catalog, dialect.declare(scope.definitions, scope), scope.definitions);
  return new Map([...tracesOf(named, scope.schema)].map(([id, { hash }]) => [id, hash]));
}

async function write(
  dialect: 'postgres' | 'sqlite',
  states: readonly State[],
  { runtimes, unknown }: { readonly runtimes: readonly Runtime[]; readonly unknown: Unknown },
): Promise<void> {
  const history = encode(states, runtimes);
  const path = `schema/history/${dialect}.json`;
  await writeFile(path, `${JSON.stringify(history, null, 2)}\n`);
  console.log(`${path}: ${history.states.length} states, ${Object.keys(history.objects).length} objects`);
  for (const name of unknown) console.log(`neither declared nor retired, so not recorded: ${name}`);
}

async function recordPostgres(directory: string): Promise<void> {
  const runtimes = [
    await typescript(join(directory, 'typescript')),
    await python(join(directory, 'python'), 'postgres'),
  ];
  const unknown: Unknown = new Set();
  const server = await startPostgres({ settings: { log_statement: 'none' } });
  try {
    const states: State[] = [];
    for (const runtime of runtimes)
      states.push(...(await new Recorder(runtime, onServer(server, unknown)).record({ quiet: true })));
    await write('postgres', states, { runtimes, unknown });
  } finally {
    await server.stop();
  }
}

async function recordSqlite(directory: string): Promise<void> {
  const runtime = await python(join(directory, 'python'), 'sqlite');
  const unknown: Unknown = new Set();
  const states = await new Recorder(runtime, inDirectory(directory, unknown)).record({ quiet: false });
  await write('sqlite', states, { runtimes: [runtime], unknown });
}

const directory = process.env['HISTORY_DIRECTORY'] ?? join(tmpdir(), 'dbos-history');
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['postgres', 'sqlite'];
await mkdir(directory, { recursive: true });
if (wanted.includes('postgres')) await recordPostgres(directory);
if (wanted.includes('sqlite')) await recordSqlite(directory);
