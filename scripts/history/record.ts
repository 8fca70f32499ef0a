import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemDefinitions } from '../../schema/index.ts';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import { recordedSchema, tracesOf } from '../../src/planner/history.ts';
import { connectPostgres } from '../../src/postgres/connect.ts';
import { postgres } from '../../src/postgres/index.ts';
import { openSqlite, sqlite } from '../../src/sqlite/index.ts';
import { type PostgresServer, startPostgres } from '../../tests/support/postgres.ts';
import { encode } from './encode.ts';
import { python } from './python.ts';
import type { Runtime } from './release.ts';
import { type NewSite, Recorder, type Snapshot, type State } from './states.ts';
import { typescript } from './typescript.ts';

/** A database of its own for each walk, on a server of this run. */
const onServer =
  (server: PostgresServer): NewSite =>
  async () => {
    const url = await server.createDatabase('history');
    const target = parseDatabaseUrl(url, 'history');
    if (target.dialect !== 'postgres') throw new Error(url);
    return {
      url,
      remove: async () => void (await server.query(`DROP DATABASE "${target.database}" WITH (FORCE)`)),
      look: async () => {
        const { connection, missing } = await connectPostgres(target);
        if (connection === null) throw missing;
        const scope = { database: target.database, schema: recordedSchema, definitions: systemDefinitions, role: null };
        return postgres
          .introspect(connection, scope)
          .then(({ catalog }) => snapshotOf(tracesOf(catalog, recordedSchema)))
          .finally(() => connection.close());
      },
    };
  };

let files = 0;

/** A file of its own for each walk. */
const inDirectory =
  (directory: string): NewSite =>
  async () => {
    files += 1;
    const path = join(directory, `history-${files}.sqlite`);
    await rm(path, { force: true });
    return {
      url: `sqlite:///${path}`,
      remove: () => rm(path),
      look: async () => {
        const { connection } = await openSqlite(path, { write: false });
        const scope = { database: path, schema: 'main', definitions: systemDefinitions, role: null };
        return sqlite
          .introspect(connection, scope)
          .then(({ catalog }) => snapshotOf(tracesOf(catalog, 'main')))
          .finally(() => connection.close());
      },
    };
  };

const snapshotOf = (traces: ReturnType<typeof tracesOf>): Snapshot =>
  new Map([...traces].map(([id, { hash }]) => [id, hash]));

async function write(dialect: 'postgres' | 'sqlite', states: readonly State[], runtimes: readonly Runtime[]) {
  const history = encode(states, runtimes);
  const path = `schema/history/${dialect}.json`;
  await writeFile(path, `${JSON.stringify(history, null, 2)}\n`);
  console.log(`${path}: ${history.states.length} states, ${Object.keys(history.objects).length} objects`);
}

async function recordPostgres(directory: string): Promise<void> {
  const runtimes = [
    await typescript(join(directory, 'typescript')),
    await python(join(directory, 'python'), 'postgres'),
  ];
  const server = await startPostgres({ settings: { log_statement: 'none' } });
  try {
    const states: State[] = [];
    for (const runtime of runtimes)
      states.push(...(await new Recorder(runtime, onServer(server)).record({ quiet: true })));
    await write('postgres', states, runtimes);
  } finally {
    await server.stop();
  }
}

async function recordSqlite(directory: string): Promise<void> {
  const runtime = await python(join(directory, 'python'), 'sqlite');
  await write('sqlite', await new Recorder(runtime, inDirectory(directory)).record({ quiet: false }), [runtime]);
}

const directory = process.env['HISTORY_DIRECTORY'] ?? join(tmpdir(), 'dbos-history');
const wanted = process.argv.length > 2 ? process.argv.slice(2) : ['postgres', 'sqlite'];
await mkdir(directory, { recursive: true });
if (wanted.includes('postgres')) await recordPostgres(directory);
if (wanted.includes('sqlite')) await recordSqlite(directory);
