import { UserError } from '../model/errors.ts';
import type { SqliteTarget } from '../model/target.ts';

/** The name, a colon, two slashes, no server, a slash, the path as it is, parameters. */
const FORM = /^sqlite(?:\+\w+)?:\/\/(?<server>[^/?]*)(?:\/(?<path>[^?]*))?(?:\?(?<query>[^]*))?$/;

const HINT = 'write sqlite:///./relative/file.sqlite or, with four slashes, sqlite:////absolute/file.sqlite';

/**
 * Reads an SQLite URL as SQLAlchemy 2.0 does: the path is literal, without percent-decoding, and ends at the first `?`.
 * https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#connect-strings
 * @param where for errors: the source with the masked URL
 * @throws UserError where it names no file
 */
export function parseSqliteUrl(text: string, where: string): SqliteTarget {
  const parts = FORM.exec(text)?.groups;
  if (parts === undefined || parts['server'] !== '') {
    throw new UserError('an SQLite URL has three slashes before the path of its file', { where, hint: HINT });
  }
  const path = parts['path'] ?? '';
  if (path === '' || path === ':memory:') {
    throw new UserError('a database in memory is gone when this command ends', { where, hint: HINT });
  }
  if (/(?:^|&)uri=(?:true|yes|on|y|t|1)(?:&|$)/i.test(parts['query'] ?? '')) {
    throw new UserError('SQLite URI file names (uri=true) are not supported', { where, hint: HINT });
  }
  return { dialect: 'sqlite', text, path };
}

/** What SQLAlchemy hands to Python's driver, and what changes nothing for this tool. */
const HARMLESS = /^(?:timeout|check_same_thread|isolation_level|cached_statements|detect_types|uri)=/;

/** What the operator should know of the parameters of a URL. Their names are not said: they may be anything. */
export function sqliteWarnings({ text }: SqliteTarget): readonly string[] {
  const query = FORM.exec(text)?.groups?.['query'] ?? '';
  const isHarmless = query.split('&').every((part) => part === '' || HARMLESS.test(part));
  return isHarmless
    ? []
    : ['what stands behind the ? of the SQLite URL is ignored: the file is opened to read and write'];
}
