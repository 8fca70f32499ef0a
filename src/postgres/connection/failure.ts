import { UserError } from '../../model/errors.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { placeName } from './places.ts';
import type { ServerState } from './session-attributes.ts';
import type { Settings } from './settings.ts';

/** How far an attempt to connect came before it failed. */
export type Failure =
  | { readonly stage: 'network'; readonly error: Error; readonly code: string }
  | { readonly stage: 'timeout'; readonly reached: boolean }
  /** Something answered that does not speak PostgreSQL's protocol. */
  | { readonly stage: 'stranger' }
  | { readonly stage: 'no tls' }
  /** The server does not answer TLS that begins without a question for it. */
  | { readonly stage: 'no direct tls'; readonly error: Error }
  | { readonly stage: 'tls'; readonly error: Error; readonly code: string }
  | { readonly stage: 'no password' }
  /** The server does not bind its authentication to the TLS channel, which was asked for. */
  | { readonly stage: 'unbound' }
  /** The server asks for an authentication that require_auth does not allow, or for a second one. */
  | { readonly stage: 'other method'; readonly method: string }
  /** The server is none of the kind that target_session_attrs wants. */
  | { readonly stage: 'unwanted'; readonly wanted: string; readonly state: ServerState }
  | { readonly stage: 'server'; readonly error: ServerError }
  /** The server went away without a word, or the driver gave up on what it said. */
  | { readonly stage: 'broken'; readonly error: Error };

/** https://www.postgresql.org/docs/current/protocol-error-fields.html */
export interface ServerError extends Error {
  readonly severity: string;
  readonly code: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** The server's function that raised it: unlike the message it is the same in every language. */
  readonly routine?: string | undefined;
}

/** Tells what the server said from what the driver or the network did. */
export const isServerError = (error: unknown): error is ServerError =>
  error instanceof Error &&
  typeof (error as Partial<ServerError>).severity === 'string' &&
  typeof (error as Partial<ServerError>).code === 'string';

/** SQLSTATE of a database that does not exist. */
export const MISSING_DATABASE = '3D000';

const askTheServer = "look into the server's log";

type Words = readonly [message: string, hint?: string | undefined];
type Wording = { readonly [S in Failure['stage']]: (failure: Extract<Failure, { stage: S }>, to: Settings) => Words };

const wording: Wording = {
  network: ({ code, error }, to) =>
    networkWords[code]?.(to) ?? [
      `no connection to ${placeName(to)}: ${error.message}`,
      'look at host, port and the network in between',
    ],
  timeout: ({ reached }, to) => [
    reached
      ? `${placeName(to)} takes connections but did not answer within ${to.timeout / 1000} s`
      : `no answer from ${placeName(to)} within ${to.timeout / 1000} s`,
    reached
      ? 'look whether PostgreSQL itself, or a proxy before it, hangs; connect_timeout=SECONDS in the URL waits longer'
      : 'look at host, port and firewall; connect_timeout=SECONDS in the URL waits longer',
  ],
  stranger: (_, to) => [`what listens at ${placeName(to)} is not PostgreSQL`, 'correct host and port'],
  'no tls': (_, to) => [
    `the server does not offer TLS, which ${to.requireChannelBinding ? 'channel_binding=require' : `sslmode=${to.ssl.mode}`} asks for`,
    to.requireChannelBinding
      ? 'turn ssl on in the server or, where the network is to be trusted, leave channel_binding out'
      : 'turn ssl on in the server or, where the network is to be trusted, use sslmode=prefer',
  ],
  'no direct tls': () => [
    'the server ended the connection when TLS began, which sslnegotiation=direct has it do without asking',
    'leave sslnegotiation out: servers before PostgreSQL 17, and those with ssl off, want to be asked',
  ],
  tls: ({ code, error }) => [`no TLS connection: ${error.message}`, tlsHints[code] ?? defaultTlsHint],
  'no password': (_, to) => [
    `the server asks for the password of user "${to.user}" and none was given (${to.password.source})`,
    'put it into the URL, PGPASSWORD or the password file',
  ],
  unbound: () => [
    'the server does not bind its authentication to TLS, which channel_binding=require asks for',
    'give the role a password as SCRAM-SHA-256 and a line with scram-sha-256 in pg_hba.conf; a proxy that ends TLS in between cannot bind',
  ],
  'other method': ({ method }, { requiredAuth }) => [
    requiredAuth === null || requiredAuth.allowed.has(method)
      ? `the server asks to authenticate a second time, by ${method}`
      : `the server asks for the authentication ${method}, which require_auth=${requiredAuth.text} does not allow`,
    'have the user authenticated otherwise in pg_hba.conf, or correct require_auth; look who answers in place of the server',
  ],
  unwanted: ({ wanted, state }, to) => [
    `${placeName(to)} ${kindOf(state)}, and target_session_attrs=${wanted} asks for another server`,
    'name further hosts (a:5432,b:5432), or correct target_session_attrs; commands that write need read-write or primary',
  ],
  server: ({ error }, to) => [error.message, error.hint ?? serverHints[error.code]?.(to, error) ?? askTheServer],
  broken: ({ error }, to) => [
    `${placeName(to)} ended the connection while it was being made: ${error.message}`,
    askTheServer,
  ],
};

/** Says what happened, where and what to do. No password is in it. */
export function explain(failure: Failure, to: Settings): UserError {
  const words = wording[failure.stage] as (failure: Failure, to: Settings) => Words;
  const [message, hint] = words(failure, to);
  return new UserError(message, { where: to.where, hint, cause: 'error' in failure ? failure.error : undefined });
}

function kindOf({ isStandby, isReadOnly }: ServerState): string {
  if (isStandby === true) return 'is a standby';
  return isReadOnly === true ? 'is read-only' : 'takes writes';
}

/** What one server of several was tried with, and how that failed. */
export interface Tried {
  readonly failure: Failure;
  readonly settings: Settings;
}

/** Says the same of several servers that were tried in turn, each by its name. */
export function explainAll(tried: readonly Tried[]): UserError {
  const errors = tried.map(({ failure, settings }) => ({ error: explain(failure, settings), settings }));
  const last = errors.at(-1);
  if (last === undefined) throw new Error('no server was tried');
  if (errors.length === 1) return last.error;
  const said = errors.map(({ error, settings }) => {
    const name = placeName(settings);
    return error.message.includes(name) ? error.message : `${name}: ${error.message}`;
  });
  return new UserError(`none of ${errors.length} servers could be used: ${said.join('; ')}`, {
    where: last.error.where,
    hint: [...new Set(errors.map(({ error }) => error.hint))].join('; '),
    cause: last.error.cause,
  });
}

/** By the system's error codes: https://nodejs.org/api/errors.html#common-system-errors */
const networkWords: Readonly<Record<string, (to: Settings) => Words>> = {
  ECONNREFUSED: (to) => [`nothing listens at ${placeName(to)}`, 'start the server, or correct host and port'],
  ENOENT: (to) => [`no server has its socket at ${placeName(to)}`, 'start the server, or correct host and port'],
  EACCES: (to) => [
    `the socket ${placeName(to)} may not be used by this user of the system`,
    'run it as a user who may, or connect by TCP: host=127.0.0.1',
  ],
  ENOTFOUND: (to) => [`host "${to.host}" is unknown`, 'correct the host'],
  EAI_AGAIN: (to) => [`host "${to.host}" cannot be looked up`, 'correct the host, or see that name service works'],
  ETIMEDOUT: (to) => [`no answer from ${placeName(to)}`, 'look at host, port and firewall'],
  EHOSTUNREACH: (to) => [`there is no way to host "${to.host}"`, 'look at the network, or correct the host'],
  ENETUNREACH: (to) => [`there is no way to host "${to.host}"`, 'look at the network, or correct the host'],
};

const defaultTlsHint =
  'name the authority that signed the certificate: sslrootcert=FILE in the URL, or sslrootcert=system';

/** By node's error codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const tlsHints: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'connect by a name that the certificate has, or use sslmode=verify-ca',
  CERT_HAS_EXPIRED: 'renew the certificate of the server',
  CERT_NOT_YET_VALID: 'compare the clocks of both machines',
  CERT_REVOKED: 'the authority has revoked the certificate of the server: give the server another one',
  UNABLE_TO_GET_CRL: "add the authority's own list of revoked certificates to sslcrl or sslcrldir",
  CRL_HAS_EXPIRED: "get the authority's newest list of revoked certificates for sslcrl or sslcrldir",
  ECONNRESET: 'the server broke off; it may want a client certificate (sslcert, sslkey) or another TLS version',
};

const pooler = 'if this is a connection pooler, connect to the server behind it';

/**
 * By SQLSTATE, where the server sends no hint itself.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const serverHints: Readonly<Record<string, (to: Settings, error: ServerError) => string>> = {
  '28P01': (to) => `correct user or password; the password came from ${to.password.source}`,
  '28000': (to, error) => authorizationHints[error.routine ?? '']?.(to) ?? pooler,
  '3D000': (to) => `CREATE DATABASE ${quoteIdentifier(to.database)};   or correct the name`,
  '42501': (to) =>
    `GRANT CONNECT ON DATABASE ${quoteIdentifier(to.database)} TO ${quoteIdentifier(to.user)};   or connect as another user`,
  '55000': (to) => `ALTER DATABASE ${quoteIdentifier(to.database)} ALLOW_CONNECTIONS true;   or name another database`,
  '53300': () => 'end connections that nobody needs, or raise max_connections, or the limit of the role or database',
  '57P03': () => 'wait until the server is up, and run again',
  '08P01': () => pooler,
};

/** One SQLSTATE stands for all that the server has against a user; its functions tell it apart. */
const authorizationHints: Readonly<Record<string, (to: Settings) => string>> = {
  ClientAuthentication: ({ ssl, host }) =>
    ssl.mode === 'disable' && !host.startsWith('/')
      ? 'add a line for this user and host to pg_hba.conf, or use sslmode=require if that line is for TLS only'
      : 'add a line for this user and host to pg_hba.conf',
  InitializeSessionUserId: ({ user }) =>
    `CREATE ROLE ${quoteIdentifier(user)} LOGIN;   or ALTER ROLE … LOGIN, or correct the user`,
  auth_failed: () =>
    'pg_hba.conf has this user authenticated otherwise than by password; correct the user or that line',
};
