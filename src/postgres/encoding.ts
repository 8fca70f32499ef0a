import type { Connection } from '../model/dialect.ts';
import { QueryError, UserError } from '../model/errors.ts';

/** In a database without an encoding of its own, bytes that are no ASCII as escapes: `x\377`. */
export const printable = (text: string): string =>
  `CASE WHEN getdatabaseencoding() = 'SQL_ASCII' THEN encode(convert_to(${text}, 'SQL_ASCII'), 'escape') ELSE ${text} END`;

/** SQLSTATE character_not_in_repertoire. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const NOT_IN_REPERTOIRE = '22021';

const query = `SELECT ${printable('pg_describe_object(class, oid, 0)')} AS name
  FROM (SELECT tableoid AS class, oid, relname AS name FROM pg_class WHERE relkind <> 't'
    UNION ALL SELECT tableoid, oid, proname FROM pg_proc
    UNION ALL SELECT tableoid, oid, conname FROM pg_constraint
    UNION ALL SELECT tableoid, oid, tgname FROM pg_trigger) named
  WHERE octet_length(name::text) > 0 AND encode(convert_to(name::text, getdatabaseencoding()::name), 'escape') LIKE '%\\\\___%' LIMIT 5`;

/**
 * The same error, or, where the server could not send a text as UTF8, one that names the objects that may hold it. A
 * database of the encoding SQL_ASCII takes any bytes. https://www.postgresql.org/docs/current/multibyte.html
 */
export async function namingBytes(connection: Connection, error: unknown): Promise<unknown> {
  if (!(error instanceof QueryError) || error.code !== NOT_IN_REPERTOIRE) return error;
  const rows = await connection.query(query).catch(() => []);
  const names = rows.map(({ name }) => `  ${String(name)}`);
  return new UserError([`the catalog cannot be read: ${error.message}`, ...names].join('\n'), {
    hint: 'the database has the encoding SQL_ASCII, in which a name or a text may be no UTF8: rename what is named above, as psql can with client_encoding = SQL_ASCII',
    cause: error,
  });
}
