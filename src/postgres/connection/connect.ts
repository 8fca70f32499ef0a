import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Connection } from '../../model/dialect.ts';
import { UserError } from '../../model/errors.ts';
import { cancellation } from './cancel.ts';
import { type Binding, watchBinding } from './channel-binding.ts';
import { explain, type Failure, MISSING_DATABASE } from './failure.ts';
import { guard } from './guard.ts';
import { connectionOf } from './connection.ts';
import { classify, type Sight, watch } from './sight.ts';
import { resolveSettings, type Settings } from './settings.ts';
import { isSocketDirectory } from './socket-directory.ts';
import { passWarnings } from './warnings.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';

/** A connection or, where the server has no such database, the error to show if that is not what was expected. */
export type Opened =
  | { readonly connection: Connection; readonly missing: null }
  | { readonly connection: null; readonly missing: UserError };

export interface ConnectOptions {
  /** Where PGPASSWORD and the like are looked up; null for a URL that stands for itself. */
  readonly environment: Environment | null;
  /** Aborted, it ends the attempt to connect, and later whatever the connection is doing. */
  readonly signal?: AbortSignal | undefined;
  /** Told what the server warns of, with the connection and with each statement. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/**
 * Connects as libpq would with this URL: environment, password file and the modes of TLS included.
 * Values of int8 come as text, being larger than a number of JavaScript can hold.
 * @throws UserError for everything that keeps it from connecting but a missing database.
 * @throws the signal's reason once that is aborted
 */
export async function connectPostgres(target: PostgresTarget, options: ConnectOptions): Promise<Opened> {
  const settings = await resolveSettings(target, options.environment);
  const opened = await open(settings, options);
  if ('connection' in opened) return { connection: opened.connection, missing: null };
  const error = explain(opened.failure, settings);
  if (serverCode(opened.failure) === MISSING_DATABASE) return { connection: null, missing: error };
  throw error;
}

/** What a server says to a user who may not use this database of it, though perhaps another one. */
const REFUSALS: ReadonlySet<string> = new Set([MISSING_DATABASE, '28000', '42501', '55000']);

/**
 * Connects to a database from which that of the target can be created: `postgres` or, where the server refuses that
 * one, the database that the URL names as `maintenance_db`.
 * @throws UserError for everything that keeps it from connecting.
 */
export async function connectMaintenance(target: PostgresTarget, options: ConnectOptions): Promise<Connection> {
  const named = target.maintenanceDatabase;
  const first = await openDatabase('postgres');
  if ('connection' in first) return first.connection;
  const isRefused = REFUSALS.has(serverCode(first.failure) ?? '');
  if (!isRefused) throw explain(first.failure, first.settings);
  if (named !== null) {
    const second = await openDatabase(named);
    if ('connection' in second) return second.connection;
    throw explain(second.failure, second.settings);
  }
  const { message, where, cause } = explain(first.failure, first.settings);
  throw new UserError(`database "${target.database}" cannot be created: ${message}`, {
    where,
    hint: 'create it yourself, or name a database that this user may connect to: maintenance_db=NAME in the URL',
    cause,
  });

  async function openDatabase(database: string): Promise<Attempt & { settings: Settings }> {
    const settings = await resolveSettings({ ...target, database }, options.environment);
    return { ...(await open(settings, options)), settings };
  }
}

type Attempt = { readonly connection: Connection } | { readonly failure: Failure };

/**
 * Tries what the mode of TLS allows, in its order. A second try is made where the first one failed for being with or
 * without TLS; never after a password was refused, so that no password is sent in clear that TLS did not like.
 */
async function open(settings: Settings, options: ConnectOptions): Promise<Attempt> {
  let attempt: Extract<Attempt, { failure: Failure }> | undefined;
  for (const tls of settings.ssl.attempts) {
    const next = await tryToConnect(settings, tls, options);
    if ('connection' in next) return next;
    const isLast = !dependsOnTls(next.failure);
    // The first failure is what the operator asked about, unless the second try came further than that.
    if (attempt === undefined || attempt.failure.stage === 'no tls' || isLast) attempt = next;
    if (isLast) break;
  }
  if (attempt === undefined) throw new Error('no mode of TLS is without an attempt');
  return attempt;
}

const dependsOnTls = (failure: Failure): boolean =>
  failure.stage === 'tls' || failure.stage === 'no tls' || serverCode(failure) === '28000';

const serverCode = (failure: Failure): string | null => (failure.stage === 'server' ? failure.error.code : null);

/** Keeps the way through a router open while a statement runs for hours: they forget after minutes of silence. */
const KEEP_ALIVE_AFTER = 30_000;

async function tryToConnect(
  settings: Settings,
  tls: ConnectionOptions | null,
  { signal, onWarning = () => {} }: ConnectOptions,
): Promise<Attempt> {
  const { Client, types } = await import('pg');
  signal?.throwIfAborted();
  const socket = new Socket();
  const sight = watch(socket, tls !== null);
  const client = new Client({
    ...clientOptions(settings, tls),
    password: () => answer(settings, sight, binding),
    stream: () => socket,
  });
  guard(client, sight);
  const binding = watchBinding(client);
  passWarnings(client, onWarning);
  const timer = startTimer(settings.timeout, () => {
    sight.timedOut = true;
    socket.destroy(new Error('timeout'));
  });
  const abort = (): void => void socket.destroy(new Error('aborted'));
  signal?.addEventListener('abort', abort);
  try {
    await client.connect();
    sight.isUnbound = settings.requireChannelBinding && !binding.isProven;
    if (sight.isUnbound) throw new Error('not bound');
    const cancel = cancellation(settings, tls, client);
    return { connection: connectionOf(client, socket, { parsers: types, settings, signal, cancel }) };
  } catch (error) {
    // What the driver has to say of the end that follows is said by this error already.
    client.on('error', () => {});
    socket.destroy();
    signal?.throwIfAborted();
    return { failure: classify(error as Error, sight, tls !== null) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/** The password, where it may go out: it is asked for before anything is sent that is made from it. */
async function answer({ password, requireChannelBinding }: Settings, sight: Sight, binding: Binding): Promise<string> {
  sight.isUnbound = requireChannelBinding && !binding.isOffered;
  if (sight.isUnbound) throw new Error('not bound');
  sight.passwordMissing = password.value === null;
  if (password.value === null) throw new Error('no password');
  return password.value;
}

const clientOptions = (settings: Settings, tls: ConnectionOptions | null) => ({
  user: settings.user,
  host: settings.host,
  port: settings.port,
  database: settings.database,
  ssl: tls ?? false,
  sslnegotiation: 'postgres' as const,
  enableChannelBinding: settings.requireChannelBinding,
  application_name: settings.applicationName,
  ...(settings.options === null ? {} : { options: settings.options }),
  keepAlive: !isSocketDirectory(settings.host),
  keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER,
});

const startTimer = (timeout: number, listener: () => void): NodeJS.Timeout | undefined =>
  timeout === 0 ? undefined : setTimeout(listener, timeout);
