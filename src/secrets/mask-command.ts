import { MASK, maskUrl } from './mask-url.ts';

/** One word of a shell, quotes, escapes and command substitutions included. */
const WORD = String.raw`(?:'[^']*'|"(?:\\[^]|[^"\\])*"|\$\([^)]*\)|\\[^]|[^\s'"\\;&|<>()])+`;

/** Within a quoted word, a value's own quotes are escaped as the quotes of that word ask for it. */
const VALUE = String.raw`(?:\\"[^"\\]*\\"|'\\''(?:(?!'\\'')[^])*'\\''|${WORD})`;
const QUOTED = String.raw`'(?:[^']|'\\'')*'|"(?:\\[^]|[^"\\])*"`;

/** Names of variables and flags that hold secrets: PGPASSWORD, MYSQL_PWD, AWS_SECRET_ACCESS_KEY, api-token. */
const SECRET_NAME = String.raw`[\w.-]*(?:password|passwd|passphrase|[_-]pwd|(?:\b|_)(?:pass|pw)|secret|token|credentials?|_key|(?:access|api|auth|encryption|private|secret|signing)-?key)`;

/** What a secret stands behind: a variable or flag, `password = ` of a connection string, a key of JSON, words of SQL. */
const BEFORE = [
  `${SECRET_NAME}=`,
  String.raw`--${SECRET_NAME}\s+(?!-)`,
  String.raw`password\s+=\s*`,
  String.raw`\\?"${SECRET_NAME}\\?"\s*:\s*`,
  String.raw`(?:password|identified\s+by)\s+(?=')`,
].join('|');

/** A value ends where the quotes end in which its name stands: therefore a quoted word is looked into by itself. */
const SECRET = new RegExp(
  String.raw`(?<![\w.-])(?<name>${BEFORE})(?<value>${VALUE})|(?<quoted>${QUOTED})|\\["'\\]`,
  'gi',
);

/** Flags whose names mean something else to other programs. */
const TOOL_SECRETS = [
  { tool: /\b(?:mariadb|mycli|mysql)/, secret: new RegExp(String.raw`(?<!\S)(-p)(${WORD})`, 'g') },
  { tool: /\bcurl\b/, secret: new RegExp(String.raw`(?<!\S)(-u\s*|--user[\s=]\s*)(?=[^\s:]+:)(${WORD})`, 'g') },
];

/** `user:password@host` without a scheme. An image may have a digest behind its tag, and `npm:` a package. */
const CREDENTIALS = /(?<![\w%+.${}/@:-])((?!npm:)[\w%+.${}-]+:)([^\s"'/:;&|<>()@]+)(?=@(?!sha\d+:)[a-z\d[$])/gi;

const QUOTED_URL = /(["'])([a-z][\w+.-]*:\/\/(?:(?!\1)[^])*)/gi;
const BARE_URL = new RegExp(String.raw`(?<!["'])\b[a-z][\w+.-]*://${WORD}`, 'gi');

/** A variable that the shell will fill in is no secret, and says where to look. */
const REFERENCE = /^(?:"|\\")?\$(?:\w+|\{\w+\})(?:"|\\")?$/;

/**
 * Gives a command as it may be printed: passwords in its URLs, values of variables and flags whose names say that they
 * are secret, and the given secrets where they stand alone, replaced by `***`. Line breaks at its end, which a block of
 * YAML has, are left out.
 * @param secrets passwords of the databases, decoded
 */
export function maskCommand(command: string, secrets: readonly string[]): string {
  const masked = maskKnown(command.trimEnd(), secrets)
    .replaceAll(QUOTED_URL, (_, quote: string, url: string) => quote + maskInPlace(url))
    .replaceAll(BARE_URL, maskInPlace);
  return maskFlags(maskNamed(masked)).replaceAll(CREDENTIALS, hide);
}

/** The first step: what the others leave of a password could not be told any more. */
const maskKnown = (command: string, secrets: readonly string[]): string =>
  secrets
    .filter(isTelling)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((text, secret) => text.replaceAll(alone(secret), MASK), command);

const hide = (text: string, name: string, value: string): string => (REFERENCE.test(value) ? text : name + MASK);

const maskNamed = (command: string): string =>
  command.replaceAll(SECRET, (text, name: string | undefined, value: string, quoted: string | undefined) => {
    if (name !== undefined) return hide(text, name, value);
    return quoted === undefined ? text : quoted[0] + maskNamed(quoted.slice(1, -1)) + quoted[0];
  });

const maskFlags = (command: string): string =>
  TOOL_SECRETS.filter(({ tool }) => tool.test(command)).reduce(
    (text, { secret }) => text.replaceAll(secret, hide),
    command,
  );

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
