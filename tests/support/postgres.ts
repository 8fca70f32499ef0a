import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, escapeIdentifier, type QueryResult } from 'pg';
import { dataDirectory, findBinaries, findServerUser, type ServerUser } from './postgres-binaries.ts';
import { scratch } from './scratch.ts';

const run = promisify(execFile);

export interface ServerOptions {
  /** Major version, 14 to 18; otherwise that of the environment's PG_MAJOR. */
  readonly major?: number;
  /** Lines of postgresql.conf, stronger than ours. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Lines of pg_hba.conf before those that ask everybody for the password. */
  readonly hba?: readonly string[];
  /** Files of a certificate, its key, and the authority for clients' certificates: turns TLS on. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Password of the superuser `postgres`. */
  readonly password?: string;
}

export interface UrlOptions {
  readonly user?: string;
  readonly password?: string;
  /** The query string, without its question mark. */
  readonly parameters?: string;
}

export interface PostgresServer {
  readonly major: number;
  readonly port: number;
  /** Where the server's unix socket stands: usable as a host. */
  readonly socketDirectory: string;
  url(database?: string, options?: UrlOptions): string;
  /** Makes a database of a new name, empty or the copy of one that nobody uses, and gives its URL. */
  createDatabase(prefix?: string, original?: string): Promise<string>;
  /** Runs SQL as superuser, for arranging and asserting; gives the last statement's rows. */
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>;
  /** Forgets what the server logged so far. */
  mark(): Promise<void>;
  /** What the server logged since the last mark. */
  log(): Promise<string>;
  /** The messages that clients sent since the last mark, several statements in one round trip being one text. */
  messages(database?: string): Promise<string[]>;
  /** Shuts down (fast) and removes all files. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL on loopback, with every message that it receives in its log.
 * It ends with `stop`, and also when the process that started it dies, in whatever way.
 */
export async function startPostgres(options: ServerOptions = {}): Promise<PostgresServer> {
  const major = options.major ?? Number(process.env['PG_MAJOR'] ?? 18);
  const password = options.password ?? 'superuser:p@ss/word%';
  const user = findServerUser();
  const binaries = findBinaries(major, user);
  const directory = await mkdtemp(join(scratch, 'dbos-postgres-'));
  if (user !== null) await chown(directory, user.uid, user.gid);
  try {
    await initialise(directory, binaries, password, user, options);
    const { port, supervisor } = await start(directory, binaries, user);
    return serverOf(directory, supervisor, { major, port, password });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function initialise(
  directory: string,
  binaries: string,
  password: string,
  user: ServerUser | null,
  { settings, hba = [], tls }: ServerOptions,
): Promise<void> {
  const data = join(directory, 'data');
  await run('cp', ['-R', await dataDirectory(binaries, password, user), data], { cwd: directory, ...user });
  if (tls !== undefined) {
    await copyFile(tls.cert, join(data, 'server.crt'));
    await copyFile(tls.ca, join(data, 'root.crt'));
    // The server takes no key that others may read, and the repository's files are for all.
    await copyFile(tls.key, join(data, 'server.key'));
    await chmod(join(data, 'server.key'), 0o600);
    if (user !== null) await chown(join(data, 'server.key'), user.uid, user.gid);
  }
  const secure = tls === undefined ? {} : { ssl: true, ssl_ca_file: 'root.crt' };
  await writeFile(join(data, 'postgresql.auto.conf'), configuration(directory, { ...secure, ...settings }));
  const entries = await readFile(join(data, 'pg_hba.conf'), 'utf8');
  await writeFile(join(data, 'pg_hba.conf'), `${hba.join('\n')}\n${entries}`);
}

function configuration(directory: string, settings: Readonly<Record<string, string | number | boolean>>): string {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: directory,
    fsync: false,
    full_page_writes: false,
    synchronous_commit: false,
    autovacuum: false,
    shared_buffers: '32MB',
    max_connections: 50,
    password_encryption: 'scram-sha-256',
    log_statement: 'all',
    log_line_prefix: '%m [%p] %q%u@%d ',
    ...settings,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'\n`)
    .join('');
}

/**
 * Starts the server, waits until the pipe that is its input closes, and stops it. The pipe closes when the process
 * at its other end asks for it, and just so when that process dies, so no server outlives its tests.
 */
const SUPERVISOR = `
"$1/pg_ctl" start -s -w -D "$2/data" -l "$2/log" -o "-p $3" || exit 1
echo started
read -r _
"$1/pg_ctl" stop -s -w -m fast -D "$2/data" || "$1/pg_ctl" stop -s -w -m immediate -D "$2/data"
rm -rf "$2"
`;

async function start(
  directory: string,
  binaries: string,
  user: ServerUser | null,
): Promise<{ port: number; supervisor: ChildProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const supervisor = spawn('sh', ['-c', SUPERVISOR, 'postgres', binaries, directory, String(port)], {
      cwd: directory,
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
      ...user,
    });
    if (await hasStarted(supervisor)) return { port, supervisor };
    const log = await readFile(join(directory, 'log'), 'utf8');
    // Somebody else took the port between the probe and the start.
    if (attempt === 5 || !log.includes('could not bind')) throw new Error(`PostgreSQL did not start:\n${log}`);
    await rm(join(directory, 'log'));
  }
}

async function hasStarted(supervisor: ChildProcess): Promise<boolean> {
  const started = await Promise.race([
    once(supervisor.stdout!, 'data').then(() => true),
    once(supervisor, 'exit').then(() => false),
  ]);
  // A forgotten server keeps neither its process nor its pipe from ending.
  supervisor.unref();
  for (const stream of [supervisor.stdin, supervisor.stdout]) (stream as unknown as { unref(): void }).unref();
  return started;
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

let databases = 0;

function serverOf(
  directory: string,
  supervisor: ChildProcess,
  { major, port, password }: { major: number; port: number; password: string },
): PostgresServer {
  let marked = 0;
  const log = async (): Promise<string> => (await readFile(join(directory, 'log'))).subarray(marked).toString();
  const url: PostgresServer['url'] = (database = 'postgres', options = {}) => {
    const credentials = [options.user ?? 'postgres', options.password ?? password].map(encodeURIComponent).join(':');
    const query = options.parameters === undefined ? '' : `?${options.parameters}`;
    return `postgresql://${credentials}@127.0.0.1:${port}/${encodeURIComponent(database)}${query}`;
  };
  const query: PostgresServer['query'] = async (sql, database = 'postgres') => {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password, database, ssl: false });
    // A test may kill this very connection; the query's own rejection says so.
    client.on('error', () => {});
    await client.connect();
    try {
      const results: QueryResult | QueryResult[] = await client.query(sql);
      return (Array.isArray(results) ? results.at(-1)?.rows : results.rows) ?? [];
    } finally {
      await client.end();
    }
  };
  return {
    major,
    port,
    socketDirectory: directory,
    url,
    query,
    log,
    async createDatabase(prefix = 'test', original?: string) {
      databases += 1;
      const name = `${prefix}_${databases}`;
      const template =
        original === undefined ? '' : ` TEMPLATE ${escapeIdentifier(new URL(original).pathname.slice(1))}`;
      await query(`CREATE DATABASE ${escapeIdentifier(name)}${template}`);
      return url(name);
    },
    async mark() {
      marked = (await readFile(join(directory, 'log'))).length;
    },
    async messages(database) {
      return parseMessages(await log(), database);
    },
    async stop() {
      if (supervisor.exitCode !== null) return;
      const exit = once(supervisor, 'exit');
      supervisor.ref();
      supervisor.stdin!.end();
      await exit;
    },
  };
}

/** Entries begin with a time stamp; the server puts a tab before each further line of theirs. */
function parseMessages(log: string, database: string | undefined): string[] {
  return log.split(/\n(?!\t)/).flatMap((entry) => {
    const found = /^\S+ \S+ \S+ \[\d+\] .*?@(.*?) LOG: {2}(?:statement|execute [^:]*): (.*)$/s.exec(entry);
    if (found === null || (database !== undefined && found[1] !== database)) return [];
    return [found[2]!.replaceAll('\n\t', '\n')];
  });
}
