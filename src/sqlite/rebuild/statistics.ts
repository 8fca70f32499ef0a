import { quoteSqliteText } from '../../sql/quote.ts';
import type { Draft } from '../kinds/draft.ts';

/**
 * DROP TABLE takes away what ANALYZE has counted of the table, so that it goes by the name of the new one until then. An
 * index that is made again under its name has its own again. That of a key has a number for a name, and becomes the one
 * over the same columns; without such a one, nothing is known of it.
 * @param names of the tables of ANALYZE that are there. https://www.sqlite.org/fileformat2.html#stat1tab
 */
export function setAside(names: readonly string[], table: string, makeshift: string): readonly Draft[] {
  const [from, to] = [quoteSqliteText(table), quoteSqliteText(makeshift)];
  return names.flatMap((name) => [
    {
      sql: `UPDATE ${name} SET tbl = ${to}
WHERE lower(tbl) = lower(${from}) AND ifnull(idx, '') NOT LIKE 'sqlite!_%' ESCAPE '!'`,
    },
    {
      sql: `UPDATE ${name} SET tbl = ${to}, idx = same.name
FROM (SELECT old.name AS was, new.name FROM pragma_index_list(${from}) AS old JOIN pragma_index_list(${to}) AS new
  WHERE old.origin <> 'c' AND new.origin <> 'c' AND (${columnsOf('old')}) = (${columnsOf('new')})) AS same
WHERE idx = same.was`,
    },
  ]);
}

const columnsOf = (index: string): string => `SELECT json_group_array(name) FROM pragma_index_info(${index}.name)`;

/** The new table has its name, and so have the indexes of its keys; RENAME says nothing of it to these tables. */
export const putBack = (names: readonly string[], table: string, makeshift: string): readonly Draft[] =>
  names.map((name) => ({
    sql: `UPDATE ${name} SET tbl = ${quoteSqliteText(table)},
  idx = replace(idx, ${quoteSqliteText(`sqlite_autoindex_${makeshift}_`)}, ${quoteSqliteText(`sqlite_autoindex_${table}_`)})
WHERE tbl = ${quoteSqliteText(makeshift)}`,
  }));
