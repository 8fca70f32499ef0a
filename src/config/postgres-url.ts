import { UserError } from '../model/errors.ts';
import { isPlainUrl, maskUrl } from '../secrets/mask-url.ts';
import type { Environment, PostgresTarget } from '../model/target.ts';
import { variable } from './environment.ts';
import { checkIdentifier } from './names.ts';
import { findService, type Service } from './postgres-service.ts';
import { isKnownParameter, meantParameter, unsupportedDemand } from './postgres-parameters.ts';

/** Where libpq splits a URL: a user ends at the first `@`, if no slash stands before it. */
const FORM =
  /^(?<scheme>[a-z]+(?:\+\w+)?:\/\/)(?:(?<userinfo>[^@/]*)@)?(?<authority>[^/?]*)(?:\/(?<path>[^?]*))?(?:\?(?<query>[^]*))?$/;

const ENCODE =
  'percent-encode these in user, password and database: % as %25, @ as %40, / as %2F, : as %3A, ? as %3F, # as %23, & as %26, blank as %20';

/** Parameters that have a field of their own, or that have been followed. */
const CONSUMED = new Set(['service', 'servicefile', 'host', 'port', 'user', 'password', 'dbname', 'maintenance_db']);

/** What a URL of PostgreSQL is read with. */
export interface Surroundings {
  /** For errors: the source with the masked URL. */
  readonly where: string;
  /** Where libpq looks for what the URL leaves open; null for a URL that stands for itself. */
  readonly environment: Environment | null;
}

/**
 * Reads a URL by libpq's rules, with SQLAlchemy's driver names (`postgresql+psycopg://`), and with parameters of other
 * drivers that change nothing here.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 * @throws UserError, also where an unencoded character of the password could send the connection elsewhere
 */
export function parsePostgresUrl(text: string, { where, environment }: Surroundings): PostgresTarget {
  const refuse: Refuse = (message, hint = ENCODE) => {
    throw new UserError(message, { where, hint });
  };
  const parts = split(text);
  if (parts === null || text.trim() !== text) {
    return refuse('the database URL cannot be read', 'write postgresql://user:password@host:5432/database');
  }
  if (isAmbiguous(parts, text)) return refuse('the database URL has an @ that may belong to the password');
  const own = readParts(parts, refuse);
  const service = findService(own, environment);
  const parameters = merged(own, service);
  const field = (name: string): string | null => parameters.get(name) || null;
  /** The service where that is what said it, and the URL did not. */
  const from = (name: string): string | undefined => (own.get(name) ? undefined : service?.by);
  const [user, maintenanceDatabase, password] = [field('user'), field('maintenance_db'), field('password')];
  const ports = readPorts(field('port'), from('port') ?? 'the database URL', refuse);
  const further = checkParameters(parameters, { text, environment, refuse });
  if (user !== null) checkIdentifier('user', user, where);
  if (maintenanceDatabase !== null) checkIdentifier('database', maintenanceDatabase, where);
  const passwordFrom = password === null ? undefined : from('password');
  return {
    dialect: 'postgres',
    text,
    user,
    password,
    ...(passwordFrom === undefined ? {} : { passwordFrom }),
    host: field('host'),
    ...ports,
    parameters: further,
    maintenanceDatabase,
    ...findDatabase({ own: own.get('dbname') || null, service }, parts, { where, environment }, refuse),
  };
}

/** What the URL says goes before what the service says; what is empty is not given. */
function merged(own: ReadonlyMap<string, string>, service: Service | null): ReadonlyMap<string, string> {
  const added = [...(service?.parameters ?? [])].filter(([name]) => !own.get(name));
  return new Map([...own, ...added]);
}

interface Named {
  readonly own: string | null;
  readonly service: Service | null;
}

/**
 * Where the URL names no database, the service or PGDATABASE does; libpq's last resort, the name of the user, is
 * nobody's intention.
 */
function findDatabase(named: Named, parts: Parts, { where, environment }: Surroundings, refuse: Refuse) {
  if (named.own !== null) return { database: checkIdentifier('database', named.own, where) };
  const ofService = named.service?.parameters.get('dbname') || null;
  const inherited = ofService ?? (environment && variable(environment, 'PGDATABASE'));
  if (inherited === null) {
    return refuse('the database URL names no database', 'put /database behind the host, or set PGDATABASE');
  }
  const databaseFrom = ofService === null ? 'PGDATABASE' : (named.service?.by ?? '');
  const database = checkIdentifier('database', inherited, databaseFrom);
  return { database, text: textWith(parts, database), databaseFrom };
}

/** Decodes all parts. A parameter wins over the part of the URL that says the same; what is empty is not given. */
function readParts(parts: Parts, refuse: Refuse): ReadonlyMap<string, string> {
  const decode = (part: string): string =>
    decodePart(part) ?? refuse('the database URL has a % that encodes no character');
  const parameters = readParameters(parts.query, decode) ?? refuse('a parameter of the database URL has no =');
  const authority = readHosts(parts.authority) ?? refuse('the database URL has no readable host and port');
  const [, user = '', password = ''] = /^([^:]*):?([^]*)$/.exec(parts.userinfo ?? '') ?? [];
  const places = { user, password, host: authority.host, port: authority.port, dbname: parts.path ?? '' };
  const taken = Object.entries(places).filter(([name, part]) => part !== '' && !parameters.get(name));
  return new Map([...parameters, ...taken.map(([name, part]) => [name, decode(part)] as const)]);
}

/** The URL of another database on the same server, for the same user. */
export function withDatabase(url: PostgresTarget, database: string): PostgresTarget {
  const parts = split(url.text);
  if (parts === null) throw new Error('not the text of a database URL');
  const { databaseFrom: _, ...rest } = url;
  return { ...rest, text: textWith(parts, database), database };
}

function textWith({ scheme, userinfo, authority, query }: Parts, database: string): string {
  const kept = query
    ?.split('&')
    .filter((part) => decodePart(part.split('=', 1)[0] ?? '') !== 'dbname')
    .join('&');
  const tail = kept === undefined || kept === '' ? '' : `?${kept}`;
  const user = userinfo === undefined ? '' : `${userinfo}@`;
  return `${scheme}${user}${authority}/${encodeURIComponent(database)}${tail}`;
}

interface Parts {
  readonly scheme: string;
  readonly userinfo?: string;
  readonly authority: string;
  readonly path?: string;
  readonly query?: string;
}

/** An `@` behind the one that ends the user's part, in a place where a password with a slash before it would put it. */
function isAmbiguous(parts: Parts, text: string): boolean {
  const rest = text.slice(parts.scheme.length);
  const behind = parts.userinfo === undefined ? rest : rest.slice(parts.userinfo.length + 1);
  return behind.includes('@') && !isPlainUrl(rest);
}

const split = (text: string): Parts | null => (FORM.exec(text)?.groups as Parts | undefined) ?? null;

/** Null where a percent sign encodes no character, no character, or NUL. */
function decodePart(part: string): string | null {
  try {
    const decoded = decodeURIComponent(part);
    return decoded.includes('\0') ? null : decoded;
  } catch {
    return null;
  }
}

function readParameters(query: string | undefined, decode: (part: string) => string): Map<string, string> | null {
  const parameters = new Map<string, string>();
  for (const part of query ? query.split('&') : []) {
    const equals = part.indexOf('=');
    if (equals <= 0) return null;
    parameters.set(decode(part.slice(0, equals)), decode(part.slice(equals + 1)));
  }
  return parameters;
}

/** Several hosts have a port each, which may be empty: libpq takes its default then, whatever PGPORT is. */
function readHosts(authority: string): { host: string; port: string } | null {
  const hosts = authority.split(',').map(readHost);
  const found = hosts.filter((host) => host !== null);
  if (found.length < hosts.length) return null;
  return { host: found.map(({ host }) => host).join(','), port: found.map(({ port }) => port).join(',') };
}

function readHost(text: string): { host: string; port: string } | null {
  const match = /^(?:\[(?<address>[^[\]]+)\]|(?<host>[^:@[\]]*))(?::(?<port>\d*))?$/.exec(text);
  return (
    match && { host: match.groups?.['address'] ?? match.groups?.['host'] ?? '', port: match.groups?.['port'] ?? '' }
  );
}

/** Where hosts and ports stand in a URL, for another program that reads it as libpq does. */
export function authorityOf({ host, port, ports }: Pick<PostgresTarget, 'host' | 'port' | 'ports'>): string {
  const hosts = (host ?? '').split(',');
  const all = hosts.map((name, i) => {
    const own = ports === undefined ? port : (ports[i] ?? null);
    return `${name.includes(':') ? `[${name}]` : encodeURIComponent(name)}${own === null ? '' : `:${own}`}`;
  });
  return all.join(',');
}

type Refuse = (message: string, hint?: string) => never;

type Ports = Pick<PostgresTarget, 'port' | 'ports'>;

function readPorts(text: string | null, by: string, refuse: Refuse): Ports {
  const ports = (text ?? '').split(',').map((port) => (port === '' ? null : checkPort(port, by, refuse)));
  return ports.length === 1 ? { port: ports[0] ?? null } : { port: null, ports };
}

function checkPort(port: string, by: string, refuse: Refuse): number {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : null;
  if (number !== null && number >= 1 && number <= 65_535) return number;
  return refuse(
    number === null ? `${by} names a port that is none` : `${by} names port ${number}, which is no port`,
    'a port is a number from 1 to 65535, and 5432 where the server was not told otherwise; write a : of the password as %3A',
  );
}

interface ParameterChecks {
  readonly text: string;
  readonly environment: Environment | null;
  readonly refuse: Refuse;
}

/** Gives the parameters without those that have fields, and refuses what libpq would refuse, or do and we cannot. */
function checkParameters(
  parameters: ReadonlyMap<string, string>,
  { text, environment, refuse }: ParameterChecks,
): ReadonlyMap<string, string> {
  for (const name of parameters.keys()) if (!isKnownParameter(name)) refuseUnknown(name, text, refuse);
  const demand = unsupportedDemand(parameters, environment);
  if (demand !== null) return refuse(`${demand.by} is not supported yet: ${demand.why}`, demand.instead);
  if (!/^-?\d+$/.test(parameters.get('connect_timeout') || '0')) {
    return refuse('parameter connect_timeout is no number of seconds', 'write connect_timeout=10');
  }
  return new Map([...parameters].filter(([name]) => !CONSUMED.has(name)));
}

/** A name is said where the mask leaves it: it may be the rest of a password with an & in it. */
function refuseUnknown(name: string, text: string, refuse: Refuse): never {
  const shown = /^[\w.-]{1,40}$/.test(name) && maskUrl(text).includes(`${name}=`) ? ` ${name}` : '';
  const meant = meantParameter(name);
  const asked = meant === undefined || shown === '' ? '' : `did you mean ${meant}? `;
  return refuse(
    `the database URL has an unknown parameter${shown}`,
    `${asked}take it out where it is for another driver; write an & of the password as %26`,
  );
}

/**
 * The URL as it may be shown: with its passwords masked, and the values of parameters that nobody knows, as a name that
 * is misspelt may be that of a password.
 */
export const shownPostgresUrl = (text: string): string =>
  maskUrl(text).replaceAll(/(?<=[?&])([^=&?]+)=[^&]*/g, (part, name: string) =>
    isKnownParameter(decodePart(name) ?? '') ? part : `${name}=***`,
  );
