/** What stands in a text where a password was. */
export const MASK = '***';

/**
 * The parameters of a PostgreSQL connection URL, and ours.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
const PARAMETERS: readonly string[] = `
  host hostaddr port dbname user password passfile require_auth channel_binding connect_timeout client_encoding options
  application_name fallback_application_name keepalives keepalives_idle keepalives_interval keepalives_count
  tcp_user_timeout replication gssencmode sslmode sslnegotiation sslcompression sslcert sslkey sslpassword sslcertmode
  sslrootcert sslcrl sslcrldir sslsni requirepeer ssl_min_protocol_version ssl_max_protocol_version krbsrvname gsslib
  gssdelegation service servicefile target_session_attrs load_balance_hosts min_protocol_version max_protocol_version
  scram_client_key scram_server_key oauth_issuer oauth_client_id oauth_client_secret oauth_scope sslkeylogfile
  maintenance_db
`
  .trim()
  .split(/\s+/);

const SECRET_PARAMETER = /(?:password|passwd|pwd|passphrase|secret|token|key)$/i;

const SEPARATOR = /([?&;\s]+)/;

const HOST = String.raw`(?:\[[^\]@/?]*\]|[\w.%-]*)(?::\d{0,5})?`;
const HOSTS = `${HOST}(?:,${HOST})*`;
const KNOWN = `(?:${PARAMETERS.join('|')})=[^&]*`;

/** A URL, less its scheme, in which it is beyond doubt where the password ends. */
const PLAIN = new RegExp(
  `^(?:(?<userinfo>[^:@/?]*(?::[^@/]*)?)@)?${HOSTS}(?:/[^@?]*)?(?:\\?(?:${KNOWN}(?:&${KNOWN})*)?)?$`,
);

const HOSTS_ONLY = new RegExp(`^${HOSTS}$`);
const SQLITE_PATH = /^sqlite(?:\+\w+)?:(?!\/\/[^/])/i;

/**
 * Whether every `@` of the URL (less its scheme) can only mean one thing.
 * Where this is false, `user:p@ss/word@host/db` may be read as another host than its writer meant.
 */
export const isPlainUrl = (rest: string): boolean => PLAIN.test(rest);

/**
 * Gives a URL with its passwords replaced by `***`, in the user's part and in parameters, for anything that is printed.
 * It never fails: of a text that is no URL it hides too much rather than too little. Control characters are escaped.
 */
export function maskUrl(text: string): string {
  if (SQLITE_PATH.test(text)) return printable(maskParameters(text, text.indexOf('?')));
  const scheme = /^\s*[a-z][\w+.-]*:\/\//i.exec(text)?.[0];
  const masked = (scheme ?? '') + maskAuthority(text.slice(scheme?.length ?? 0));
  return printable(maskParameters(masked, scheme === undefined ? 0 : masked.indexOf('?')));
}

/** A text, as the message of a driver, with the passwords of all URLs in it masked. */
export const maskUrls = (text: string): string => text.replaceAll(/\b[a-z+]+:\/\/\S+/gi, maskUrl);

/** A password ends at the last `@` where the text does not say otherwise beyond doubt, or that `@` is a parameter's. */
function maskAuthority(rest: string): string {
  const plain = PLAIN.exec(rest);
  const at = plain === null ? rest.lastIndexOf('@') : (plain.groups?.['userinfo']?.length ?? -1);
  if (at < 0) return maskPort(rest);
  const userinfo = rest.slice(0, at);
  const colon = userinfo.search(/:|%3a/i);
  if (colon < 0) return `${userinfo}@${maskPort(rest.slice(at + 1))}`;
  const isParameter = userinfo.split(SEPARATOR).some((part) => isSecret(part));
  return `${userinfo.slice(0, colon)}:${MASK}${isParameter ? '' : rest.slice(at)}`;
}

/** What stands as a port and is none may be the password of a URL that lacks its host. */
function maskPort(rest: string): string {
  const authority = /^[^/?]*/.exec(rest)?.[0] ?? '';
  const colon = authority.indexOf(':');
  return colon < 0 || HOSTS_ONLY.test(authority) ? rest : `${rest.slice(0, colon)}:${MASK}`;
}

/** Masks the secret parameters behind `start`, together with what follows them and is no parameter: their unencoded rest. */
function maskParameters(text: string, start: number): string {
  if (start < 0) return text;
  let afterSecret = false;
  const parts = text.slice(start).split(SEPARATOR);
  const kept: string[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const part = parts[i] ?? '';
    const secret = isSecret(part);
    if (afterSecret && !secret && !PARAMETERS.includes(parameterName(part))) continue;
    kept.push(parts[i - 1] ?? '', secret ? `${part.slice(0, part.indexOf('='))}=${MASK}` : part);
    afterSecret = secret;
  }
  return text.slice(0, start) + kept.join('');
}

const isSecret = (part: string): boolean => part.includes('=') && SECRET_PARAMETER.test(parameterName(part));

function parameterName(part: string): string {
  const name = /^[^=]*/.exec(part)?.[0] ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Control characters, lone surrogates and marks of writing direction could forge lines of a terminal. */
const printable = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );

/** The password in a complete URL, decoded; null where there is none. */
export function passwordOf(url: string): string | null {
  const [, encoded] = /^[^/]+:\/\/[^/@:]*:([^/@]*)@/.exec(url) ?? [];
  return encoded === undefined || encoded === '' ? null : decodeURIComponent(encoded);
}
