import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../model/errors.ts';
import { maskUrl } from '../../secrets/mask-url.ts';
import { quoted } from '../../secrets/printable.ts';
import { type Account, findPassword, type Password } from './pgpass.ts';
import { defaultHost, isSocketDirectory } from './socket-directory.ts';
import { readSsl, type Ssl } from './ssl.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { lookUp } from './look-up.ts';

/** All that is needed to connect, with nothing left open. */
export interface Settings {
  readonly user: string;
  readonly password: Password;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly ssl: Ssl;
  readonly applicationName: string;
  /** Milliseconds in which a connection must stand; 0 is for ever. */
  readonly timeout: number;
  /** Command-line options for the session, `-c name=value`. */
  readonly options: string | null;
  readonly requireChannelBinding: boolean;
  /** Complete, with the password. */
  readonly url: string;
  /** The same for people: with its secrets masked. */
  readonly where: string;
}

const DEFAULT_PORT = 5432;
const DEFAULT_TIMEOUT = 10;

/**
 * Completes a target from the environment and the defaults of libpq. Without an environment no file is read that the
 * URL does not name.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @throws UserError for a value that cannot be meant and a file that cannot be read.
 */
export async function resolveSettings(target: PostgresTarget, given: Environment | null): Promise<Settings> {
  const environment = given ?? {};
  const home = given === null ? null : (given['HOME'] ?? homedir());
  const port = readPort(target, environment);
  const host = target.host ?? (environment['PGHOST'] || defaultHost(port));
  const user = target.user ?? (environment['PGUSER'] || osUser());
  const account = { user, host, port, database: target.database };
  const password = await readPassword(target, environment, account, home);
  const url = formatUrl(target, account, password.value);
  return {
    ...account,
    password,
    ...(await readChannel(target, environment, { host, home })),
    applicationName: lookUp(target, 'application_name', environment, 'PGAPPNAME') ?? 'dbos',
    timeout: readTimeout(target, environment) * 1000,
    options: lookUp(target, 'options', environment, 'PGOPTIONS'),
    url,
    where: maskUrl(url),
  };
}

type Channel = Pick<Settings, 'ssl' | 'requireChannelBinding'>;

/** What is asked of TLS, which a Unix socket does without. */
async function readChannel(
  target: PostgresTarget,
  environment: Environment,
  { host, home }: { readonly host: string; readonly home: string | null },
): Promise<Channel> {
  const requireChannelBinding = readChannelBinding(target, environment) === 'require';
  const ssl: Ssl = isSocketDirectory(host)
    ? { mode: 'disable', attempts: [null] }
    : await readSsl(target, environment, home);
  return { requireChannelBinding, ssl: requireChannelBinding ? boundSsl(ssl, host) : ssl };
}

const bindings = ['disable', 'prefer', 'require'];

function readChannelBinding(target: PostgresTarget, environment: Environment): string {
  const text = lookUp(target, 'channel_binding', environment, 'PGCHANNELBINDING') ?? 'prefer';
  if (bindings.includes(text)) return text;
  throw new UserError(`channel_binding ${quoted(text)} is unknown`, { hint: `use one of ${bindings.join(', ')}` });
}

/** Without TLS there is no channel to bind to. */
function boundSsl({ mode, attempts }: Ssl, host: string): Ssl {
  const withTls = attempts.filter((attempt) => attempt !== null);
  if (withTls.length > 0) return { mode, attempts: withTls };
  const reason = isSocketDirectory(host) ? 'a Unix socket does without' : 'sslmode=disable turns off';
  throw new UserError(`channel_binding=require needs TLS, which ${reason}`, {
    hint: isSocketDirectory(host) ? 'leave channel_binding out, or name a host' : 'use sslmode=require',
  });
}

function readPort(target: PostgresTarget, environment: Environment): number {
  const text = environment['PGPORT'] || String(DEFAULT_PORT);
  const port = target.port ?? (/^\d{1,5}$/.test(text) ? Number(text) : 0);
  if (port >= 1 && port <= 65_535) return port;
  throw new UserError(`PGPORT ${quoted(text)} is no port`, {
    hint: 'a port is a number from 1 to 65535, and 5432 where the server was not told otherwise',
  });
}

function readTimeout(target: PostgresTarget, environment: Environment): number {
  const text = lookUp(target, 'connect_timeout', environment, 'PGCONNECT_TIMEOUT') ?? String(DEFAULT_TIMEOUT);
  if (/^\s*-?\d{1,6}\s*$/.test(text)) return Math.max(0, Number(text));
  throw new UserError(`connect_timeout ${quoted(text)} is no number of seconds`, {
    hint: 'give whole seconds in the URL, or in PGCONNECT_TIMEOUT; 0 waits for ever',
  });
}

function osUser(): string {
  try {
    return userInfo().username;
  } catch (error) {
    throw new UserError('the URL names no user', { hint: 'name one in the URL, or in PGUSER', cause: error });
  }
}

async function readPassword(
  target: PostgresTarget,
  environment: Environment,
  account: Account,
  home: string | null,
): Promise<Password> {
  if (target.password !== null) return { value: target.password, source: 'the URL' };
  if (environment['PGPASSWORD']) return { value: environment['PGPASSWORD'], source: 'PGPASSWORD' };
  const named = lookUp(target, 'passfile', environment, 'PGPASSFILE');
  const path = named ?? (home === null ? null : defaultPasswordFile(environment, home));
  return path === null ? { value: null, source: 'the URL has none' } : findPassword(path, account);
}

function defaultPasswordFile(environment: Environment, home: string): string {
  return process.platform === 'win32'
    ? join(environment['APPDATA'] ?? home, 'postgresql', 'pgpass.conf')
    : join(home, '.pgpass');
}

/** Names of files, which count from the working directory; `system` is none. */
const FILES: ReadonlySet<string> = new Set(['sslcert', 'sslkey', 'sslrootcert']);

/**
 * For other programs, in other directories too: SQLAlchemy does not know the scheme `postgres`, and a socket's
 * directory stands in the query string, the one place where it and libpq both look for it.
 * https://docs.sqlalchemy.org/en/20/changelog/changelog_14.html
 */
function formatUrl(target: PostgresTarget, { user, host, port, database }: Account, password: string | null): string {
  const scheme = (/^[a-z][a-z0-9+.-]*(?=:)/i.exec(target.text)?.[0] ?? 'postgresql').replace(/^postgres(?!ql)/, '$&ql');
  const credentials = [user, ...(password === null ? [] : [password])].map(encodeURIComponent).join(':');
  const isSocket = isSocketDirectory(host);
  const authority = isSocket ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const parameters = [
    ...(isSocket ? [['host', host] as const, ['port', String(port)] as const] : []),
    ...[...target.parameters]
      .filter(([name]) => name !== 'passfile')
      .map(([name, value]) => [name, FILES.has(name) && value !== 'system' ? resolve(value) : value] as const),
  ];
  const query = parameters.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  return `${scheme}://${credentials}@${authority}/${encodeURIComponent(database)}${query === '' ? '' : `?${query}`}`;
}
