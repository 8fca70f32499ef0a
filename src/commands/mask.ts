import { MASK, maskUrl } from '../model/mask-url.ts';

/** One word of a shell, quotes, escapes and command substitutions included. */
const WORD = String.raw`(?:'[^']*'|"(?:\\[^]|[^"\\])*"|\$\([^)]*\)|\\[^]|[^\s'"\\;&|<>()])+`;

/** Names of variables and flags that hold secrets: PGPASSWORD, MYSQL_PWD, AWS_SECRET_ACCESS_KEY, api-token. */
const SECRET_NAME = String.raw`[\w.-]*(?:password|passwd|passphrase|[_-]pwd|[_-]pass|secret|token|credentials?|key)`;

const QUOTED_URL = /(["'])([a-z][\w+.-]*:\/\/(?:(?!\1)[^])*)/gi;
const BARE_URL = new RegExp(String.raw`(?<!["'])\b[a-z][\w+.-]*://${WORD}`, 'gi');
const ASSIGNMENT = new RegExp(String.raw`(?<![\w-])((?:--)?${SECRET_NAME}=)(${WORD})`, 'gi');
const FLAG = new RegExp(String.raw`(?<![\w-])(--${SECRET_NAME}\s+)(?!-)(${WORD})`, 'gi');

/** A variable that the shell will fill in is no secret, and says where to look. */
const REFERENCE = /^"?\$(?:\w+|\{\w+\})"?$/;

/**
 * Gives a command as it may be printed: passwords in its URLs, values of variables and flags whose names say that they
 * are secret, and the given secrets where they stand alone, replaced by `***`. Line breaks at its end, which a block of
 * YAML has, are left out.
 * @param secrets passwords of the databases, decoded
 */
export function maskCommand(command: string, secrets: readonly string[]): string {
  const hide = (text: string, name: string, value: string): string => (REFERENCE.test(value) ? text : name + MASK);
  const masked = command
    .trimEnd()
    .replaceAll(QUOTED_URL, (_, quote: string, url: string) => quote + maskInPlace(url))
    .replaceAll(BARE_URL, maskInPlace)
    .replaceAll(ASSIGNMENT, hide)
    .replaceAll(FLAG, hide);
  return secrets
    .filter(isTelling)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((text, secret) => text.replaceAll(alone(secret), MASK), masked);
}

/** Leaves a URL without a password as it is, blanks and line breaks of the command around it included. */
function maskInPlace(url: string): string {
  const masked = maskUrl(url);
  return masked.includes(MASK) ? masked : url;
}

/**
 * Whether a password can be told from an ordinary word. A password `dbos` or `postgres` cannot: hiding it would hide
 * the program `dbos` or the user `postgres`, and by that tell the password to the reader.
 */
const isTelling = (secret: string): boolean =>
  secret.length >= 12 || (secret.length >= 6 && !/^(?:[a-z]+|[A-Z]+|\d+)$/.test(secret));

const alone = (secret: string): RegExp =>
  new RegExp(`(?<![\\w-])${secret.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}(?![\\w-]|\\.\\w)`, 'gu');
