import { isIP, Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { Connection } from '../../model/dialect.ts';
import { UserError } from '../../model/errors.ts';
import { cancellation } from './cancel.ts';
import { type Binding, watchBinding } from './channel-binding.ts';
import { explainAll, type Failure, MISSING_DATABASE, type Tried } from './failure.ts';
import { guard } from './guard.ts';
import { connectionOf } from './connection.ts';
import { watchAuthentication } from './required-auth.ts';
import { classify, type Opening, type Sight, watch } from './sight.ts';
import { completeState, isWanted, rounds, type ServerState, type Wanted, watchState } from './session-attributes.ts';
import { type All, resolveAll, type Settings } from './settings.ts';
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
  const opened = await openOneOf(await resolveAll(target, options.environment), options);
  if ('connection' in opened) return { connection: opened.connection, missing: null };
  const error = explainAll(opened.tried);
  if (lastCode(opened) === MISSING_DATABASE) return { connection: null, missing: error };
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
  if (!REFUSALS.has(lastCode(first) ?? '')) throw explainAll(first.tried);
  if (named !== null) {
    const second = await openDatabase(named);
    if ('connection' in second) return second.connection;
    throw explainAll(second.tried);
  }
  const { message, where, cause } = explainAll(first.tried);
  throw new UserError(`database "${target.database}" cannot be created: ${message}`, {
    where,
    hint: 'create it yourself, or name a database that this user may connect to: maintenance_db=NAME in the URL',
    cause,
  });

  async function openDatabase(database: string): Promise<AttemptAtAll> {
    return openOneOf(await resolveAll({ ...target, database }, options.environment), options);
  }
}

type AttemptAtAll = { readonly connection: Connection } | { readonly tried: readonly Tried[] };

const lastCode = ({ tried }: { readonly tried: readonly Tried[] }): string | null => {
  const last = tried.at(-1);
  return last === undefined ? null : serverCode(last.failure);
};

/**
 * Tries the servers in turn, as libpq does: another one where nothing answers, where the server is just starting, or
 * where it is not of the wanted kind. What a server has against the user ends it.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
async function openOneOf({ servers, wanted, isRandom }: All, options: ConnectOptions): Promise<AttemptAtAll> {
  const order = isRandom ? shuffled(servers) : servers;
  let tried: Tried[] = [];
  for (const kind of rounds(wanted)) {
    tried = [];
    for (const settings of order) {
      const attempt = await openWanted(settings, kind, options);
      if ('connection' in attempt) return attempt;
      tried.push({ failure: attempt.failure, settings });
      if (!leadsOn(attempt.failure)) return { tried };
    }
  }
  return { tried };
}

async function openWanted(settings: Settings, wanted: Wanted, options: ConnectOptions): Promise<Attempt> {
  const attempt = await open(settings, options);
  if (!('connection' in attempt) || wanted === 'any') return attempt;
  const { connection, state } = attempt;
  try {
    await completeState(connection, state);
  } catch (error) {
    await connection.close();
    throw error;
  }
  if (isWanted(wanted, state)) return attempt;
  await connection.close();
  return { failure: { stage: 'unwanted', wanted, state } };
}

/** SQLSTATE of a server that is starting, stopping, or recovering. */
const CANNOT_CONNECT_NOW = '57P03';

const leadsOn = (failure: Failure): boolean =>
  ['network', 'timeout', 'unwanted'].includes(failure.stage) || serverCode(failure) === CANNOT_CONNECT_NOW;

const shuffled = <T>(all: readonly T[]): readonly T[] =>
  all
    .map((item) => ({ item, rank: Math.random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);

type Attempt = { readonly connection: Connection; readonly state: ServerState } | { readonly failure: Failure };

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

async function tryToConnect(
  settings: Settings,
  tls: ConnectionOptions | null,
  { signal, onWarning = () => {} }: ConnectOptions,
): Promise<Attempt> {
  const { Client, types } = await import('pg');
  signal?.throwIfAborted();
  const socket = new Socket();
  const opening = openingOf(settings, tls);
  const sight = watch(socket, opening);
  const client = new Client({
    ...clientOptions(settings, tls),
    password: () => answer(settings, sight, binding),
    stream: () => socket,
  });
  guard(client, sight);
  const binding = watchBinding(client);
  const isAuthenticated = watchAuthentication(client, settings.requiredAuth, sight);
  const state = watchState(client);
  passWarnings(client, onWarning);
  const timer = startTimer(settings.timeout, sight, socket);
  const abort = (): void => void socket.destroy(new Error('aborted'));
  signal?.addEventListener('abort', abort);
  try {
    await client.connect();
    sight.isUnbound = settings.requireChannelBinding && !binding.isProven;
    if (sight.isUnbound || !isAuthenticated()) throw new Error('not bound');
    const circumstances = { parsers: types, settings, signal, cancel: cancellation(settings, tls, client) };
    return { connection: connectionOf(client, socket, circumstances), state };
  } catch (error) {
    // What the driver has to say of the end that follows is said by this error already.
    client.on('error', () => {});
    socket.destroy();
    signal?.throwIfAborted();
    return { failure: classify(error as Error, sight, opening) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function openingOf({ ssl }: Settings, tls: ConnectionOptions | null): Opening {
  if (tls === null) return 'plain';
  return ssl.isDirect ? 'direct' : 'asked';
}

/** The password, where it may go out: it is asked for before anything is sent that is made from it. */
async function answer({ password, requireChannelBinding }: Settings, sight: Sight, binding: Binding): Promise<string> {
  sight.isUnbound = requireChannelBinding && !binding.isOffered;
  if (sight.isUnbound || sight.otherMethod !== null) throw new Error('not bound');
  sight.passwordMissing = password.value === null;
  if (password.value === null) throw new Error('no password');
  return password.value;
}

const clientOptions = (settings: Settings, tls: ConnectionOptions | null) => ({
  user: settings.user,
  host: settings.address ?? settings.host,
  port: settings.port,
  database: settings.database,
  ssl: tls === null ? false : { ...tls, ...identity(settings) },
  sslnegotiation: openingOf(settings, tls) === 'direct' ? ('direct' as const) : ('postgres' as const),
  enableChannelBinding: settings.requireChannelBinding,
  application_name: settings.applicationName,
  ...(settings.options === null ? {} : { options: settings.options }),
  keepAlive: settings.keepAlive !== null && !isSocketDirectory(settings.host),
  keepAliveInitialDelayMillis: settings.keepAlive ?? 0,
});

/** The name that the certificate must have, where the connection goes to an address beside it. */
const identity = ({ host, address }: Settings): ConnectionOptions =>
  address === null || isIP(host) !== 0 ? {} : { host, servername: host };

function startTimer(timeout: number, sight: Sight, socket: Socket): NodeJS.Timeout | undefined {
  if (timeout === 0) return undefined;
  return setTimeout(() => {
    sight.timedOut = true;
    socket.destroy(new Error('timeout'));
  }, timeout);
}
