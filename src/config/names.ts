import { Buffer } from 'node:buffer';
import { UserError } from '../model/errors.ts';
import { quoted } from '../secrets/printable.ts';

export type IdentifierKind = 'schema' | 'role' | 'user' | 'database';

/**
 * The longest name of a PostgreSQL server as it is built by default; it cuts what is longer, and means another object.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
const MAX_BYTES = 63;

interface Reserved {
  readonly names: RegExp;
  readonly why: string;
  readonly instead: string;
}

/**
 * Names that the server refuses or keeps for itself. Case counts: names are always sent quoted.
 * A quoted `"public"` as a grantee still means everybody.
 * https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-CATALOG
 * https://www.postgresql.org/docs/current/sql-createrole.html
 */
const RESERVED: { readonly [K in IdentifierKind]: Reserved | null } = {
  schema: {
    names: /^(?:pg_|information_schema$)/,
    why: 'PostgreSQL keeps pg_… and information_schema for itself',
    instead: 'choose another name, such as dbos',
  },
  role: {
    names: /^(?:pg_|public$|none$)/,
    why: 'PostgreSQL keeps pg_…, public and none for itself',
    instead: 'name the role that the application connects as',
  },
  user: null,
  database: null,
};

/**
 * Checks a name that the operator gave for something on a PostgreSQL server, and gives it back.
 * Whatever the server takes is fine: quotes, dots, blanks, backslashes, line breaks.
 * @param source where the name came from, as the operator knows it: `--schema`
 * @param hint what to do about a name that is too long
 * @throws UserError where the server would refuse the name, cut it, or mean something else by it, and where it is a
 * connection string in the wrong place
 */
export function checkIdentifier(
  kind: IdentifierKind,
  name: string,
  source: string,
  hint = `choose a name of at most ${MAX_BYTES} bytes`,
): string {
  refuseUnusable(kind, name, source);
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_BYTES) {
    // A user that long may be a user with its password, encoded by mistake.
    const shown = kind === 'user' ? '' : `: ${quoted(name)}`;
    throw new UserError(
      `the name of the ${kind} is ${bytes} bytes long; PostgreSQL keeps ${MAX_BYTES} and would take another for it${shown}`,
      { where: source, hint },
    );
  }
  const reserved = RESERVED[kind];
  if (reserved?.names.test(name)) {
    const message = `the ${kind} may not be named ${quoted(name)}: ${reserved.why}`;
    throw new UserError(message, { where: source, hint: reserved.instead });
  }
  return name;
}

function refuseUnusable(kind: IdentifierKind, name: string, where: string): void {
  const refuse = (message: string, hint: string): never => {
    throw new UserError(message, { where, hint });
  };
  if (name === '') refuse(`the name of the ${kind} is empty`, `name the ${kind}`);
  if (RESERVED[kind] !== null && isConnectionString(name)) {
    const hint = 'give the name alone; the URL of a database goes into --sys-db-url or --db-url';
    refuse(`a connection string stands where the name of the ${kind} belongs`, hint);
  }
  if (name.includes('\0')) refuse(`the name of the ${kind} contains a NUL character`, 'take that character out');
  if (/\p{Cs}/u.test(name)) refuse(`the name of the ${kind} is no valid Unicode`, 'write the name as UTF-8');
}

/** Whether a text that was given for a name is a URL or a connection string, which may hold a password. */
export const isConnectionString = (text: string): boolean =>
  /:\/\/|\bpassword\s*=|^[^\s/@:]+:[^@]*@[^@]*\//i.test(text);

/**
 * Checks the name of an application by the runtime's rule, and gives it back.
 * @throws UserError
 */
export function checkApplicationName(name: string, source: string): string {
  if (/^[a-z0-9_-]{3,256}$/.test(name)) return name;
  throw new UserError(`the application may not be named ${quoted(name)}`, {
    where: source,
    hint: 'use 3 to 256 of a–z, 0–9, - and _',
  });
}

/** The database that holds the system tables of an application whose system database is not named. */
export const derivedDatabase = (application: string): string => `${application}_dbos`;

/** The file name, less its ending, that the runtime makes of an application's name. */
export const runtimeFileName = (application: string): string =>
  application.replaceAll('-', '_').replace(/^(?=\d)/, '_');
