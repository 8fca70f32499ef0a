import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../model/errors.ts';
import { maskUrl } from '../../secrets/mask-url.ts';
import { quoted } from '../../secrets/printable.ts';
import { type Account, findPassword, type Password } from './pgpass.ts';
import { type Place, readPlaces } from './places.ts';
import { readRequiredAuth, type RequiredAuth } from './required-auth.ts';
import { amongHosts, readIsRandom, readWanted, type Wanted } from './session-attributes.ts';
import { isSocketDirectory } from './socket-directory.ts';
import { readSsl, type Ssl } from './ssl.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { lookUp } from './look-up.ts';

/** All that is needed to connect, with nothing left open. */
export interface Settings extends Place {
  readonly user: string;
  readonly password: Password;
  readonly database: string;
  readonly ssl: Ssl;
  readonly applicationName: string;
  /** Milliseconds in which a connection must stand; 0 is for ever. */
  readonly timeout: number;
  /** Milliseconds of silence after which the network is asked whether the server is still there; null for never. */
  readonly keepAlive: number | null;
  /** Command-line options for the session, `-c name=value`. */
  readonly options: string | null;
  readonly requireChannelBinding: boolean;
  readonly requiredAuth: RequiredAuth | null;
  /** Complete, with the password. */
  readonly url: string;
  /** The same for people: with its secrets masked. */
  readonly where: string;
}

/** The servers of a target, and which of them is wanted. */
export interface All {
  /** In the order in which they are named; one at least. */
  readonly servers: readonly Settings[];
  readonly wanted: Wanted;
  readonly isRandom: boolean;
  /** Of all of them, complete, with the password. */
  readonly url: string;
}

const DEFAULT_TIMEOUT = 10;

/**
 * Completes a target from the environment and the defaults of libpq. Without an environment no file is read that the
 * URL does not name.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @throws UserError for a value that cannot be meant and a file that cannot be read.
 */
export async function resolveAll(target: PostgresTarget, given: Environment | null): Promise<All> {
  const environment = given ?? {};
  const home = given === null ? null : (given['HOME'] ?? homedir());
  const places = readPlaces(target, environment);
  const user = target.user ?? (environment['PGUSER'] || osUser());
  const servers: Settings[] = [];
  for (const place of places) servers.push(await settingsAt(target, { place, user, environment, home }));
  return {
    servers,
    wanted: readWanted(target, environment),
    isRandom: readIsRandom(target, environment),
    url: formatUrl(target, { user, places }, servers[0]?.password.value ?? null),
  };
}

interface Found {
  readonly place: Place;
  readonly user: string;
  readonly environment: Environment;
  readonly home: string | null;
}

async function settingsAt(target: PostgresTarget, { place, user, environment, home }: Found): Promise<Settings> {
  const account = { ...place, user, database: target.database };
  const password = await readPassword(target, environment, account, home);
  const url = formatUrl(target, { user, places: [place] }, password.value);
  return {
    ...account,
    password,
    ...(await readChannel(target, environment, { host: place.host, home })),
    applicationName: lookUp(target, 'application_name', environment, 'PGAPPNAME') ?? 'dbos',
    timeout: readTimeout(target, environment) * 1000,
    options: lookUp(target, 'options', environment, 'PGOPTIONS'),
    requiredAuth: readRequiredAuth(target, environment),
    keepAlive: readKeepAlive(target),
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
    ? { mode: 'disable', isDirect: false, attempts: [null] }
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
function boundSsl(ssl: Ssl, host: string): Ssl {
  const withTls = ssl.attempts.filter((attempt) => attempt !== null);
  if (withTls.length > 0) return { ...ssl, attempts: withTls };
  const reason = isSocketDirectory(host) ? 'a Unix socket does without' : 'sslmode=disable turns off';
  throw new UserError(`channel_binding=require needs TLS, which ${reason}`, {
    hint: isSocketDirectory(host) ? 'leave channel_binding out, or name a host' : 'use sslmode=require',
  });
}

function readTimeout(target: PostgresTarget, environment: Environment): number {
  const text = lookUp(target, 'connect_timeout', environment, 'PGCONNECT_TIMEOUT') ?? String(DEFAULT_TIMEOUT);
  if (/^\s*-?\d{1,6}\s*$/.test(text)) return Math.max(0, Number(text));
  throw new UserError(`connect_timeout ${quoted(text)} is no number of seconds`, {
    hint: 'give whole seconds in the URL, or in PGCONNECT_TIMEOUT; 0 waits for ever',
  });
}

/** Keeps the way through a router open while a statement runs for hours: they forget after minutes of silence. */
const KEEP_ALIVE_AFTER = 30_000;

function readKeepAlive({ parameters }: PostgresTarget): number | null {
  const [isOn, idle] = ['keepalives', 'keepalives_idle'].map((name) => {
    const text = parameters.get(name) || null;
    if (text === null || /^\s*-?\d{1,6}\s*$/.test(text)) return text === null ? null : Number(text);
    throw new UserError(`${name} ${quoted(text)} is no number`, {
      hint: 'give keepalives=1 or 0, and whole seconds in keepalives_idle',
    });
  });
  if (isOn === 0) return null;
  return (idle ?? 0) > 0 ? (idle ?? 0) * 1000 : KEEP_ALIVE_AFTER;
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
  if (target.password !== null) return { value: target.password, source: target.passwordFrom ?? 'the URL' };
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
const FILES: ReadonlySet<string> = new Set(['sslcert', 'sslkey', 'sslrootcert', 'sslcrl', 'sslcrldir']);

/**
 * For other programs, in other directories too: SQLAlchemy does not know the scheme `postgres`, and a socket's
 * directory, and a list of hosts, stand in the query string, the one place where it and libpq both look for them.
 * https://docs.sqlalchemy.org/en/20/changelog/changelog_14.html
 */
function formatUrl(target: PostgresTarget, { user, places }: Way, password: string | null): string {
  const scheme = (/^[a-z][a-z0-9+.-]*(?=:)/i.exec(target.text)?.[0] ?? 'postgresql').replace(/^postgres(?!ql)/, '$&ql');
  const credentials = [user, ...(password === null ? [] : [password])].map(encodeURIComponent).join(':');
  const authority = authorityOf(places);
  const parameters = [
    ...placeParameters(places, authority === ''),
    ...[...target.parameters]
      .filter(([name]) => !LOCAL.has(name) && (places.length > 1 || !amongHosts.has(name)))
      .map(([name, value]) => [name, FILES.has(name) && value !== 'system' ? resolve(value) : value] as const),
  ];
  const query = parameters.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  return `${scheme}://${credentials}@${authority}/${encodeURIComponent(target.database)}${query === '' ? '' : `?${query}`}`;
}

/** Empty for a socket and for several hosts. */
function authorityOf(places: readonly Place[]): string {
  const [first] = places;
  if (first === undefined || places.length > 1 || isSocketDirectory(first.host)) return '';
  return `${first.host.includes(':') ? `[${first.host}]` : first.host}:${first.port}`;
}

function placeParameters(places: readonly Place[], isAll: boolean): readonly (readonly [string, string])[] {
  const listOf = (of: (place: Place) => string | number): string => places.map(of).join(',');
  const isAddressed = places.some(({ address }) => address !== null);
  return [
    ...(isAll ? [['host', listOf(({ host }) => host)] as const, ['port', listOf(({ port }) => port)] as const] : []),
    ...(isAddressed ? [['hostaddr', listOf(({ address }) => address ?? '')] as const] : []),
  ];
}

/** Parameters that are followed here, and not passed on as they stand. */
const LOCAL: ReadonlySet<string> = new Set(['passfile', 'hostaddr']);

interface Way {
  readonly user: string;
  readonly places: readonly Place[];
}
