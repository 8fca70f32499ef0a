import { UserError } from '../model/errors.ts';
import { isPlainUrl } from '../secrets/mask-url.ts';
import type { PostgresTarget } from '../model/target.ts';
import { checkIdentifier } from './names.ts';

/** Where libpq splits a URL: a user ends at the first `@`, if no slash stands before it. */
const FORM =
  /^(?<scheme>[a-z]+(?:\+\w+)?:\/\/)(?:(?<userinfo>[^@/]*)@)?(?<authority>[^/?]*)(?:\/(?<path>[^?]*))?(?:\?(?<query>[^]*))?$/;

const ENCODE =
  'percent-encode these in user, password and database: % as %25, @ as %40, / as %2F, : as %3A, ? as %3F, # as %23, & as %26, blank as %20';

/** Parameters that have a field of their own, or that mean nothing to a tool that always needs the server that writes. */
const CONSUMED = new Set(['host', 'port', 'user', 'password', 'dbname', 'maintenance_db', 'target_session_attrs']);

/**
 * Reads a URL by libpq's rules, with SQLAlchemy's driver names (`postgresql+psycopg://`) and unknown parameters let through.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 * @param where for errors: the source with the masked URL
 * @throws UserError, also where an unencoded character of the password could send the connection elsewhere
 */
export function parsePostgresUrl(text: string, where: string): PostgresTarget {
  const refuse: Refuse = (message, hint = ENCODE) => {
    throw new UserError(message, { where, hint });
  };
  const parts = split(text);
  if (parts === null || text.trim() !== text) {
    return refuse('the database URL cannot be read', 'write postgresql://user:password@host:5432/database');
  }
  if (isAmbiguous(parts, text)) return refuse('the database URL has an @ that may belong to the password');
  const { fields, parameters } = readParts(parts, refuse);
  const { user, database, maintenance_db: maintenanceDatabase } = fields;
  if (database === null) return refuse('the database URL names no database', 'put /database behind the host');
  checkIdentifier('database', database, where);
  if (user !== null) checkIdentifier('user', user, where);
  if (maintenanceDatabase !== null) checkIdentifier('database', maintenanceDatabase, where);
  return {
    dialect: 'postgres',
    text,
    user,
    password: fields.password,
    host: checkHost(fields.host, refuse),
    port: checkPort(fields.port, refuse),
    database,
    parameters: checkParameters(parameters, refuse),
    maintenanceDatabase,
  };
}

/** Decodes all parts. A parameter wins over the part of the URL that says the same; what is empty is not given. */
function readParts(parts: Parts, refuse: Refuse) {
  const decode = (part: string): string =>
    decodePart(part) ?? refuse('the database URL has a % that encodes no character');
  const parameters = readParameters(parts.query, decode) ?? refuse('a parameter of the database URL has no =');
  const authority = readHost(parts.authority) ?? refuse('the database URL has no readable host and port');
  const [, user = '', password = ''] = /^([^:]*):?([^]*)$/.exec(parts.userinfo ?? '') ?? [];
  const field = (parameter: string, part = ''): string | null => parameters.get(parameter) || decode(part) || null;
  const fields = {
    user: field('user', user),
    password: field('password', password),
    host: field('host', authority.host),
    port: field('port', authority.port),
    database: field('dbname', parts.path),
    maintenance_db: field('maintenance_db'),
  };
  return { fields, parameters };
}

/** The URL of another database on the same server, for the same user. */
export function withDatabase(url: PostgresTarget, database: string): PostgresTarget {
  const parts = split(url.text);
  if (parts === null) throw new Error('not the text of a database URL');
  const userinfo = parts.userinfo === undefined ? '' : `${parts.userinfo}@`;
  const query = parts.query
    ?.split('&')
    .filter((part) => decodePart(part.split('=', 1)[0] ?? '') !== 'dbname')
    .join('&');
  const tail = query === undefined || query === '' ? '' : `?${query}`;
  const text = `${parts.scheme}${userinfo}${parts.authority}/${encodeURIComponent(database)}${tail}`;
  return { ...url, text, database };
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

function readHost(authority: string): { host: string; port: string } | null {
  const match = /^(?:\[(?<address>[^[\]]+)\]|(?<host>[^:@[\]]*))(?::(?<port>\d*))?$/.exec(authority);
  if (match === null && authority.includes(',')) return { host: authority, port: '' };
  return (
    match && { host: match.groups?.['address'] ?? match.groups?.['host'] ?? '', port: match.groups?.['port'] ?? '' }
  );
}

type Refuse = (message: string, hint?: string) => never;

function checkHost(host: string | null, refuse: Refuse): string | null {
  if (host?.includes(',')) return refuse('the database URL names several hosts', 'name the one that takes writes');
  return host;
}

function checkPort(port: string | null, refuse: Refuse): number | null {
  if (port === null) return null;
  if (port.includes(',')) return refuse('the database URL names several ports', 'name the one that takes writes');
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  return number >= 1 && number <= 65_535 ? number : refuse('the port of the database URL is no number from 1 to 65535');
}

/** Gives the parameters without those that have fields, and refuses what would lead to another server than libpq's. */
function checkParameters(parameters: ReadonlyMap<string, string>, refuse: Refuse): ReadonlyMap<string, string> {
  for (const name of ['service', 'servicefile', 'hostaddr']) {
    if (parameters.has(name)) return refuse(`parameter ${name} is not supported`, 'name host and port in the URL');
  }
  if (!/^-?\d+$/.test(parameters.get('connect_timeout') || '0')) {
    return refuse('parameter connect_timeout is no number of seconds', 'write connect_timeout=10');
  }
  return new Map([...parameters].filter(([name]) => !CONSUMED.has(name)));
}
