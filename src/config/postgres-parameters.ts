import { nearest } from '../model/nearest.ts';
import { sslModeOf, strictest } from '../model/ssl-mode.ts';
import type { Environment, PostgresTarget } from '../model/target.ts';
import { variable } from './environment.ts';
import { foreignParameters } from './foreign-parameters.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Parameters of a URL that are heeded: libpq's, its spelling `ssl=true` of JDBC, and our `maintenance_db`.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
const heeded = words(`
  service servicefile host hostaddr port user password dbname passfile target_session_attrs load_balance_hosts
  channel_binding require_auth keepalives keepalives_idle connect_timeout options application_name
  ssl sslmode sslcert sslkey sslpassword sslrootcert sslcrl sslcrldir sslnegotiation ssl_min_protocol_version
  ssl_max_protocol_version maintenance_db
`);

/**
 * libpq's parameters that change nothing here: the connection sets its own encoding and name; and a server that wants
 * GSSAPI gets none and says so.
 */
const idle = words(`
  client_encoding fallback_application_name sslcompression sslkeylogfile krbsrvname gsslib gssdelegation
  max_protocol_version
`);

interface Unsupported {
  /** The variable of the environment that says the same. */
  readonly variable?: string;
  /** Values that ask for no more than what is done anyway. */
  readonly harmless?: readonly string[];
  readonly why: string;
  readonly instead: string;
}

const scram: Unsupported = { why: 'keys of SCRAM are not used', instead: 'give the password' };
const oauth: Unsupported = { why: 'OAuth is not spoken', instead: 'connect as a role with a password' };

/**
 * libpq's parameters that would be promises here: they demand a protection that is not given.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
const unsupported: Readonly<Record<string, Unsupported>> = {
  requirepeer: {
    variable: 'PGREQUIREPEER',
    why: "the owner of the server's process is not looked at",
    instead: 'leave it out',
  },
  sslcertmode: {
    variable: 'PGSSLCERTMODE',
    harmless: ['allow'],
    why: 'a certificate of the client is sent where there is one',
    instead: 'leave it out',
  },
  sslsni: {
    variable: 'PGSSLSNI',
    harmless: ['1'],
    why: 'the name of the host is always sent with TLS',
    instead: 'leave it out, or give the address of the host',
  },
  min_protocol_version: {
    variable: 'PGMINPROTOCOLVERSION',
    harmless: ['3.0'],
    why: 'version 3.0 of the protocol is spoken',
    instead: 'leave it out',
  },
  gssencmode: {
    variable: 'PGGSSENCMODE',
    harmless: ['disable', 'prefer'],
    why: 'connections are not encrypted by GSSAPI',
    instead: 'leave it out, and encrypt by TLS: sslmode=verify-full',
  },
  replication: {
    harmless: ['false', 'off', 'no', '0'],
    why: 'a connection for replication takes none of our statements',
    instead: 'leave it out',
  },
  scram_client_key: scram,
  scram_server_key: scram,
  oauth_issuer: oauth,
  oauth_client_id: oauth,
  oauth_client_secret: oauth,
  oauth_scope: oauth,
};

/** What the operating system would have to be told and Node cannot tell it. */
const impossible = words('keepalives_interval keepalives_count tcp_user_timeout');

const known: readonly string[] = [...heeded, ...idle, ...impossible, ...Object.keys(unsupported)];

const reasonOf = (name: string): string | undefined =>
  foreignParameters.find(({ names }) => names.includes(name.toLowerCase()))?.why;

/** Whether anybody's URLs carry a parameter of this name. */
export const isKnownParameter = (name: string): boolean => known.includes(name) || reasonOf(name) !== undefined;

/** What libpq does not know and is heeded all the same. */
const ours: ReadonlySet<string> = new Set(['ssl', 'maintenance_db']);

/** Whether libpq has a parameter of this name. */
export const isLibpqParameter = (name: string): boolean => known.includes(name) && !ours.has(name);

/** The parameter that an unknown name was most likely meant for. */
export const meantParameter = (name: string): string | undefined =>
  nearest(name.toLowerCase(), [...known, ...foreignParameters.flatMap(({ names }) => names)]);

/** A demand that cannot be met: `parameter hostaddr`, `PGHOSTADDR`. */
export interface Demand {
  readonly by: string;
  readonly why: string;
  readonly instead: string;
}

/** The first demand of the parameters, or of the environment where they leave it open, that is not supported yet. */
export function unsupportedDemand(
  parameters: ReadonlyMap<string, string>,
  environment: Environment | null,
): Demand | null {
  for (const [name, { variable: variableName, harmless = [], why, instead }] of Object.entries(unsupported)) {
    const given = parameters.get(name);
    const inherited = environment === null || variableName === undefined ? null : variable(environment, variableName);
    const value = given || inherited;
    if (value && !harmless.some((text) => text.toLowerCase() === value.toLowerCase())) {
      return { by: given ? `parameter ${name}` : (variableName ?? name), why, instead };
    }
  }
  return null;
}

/** What is heeded and libpq knows under another name or not at all, and what no line that is printed may hold. */
const notPrinted: ReadonlySet<string> = new Set([
  ...words('ssl sslmode maintenance_db password sslpassword'),
  ...words('scram_client_key scram_server_key oauth_client_secret'),
]);

/** Where there is one host, which is meant for writing, its kind need not be said. */
const isPrinted = (name: string, host: string | null): boolean =>
  !notPrinted.has(name) && (name !== 'target_session_attrs' || host?.includes(',') === true);

/**
 * The parameters for another program that is made with libpq, as psql is: all that it knows and the URL has, but for
 * secrets. The mode of TLS is said in libpq's own word.
 */
export function libpqParameters({ parameters, host }: PostgresTarget): ReadonlyMap<string, string> {
  const asked = (['ssl', 'sslmode'] as const).map((name) => sslModeOf(name, parameters.get(name) ?? ''));
  const mode = strictest(...asked);
  return new Map([
    ...[...parameters].filter(([name, value]) => value !== '' && known.includes(name) && isPrinted(name, host)),
    ...(mode === undefined ? [] : [['sslmode', mode] as const]),
  ]);
}

/** What the operator should know of the parameters of a URL that mean something to other drivers only. */
export function parameterWarnings({ parameters }: PostgresTarget): readonly string[] {
  const names = [...parameters.keys()].filter((name) => !known.includes(name));
  const told = impossible.filter((name) => !/^0*$/.test(parameters.get(name) ?? ''));
  return [
    ...told.map((name) => `${name} in the database URL is ignored: Node cannot set it, and that of the system counts`),
    ...foreignWarnings(names),
  ];
}

const foreignWarnings = (names: readonly string[]): readonly string[] =>
  foreignParameters.flatMap(({ why }) => {
    const those = names.filter((name) => reasonOf(name) === why);
    const verb = those.length === 1 ? 'is' : 'are';
    return those.length === 0 ? [] : [`${those.join(' and ')} in the database URL ${verb} ignored: ${why}`];
  });
