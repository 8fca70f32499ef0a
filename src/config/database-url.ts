import { UserError } from '../model/errors.ts';
import type { Environment, Target } from '../model/target.ts';
import { maskUrl } from '../secrets/mask-url.ts';
import { oneLine, quoted } from '../secrets/printable.ts';
import { parsePostgresUrl, shownPostgresUrl } from './postgres-url.ts';
import { parseSqliteUrl } from './sqlite-url.ts';

export { withDatabase } from './postgres-url.ts';

const SQLITE = /^sqlite(?:\+\w+)?:/;
const POSTGRES = /^postgres(?:ql)?(?:\+\w+)?:/;

/**
 * Reads the URL of a database, as libpq reads it for PostgreSQL and as SQLAlchemy reads it for SQLite.
 * @param source where the text came from, as the operator knows it: `--sys-db-url`
 * @param environment where PGDATABASE and what libpq would heed beside it are looked up; null for nowhere
 * @throws UserError that shows the URL masked
 */
export function parseDatabaseUrl(text: string, source: string, environment: Environment | null = null): Target {
  if (text === '') throw new UserError('the database URL is empty', { where: source, hint: HINT });
  const where = `${source} · ${shown(text)}`;
  if (/[\p{Cc}\p{Cs}]/u.test(text)) {
    throw new UserError('the database URL contains a line break or another control character', {
      where,
      hint: 'take it out (what is read from a file often ends in one) or, for PostgreSQL, percent-encode it',
    });
  }
  if (SQLITE.test(text)) return parseSqliteUrl(text, where);
  if (POSTGRES.test(text)) return parsePostgresUrl(text, { where, environment });
  throw new UserError('the database URL is neither a PostgreSQL nor an SQLite one', { where, hint: HINT });
}

const HINT = 'write postgresql://user:password@host:5432/database or sqlite:///./file.sqlite';

/** At most a few lines of a terminal: a URL is longer than the name that it gives to a database. */
const MAX_SHOWN = 400;

/** A text without a scheme may be anything, a password too. */
function shown(text: string): string {
  if (POSTGRES.test(text)) return oneLine(shownPostgresUrl(text), MAX_SHOWN);
  return /^[a-z][\w+.-]*:/i.test(text) && !/^[^/]*@/.test(text) ? oneLine(maskUrl(text), MAX_SHOWN) : quoted(text);
}
