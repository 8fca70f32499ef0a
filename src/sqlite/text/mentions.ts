import { folded, is, type Token, tokenize } from './tokens.ts';

/** Where a table's name comes next. https://www.sqlite.org/lang_select.html */
const beforeTable = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'IN']);

/** What ends the list of tables behind FROM, in which a comma leads to the next one. */
const afterTables = new Set(['SELECT', 'WHERE', 'GROUP', 'ORDER', 'LIMIT', 'UNION', 'EXCEPT', 'INTERSECT', 'SET', ';']);

/** `UPDATE OR REPLACE` and the schema in front of a table leave the place as it is. */
const betweenWords = new Set(['OR', 'ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE', 'MAIN', '.']);

/**
 * Whether a view or a trigger reads or writes one of these tables, given folded. Columns and texts of that name are no
 * mention: `queues` and `notifications` are words that everybody uses.
 */
export function mentions(sql: string, tables: ReadonlySet<string>): boolean {
  return namedTables(tokenize(sql)).some((name) => tables.has(folded(name)));
}

interface Place {
  readonly expectsTable: boolean;
  readonly inTables: boolean;
}

function namedTables(tokens: readonly Token[]): readonly string[] {
  const names: string[] = [];
  const outside: Place[] = [];
  let place: Place = { expectsTable: false, inTables: false };
  for (const token of tokens) {
    if (is(token, '(')) {
      outside.push({ ...place, expectsTable: false });
      const isJoin = place.expectsTable && place.inTables;
      place = { expectsTable: isJoin, inTables: isJoin };
    } else if (is(token, ')')) {
      place = outside.pop() ?? place;
    } else {
      const isName = place.expectsTable && token.type !== 'symbol' && !isWord(token, betweenWords);
      if (isName && !isWord(token, afterTables)) names.push(token.value);
      place = next(place, token);
    }
  }
  return names;
}

function next(place: Place, token: Token): Place {
  if (isWord(token, beforeTable)) return { expectsTable: true, inTables: is(token, 'FROM') || is(token, 'JOIN') };
  if (isWord(token, afterTables)) return { expectsTable: false, inTables: false };
  if (is(token, ',')) return { ...place, expectsTable: place.inTables };
  return { ...place, expectsTable: place.expectsTable && isWord(token, betweenWords) };
}

const isWord = ({ keyword }: Token, words: ReadonlySet<string>): boolean => words.has(keyword);
