import type { Look } from '../model/look.ts';
import { makeshiftName } from '../model/makeshift.ts';
import { quoteSqliteText } from '../sql/quote.ts';
import { kinds } from './kinds.ts';
import { isAmong } from './names.ts';

/**
 * The one query for all that stands in the schema: a row with a JSON text for each kind that has a part in it. A part
 * may use `standing`, which is all but SQLite's own, and `found`, which is what was asked for, and what others have under
 * names that have to be free. SQLite's names are in `sqlite_master`; pragmas as functions say the rest.
 * https://www.sqlite.org/pragma.html#pragfunc
 */
export const catalogQuery = (look: Look): string => `WITH standing AS (
  SELECT rowid AS place, type, name, tbl_name, sql,
    ${isAmong('tbl_name', look.relations)} AND sql NOT LIKE 'CREATE VIRTUAL %' AS isLooked,
    type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %' AS isOrdinary
  FROM main.sqlite_master WHERE sql IS NOT NULL AND NOT ${begins('name', 'sqlite_')}
), found AS MATERIALIZED (
  SELECT * FROM standing WHERE isLooked OR ${isReserved(look)}
)
SELECT ${parts(look).join(',\n')}`;

/** A virtual table under a name of ours is known by its name only: nothing of ours is like it. */
const isReserved = ({ reserved }: Look): string =>
  `${isAmong('name', reserved)} OR ${begins(
    'name',
    makeshiftName('', () => false),
  )}`;

const begins = (column: string, text: string): string =>
  `substr(${column}, 1, ${text.length}) = ${quoteSqliteText(text)} COLLATE NOCASE`;

const parts = (look: Look): readonly string[] =>
  Object.entries(kinds).flatMap(([kind, { rows }]) => (rows === null ? [] : [`(${rows(look)}) AS "${kind}"`]));
