import { nearest } from '../model/nearest.ts';
import { sslModeOf, strictest } from '../model/ssl-mode.ts';
import type { Environment, PostgresTarget } from '../model/target.ts';
import { variable } from './environment.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/**
 * Parameters of a URL that are heeded: libpq's, its spelling `ssl=true` of JDBC, and our `maintenance_db`.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
const heeded = words(`
  host port user password dbname passfile channel_binding connect_timeout options application_name
  ssl sslmode sslcert sslkey sslpassword sslrootcert maintenance_db
`);

/**
 * libpq's parameters that change nothing here: there is one host, which is asked whether it takes writes; the connection
 * sets its own encoding, name and keepalives; and a server that wants GSSAPI gets none and says so.
 */
const idle = words(`
  client_encoding fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count
  tcp_user_timeout sslcompression sslkeylogfile krbsrvname gsslib gssdelegation max_protocol_version
  load_balance_hosts target_session_attrs
`);

interface Unsupported {
  /** The variable of the environment that says the same. */
  readonly variable?: string;
  /** Values that ask for no more than what is done anyway. */
  readonly harmless?: readonly string[];
  readonly why: string;
  readonly instead: string;
}

const service: Unsupported = {
  why: 'connection services are not read',
  instead: 'name host and port in the URL, with user and database',
};
const revoked: Unsupported = {
  why: 'lists of revoked certificates are not read',
  instead: 'leave it out, or let the authority of sslrootcert sign no revoked certificate',
};
const scram: Unsupported = { why: 'keys of SCRAM are not used', instead: 'give the password' };
const oauth: Unsupported = { why: 'OAuth is not spoken', instead: 'connect as a role with a password' };

/**
 * libpq's parameters that would be promises here: they lead to another server, or demand a protection that is not given.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
const unsupported: Readonly<Record<string, Unsupported>> = {
  service: { ...service, variable: 'PGSERVICE' },
  servicefile: service,
  hostaddr: {
    variable: 'PGHOSTADDR',
    why: 'an address beside the name of the host is not used',
    instead: 'name host and port in the URL; an address may stand as the host',
  },
  require_auth: {
    variable: 'PGREQUIREAUTH',
    why: 'a method of authentication cannot be demanded',
    instead: 'leave it out; channel_binding=require and sslmode=verify-full make the server prove who it is',
  },
  requirepeer: {
    variable: 'PGREQUIREPEER',
    why: "the owner of the server's process is not looked at",
    instead: 'leave it out',
  },
  sslcrl: { ...revoked, variable: 'PGSSLCRL' },
  sslcrldir: { ...revoked, variable: 'PGSSLCRLDIR' },
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
  sslnegotiation: {
    variable: 'PGSSLNEGOTIATION',
    harmless: ['postgres'],
    why: 'TLS is asked for in the way of PostgreSQL',
    instead: 'leave it out',
  },
  ssl_min_protocol_version: {
    variable: 'PGSSLMINPROTOCOLVERSION',
    harmless: ['TLSv1', 'TLSv1.1', 'TLSv1.2'],
    why: 'TLS is TLSv1.2 or newer, as client and server agree',
    instead: 'leave it out, and let the server insist: ssl_min_protocol_version there',
  },
  ssl_max_protocol_version: {
    variable: 'PGSSLMAXPROTOCOLVERSION',
    harmless: ['TLSv1.3'],
    why: 'TLS is TLSv1.2 or newer, as client and server agree',
    instead: 'leave it out',
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

/** What stands in URLs for other drivers, as small letters, and why nothing of it is done here. */
const others = [
  {
    why: 'the schema is that of --schema or dbos_system_schema',
    names: words('schema currentschema search_path schema_search_path'),
  },
  {
    why: 'whether a pooler is in between is found out; migrate needs the server itself, or a pooler in session mode',
    names: words('pgbouncer supa'),
  },
  {
    why: 'there is one connection, and no pool',
    names: words(`
      connection_limit pool_timeout max_connection_lifetime max_idle_connection_lifetime single_use_connections
      pool pool_size max_overflow pool_max_conns pool_min_conns pool_min_idle_conns pool_max_conn_lifetime
      pool_max_conn_lifetime_jitter pool_max_conn_idle_time pool_health_check_period checkout_timeout reaping_frequency
      max min max_lifetime idle_timeout idletimeoutmillis conn_max_age conn_health_checks
    `),
  },
  {
    why: 'no statement is prepared',
    names: words(`
      statement_cache_size statement_cache_capacity statement-cache-capacity description_cache_capacity
      max_cached_statement_lifetime max_cacheable_statement_size default_query_exec_mode
      prepare prepared_statements prepared_statement_cache_size prepared_statement_name_func prepare_threshold
      preparethreshold preparedstatementcachequeries preparedstatementcachesizemib
      binary_parameters disable_prepared_binary_result
    `),
  },
  {
    why: 'this tool sets its own limits of time',
    names: words(`
      statement_timeout query_timeout lock_timeout idle_in_transaction_session_timeout
      command_timeout socket_timeout sockettimeout timeout
    `),
  },
  {
    why: 'connect_timeout says how long a connection may take',
    names: words('connecttimeout connectiontimeoutmillis logintimeout'),
  },
  {
    why: 'sslmode says how TLS is used, verify-full being the one that verifies all',
    names: words('uselibpqcompat sslaccept'),
  },
  { why: 'sslcert and sslkey name the certificate of the client', names: words('sslidentity') },
  {
    why: 'it changes nothing here',
    names: words(`
      async_fallback advisory_locks atomic_requests autocommit autosave binarytransfer defaultrowfetchsize
      disable_server_side_cursors encoding rewritebatchedinserts stringtype tcpkeepalive timezone
    `),
  },
] as const;

const known: readonly string[] = [...heeded, ...idle, ...Object.keys(unsupported)];

const reasonOf = (name: string): string | undefined =>
  others.find(({ names }) => names.includes(name.toLowerCase()))?.why;

/** Whether anybody's URLs carry a parameter of this name. */
export const isKnownParameter = (name: string): boolean => known.includes(name) || reasonOf(name) !== undefined;

/** The parameter that an unknown name was most likely meant for. */
export const meantParameter = (name: string): string | undefined =>
  nearest(name.toLowerCase(), [...known, ...others.flatMap(({ names }) => names)]);

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

/**
 * The parameters for another program that is made with libpq, as psql is: all that it knows and the URL has, but for
 * secrets. The mode of TLS is said in libpq's own word.
 */
export function libpqParameters({ parameters }: PostgresTarget): ReadonlyMap<string, string> {
  const asked = (['ssl', 'sslmode'] as const).map((name) => sslModeOf(name, parameters.get(name) ?? ''));
  const mode = strictest(...asked);
  return new Map([
    ...[...parameters].filter(([name, value]) => known.includes(name) && !notPrinted.has(name) && value !== ''),
    ...(mode === undefined ? [] : [['sslmode', mode] as const]),
  ]);
}

/** What the operator should know of the parameters of a URL that mean something to other drivers only. */
export function parameterWarnings({ parameters }: PostgresTarget): readonly string[] {
  const names = [...parameters.keys()].filter((name) => !known.includes(name));
  return others.flatMap(({ why }) => {
    const those = names.filter((name) => reasonOf(name) === why);
    const verb = those.length === 1 ? 'is' : 'are';
    return those.length === 0 ? [] : [`${those.join(' and ')} in the database URL ${verb} ignored: ${why}`];
  });
}
