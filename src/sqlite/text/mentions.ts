import { Cursor } from './cursor.ts';
import { folded, is, isIdentifier, type Token, tokenize } from './tokens.ts';

/** Where a table's name comes next. https://www.sqlite.org/lang_select.html */
const beforeTable = new Set(['FROM', 'JOIN', 'INTO', 'UPDATE', 'IN']);

/** What ends the list of tables behind FROM, in which a comma leads to the next one. */
const afterTables = new Set(['SELECT', 'WHERE', 'GROUP', 'ORDER', 'LIMIT', 'UNION', 'EXCEPT', 'INTERSECT', 'SET', ';']);

/** `UPDATE OR REPLACE` and the schema in front of a table leave the place as it is. */
const betweenWords = new Set(['OR', 'ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE', 'MAIN', '.']);

/**
 * Whether a view or a trigger reads or writes one of these tables, given folded. Columns, texts and what WITH calls by
 * that name are no mention: `queues` and `notifications` are words that everybody uses.
 */
export function mentions(sql: string, tables: ReadonlySet<string>): boolean {
  return namedTables(tokenize(sql)).some((name) => tables.has(folded(name)));
}

interface Place {
  readonly expectsTable: boolean;
  readonly inTables: boolean;
  /** What WITH gives a name to, folded: it hides a table of that name. https://www.sqlite.org/lang_with.html */
  readonly hidden: ReadonlySet<string>;
}

function namedTables(tokens: readonly Token[]): readonly string[] {
  const names: string[] = [];
  const outside: Place[] = [];
  let place: Place = { expectsTable: false, inTables: false, hidden: new Set() };
  for (const [i, token] of tokens.entries()) {
    if (is(token, '(')) {
      outside.push({ ...place, expectsTable: false });
      const isJoin = place.expectsTable && place.inTables;
      place = { ...place, expectsTable: isJoin, inTables: isJoin };
    } else if (is(token, ')')) {
      place = outside.pop() ?? place;
    } else {
      if (place.expectsTable && isTable(token, tokens[i - 1], place)) names.push(token.value);
      if (is(token, 'WITH')) place = { ...place, hidden: new Set([...place.hidden, ...namesOfWith(tokens, i + 1)]) };
      place = next(place, token, tokens[i - 1]);
    }
  }
  return names;
}

function isTable(token: Token, previous: Token | undefined, { hidden }: Place): boolean {
  if (token.type === 'symbol' || isWord(token, betweenWords) || isWord(token, afterTables)) return false;
  return is(previous, '.') || !hidden.has(folded(token.value));
}

function next(place: Place, token: Token, previous: Token | undefined): Place {
  // What stands behind IS DISTINCT FROM is a value.
  if (is(token, 'FROM') && is(previous, 'DISTINCT')) return place;
  const { hidden } = place;
  if (isWord(token, beforeTable))
    return { expectsTable: true, inTables: is(token, 'FROM') || is(token, 'JOIN'), hidden };
  if (is(token, ';')) return { expectsTable: false, inTables: false, hidden: new Set() };
  if (isWord(token, afterTables)) return { expectsTable: false, inTables: false, hidden };
  if (is(token, ',')) return { ...place, expectsTable: place.inTables };
  return { ...place, expectsTable: place.expectsTable && isWord(token, betweenWords) };
}

/** The names that one WITH gives, folded, read from the token behind it; none where the word is a name itself. */
function namesOfWith(tokens: readonly Token[], start: number): readonly string[] {
  const cursor = new Cursor(tokens.slice(start));
  const names: string[] = [];
  // A table may be called RECURSIVE, too.
  if (!is(cursor.peek(1), 'AS') && !is(cursor.peek(1), '(')) cursor.accept('RECURSIVE');
  do {
    const name = cursor.peek();
    if (name === undefined || !isIdentifier(name) || !acceptHead(cursor)) break;
    names.push(folded(name.value));
    cursor.parenthesized();
  } while (cursor.accept(','));
  return names;
}

/** Steps over all between a comma and the query that a name is given to, and tells whether that is what comes. */
function acceptHead(cursor: Cursor): boolean {
  cursor.next();
  if (cursor.sees('(')) cursor.parenthesized();
  if (!cursor.accept('AS')) return false;
  cursor.accept('NOT');
  cursor.accept('MATERIALIZED');
  return cursor.sees('(');
}

const isWord = ({ keyword }: Token, words: ReadonlySet<string>): boolean => words.has(keyword);
