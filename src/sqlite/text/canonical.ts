import { quoteIdentifier, quoteSqliteText } from '../../sql/quote.ts';
import { folded, is, type Token, tokenize } from './tokens.ts';

/**
 * Now in milliseconds, from the whole second: what SQLite of any age computes.
 * https://www.sqlite.org/lang_datefunc.html
 */
export const clock = "strftime('%s', 'now') * 1000";

/** All keywords. https://www.sqlite.org/lang_keywords.html */
const keywords = new Set(
  `abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case
  cast check collate column commit conflict constraint create cross current current_date current_time current_timestamp
  database default deferrable deferred delete desc detach distinct do drop each else end escape except exclude exclusive
  exists explain fail filter first following for foreign from full generated glob group groups having if ignore immediate
  in index indexed initially inner insert instead intersect into is isnull join key last left like limit match
  materialized natural no not nothing notnull null nulls of offset on or order others outer over partition plan pragma
  preceding primary query raise range recursive references regexp reindex release rename replace restrict returning right
  rollback row rows savepoint select set table temp temporary then ties to transaction trigger true false unbounded union
  unique update using vacuum values view virtual when where window with without`.split(/\s+/),
);

/** The keywords that an expression is built with. https://www.sqlite.org/lang_expr.html */
const operators = new Set(
  `AND AS ASC BETWEEN CASE CAST COLLATE CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DESC DISTINCT ELSE END ESCAPE EXISTS
  FALSE FROM GLOB IN IS ISNULL LIKE MATCH NOT NOTNULL NULL OR RAISE REGEXP THEN TRUE WHEN`.split(/\s+/),
);

/** A constant as canonical text has it. */
export const constantText = (value: string | number | boolean): string =>
  typeof value === 'string' ? quoteSqliteText(value) : String(value).toUpperCase();

/** A name as it stands in canonical text: in quotes only where it needs them. */
export const nameText = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !keywords.has(folded(name)) ? name : quoteIdentifier(name);

/** Names that an expression can mean. */
export interface Names {
  /** The table it belongs to, folded. */
  readonly table: string;
  /** The column's name in its one spelling; undefined for what names no column. */
  readonly column: (name: string) => string | undefined;
}

const noNames: Names = { table: '', column: () => undefined };

/**
 * One text for all spellings of an expression that differ in blanks, comments, case, quotes and outer parentheses.
 * It is no other expression: what it says to SQLite stays the same.
 */
export function canonical(sql: string | readonly Token[], names: Names = noNames): string {
  const tokens = withoutOwnTable(withoutOuterParentheses(typeof sql === 'string' ? tokenize(sql) : sql), names);
  let text = '';
  for (const [i, token] of tokens.entries()) {
    const [before, previous, following] = [tokens[i - 2], tokens[i - 1], tokens[i + 1]];
    const isGlued = sticks(previous, token) || (isSign(previous) && !isSign(token) && !endsOperand(before));
    text += (isGlued ? '' : ' ') + printed(token, previous, following, names);
  }
  return text;
}

/**
 * The canonical text of a DEFAULT; null where it is NULL, which is what a column has without one.
 * A name is a text there, in whatever quotes. https://www.sqlite.org/lang_createtable.html#the_default_clause
 */
export function canonicalDefault(sql: string | null): string | null {
  const tokens = withoutOuterParentheses(tokenize(sql ?? 'NULL'));
  const [first] = tokens;
  const isName = first?.type === 'name' || (first?.type === 'word' && !isOperator(first));
  if (tokens.length === 1 && isName) return quoteSqliteText(first.value);
  const text = canonical(tokens);
  return text === 'NULL' ? null : text;
}

/** Whether a canonical text is a constant, which DEFAULT takes without parentheses. */
export const isConstant = (text: string): boolean =>
  /^(?:[+-]?[0-9.][0-9A-Za-z_.+-]*|'(?:[^']|'')*'|[xX]'[0-9a-fA-F]*'|TRUE|FALSE|NULL)$/.test(text);

function withoutOuterParentheses(tokens: readonly Token[]): readonly Token[] {
  if (!is(tokens[0], '(') || !is(tokens.at(-1), ')')) return tokens;
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (is(token, '(')) depth++;
    else if (is(token, ')')) depth--;
    if (depth === 0 && i < tokens.length - 1) return tokens;
  }
  return withoutOuterParentheses(tokens.slice(1, -1));
}

/** A column needs no prefix, and the prefix would be wrong while the table goes by another name. */
const withoutOwnTable = (tokens: readonly Token[], { table }: Names): readonly Token[] =>
  tokens.filter((_, i) => {
    const isTable = (at: number): boolean => {
      const name = tokens[at];
      return is(tokens[at + 1], '.') && table !== '' && folded(name?.value ?? '') === table;
    };
    const isSchema = (at: number): boolean => is(tokens[at + 1], '.') && is(tokens[at + 3], '.') && isTable(at + 2);
    return ![i, i - 1].some((at) => isSchema(at) || isTable(at));
  });

const isSign = (token: Token | undefined): boolean => is(token, '-') || is(token, '+') || is(token, '~');

/** Whether a word is one that expressions are built with, and no name. */
export const isOperator = ({ keyword }: Token): boolean => operators.has(keyword);

const constants = new Set(['NULL', 'TRUE', 'FALSE', 'END', 'CURRENT_DATE', 'CURRENT_TIME', 'CURRENT_TIMESTAMP']);

/** Whether a sign behind the token stands between two values. */
const endsOperand = (token: Token | undefined): boolean =>
  token !== undefined &&
  (token.type === 'symbol' ? is(token, ')') : !isOperator(token) || constants.has(token.keyword));

function sticks(previous: Token | undefined, token: Token): boolean {
  if (previous === undefined || is(previous, '(') || is(previous, '.')) return true;
  if (is(token, ',') || is(token, ')') || is(token, '.')) return true;
  return is(token, '(') && (previous.type === 'word' || previous.type === 'name') && !isOperator(previous);
}

function printed(token: Token, previous: Token | undefined, following: Token | undefined, names: Names): string {
  switch (token.type) {
    case 'symbol':
      return { '==': '=', '!=': '<>' }[token.text] ?? token.text;
    case 'text':
      return quoteSqliteText(token.value);
    case 'number':
    case 'blob':
      return token.text;
    case 'word':
      return isOperator(token) ? token.keyword : nameOrCall(token, previous, following, names);
    case 'name':
      return nameOrCall(token, previous, following, names);
  }
}

/** A type behind AS, a collation behind COLLATE, a function before its arguments; otherwise a column, if there is one. */
function nameOrCall(token: Token, previous: Token | undefined, following: Token | undefined, names: Names): string {
  if (is(previous, 'AS') || is(previous, 'COLLATE')) return nameText(token.value).toUpperCase();
  if (is(following, '(')) return token.type === 'word' ? folded(token.text) : token.text;
  const column = names.column(token.value);
  if (column !== undefined) return nameText(column);
  return isText(token, previous, following) ? quoteSqliteText(token.value) : token.text;
}

/**
 * A word in double quotes that names no column is a text.
 * https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
 */
const isText = (token: Token, previous: Token | undefined, following: Token | undefined): boolean =>
  token.text.startsWith('"') && !is(previous, '.') && !is(following, '.');
