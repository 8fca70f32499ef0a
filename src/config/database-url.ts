import { UserError } from '../model/errors.ts';
import type { Target } from '../model/target.ts';
import { maskUrl } from '../secrets/mask-url.ts';
import { parsePostgresUrl } from './postgres-url.ts';
import { parseSqliteUrl } from './sqlite-url.ts';

export { withDatabase } from './postgres-url.ts';

/**
 * Reads the URL of a database, as libpq reads it for PostgreSQL and as SQLAlchemy reads it for SQLite.
 * @param source where the text came from, as the operator knows it: `--sys-db-url`
 * @throws UserError that shows the URL masked
 */
export function parseDatabaseUrl(text: string, source: string): Target {
  const where = `${source} · ${maskUrl(text)}`;
  if (text === '') throw new UserError('the database URL is empty', { where: source });
  if (/[\p{Cc}\p{Cs}]/u.test(text)) {
    throw new UserError('the database URL contains a line break or another control character', {
      where,
      hint: 'take it out (what is read from a file often ends in one) or, for PostgreSQL, percent-encode it',
    });
  }
  if (/^sqlite(?:\+\w+)?:/.test(text)) return parseSqliteUrl(text, where);
  if (/^postgres(?:ql)?(?:\+\w+)?:/.test(text)) return parsePostgresUrl(text, where);
  throw new UserError('the database URL is neither a PostgreSQL nor an SQLite one', {
    where,
    hint: 'write postgresql://user:password@host:5432/database or sqlite:///./file.sqlite',
  });
}
