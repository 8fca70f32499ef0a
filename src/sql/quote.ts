/**
 * Keywords that PostgreSQL's own printer quotes: all but the unreserved ones, of versions 14 to 18 together.
 * https://www.postgresql.org/docs/18/sql-keywords-appendix.html
 */
const keywords = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast
  char character check coalesce collate collation column concurrently constraint create cross current_catalog
  current_date current_role current_schema current_time current_timestamp current_user dec decimal default deferrable
  desc distinct do else end except exists extract false fetch float for foreign freeze from full grant greatest group
  grouping having ilike in initially inner inout int integer intersect interval into is isnull join json json_array
  json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize json_table json_value
  lateral leading least left like limit localtime localtimestamp merge_action national natural nchar none normalize not
  notnull null nullif numeric offset on only or order out outer overlaps overlay placing position precision primary
  real references returning right row select session_user setof similar smallint some substring symmetric system_user
  table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic
  verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi
  xmlroot xmlserialize xmltable`.split(/\s+/),
);

/** @throws RangeError for a text with NUL: PostgreSQL refuses it and SQLite would stop reading there. */
function withoutNul(text: string): string {
  if (text.includes('\0')) throw new RangeError('NUL in a name or a text of an SQL statement');
  return text;
}

const between = (quote: string, text: string): string =>
  `${quote}${withoutNul(text).replaceAll(quote, quote + quote)}${quote}`;

/**
 * A name in double quotes, whether it needs them or not.
 * @throws RangeError when it holds NUL.
 */
export const quoteIdentifier = (name: string): string => between('"', name);

/**
 * A text constant for PostgreSQL that means the same whatever `standard_conforming_strings` is.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-STRINGS-ESCAPE
 * @throws RangeError when it holds NUL.
 */
export const quoteLiteral = (text: string): string =>
  text.includes('\\') ? `E${between("'", text.replaceAll('\\', '\\\\'))}` : between("'", text);

/**
 * A text constant for SQLite, which knows no escapes but the doubled quote.
 * https://www.sqlite.org/lang_expr.html#literal_values_constants_
 * @throws RangeError when it holds NUL.
 */
export const quoteSqliteText = (text: string): string => between("'", text);

/**
 * A name as PostgreSQL's `quote_ident` and its catalog functions print it: in quotes only where it needs them.
 * https://www.postgresql.org/docs/current/functions-string.html
 */
export const identifierAsPrinted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !keywords.has(name) ? name : quoteIdentifier(name);

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * A text that stays on its line, in a comment or on a terminal, and shows all that it holds: what breaks a line, is a control character
 * or turns the direction of writing comes out as an escape.
 */
export const singleLine = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu,
    (char) => short[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * A function's body in dollar quotes, with a tag that no part of it can end.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-DOLLAR-QUOTING
 * @throws RangeError when it holds NUL.
 */
export function dollarQuote(body: string): string {
  let tag = '$body';
  for (let i = 1; body.includes(tag); i++) tag = `$body${i}`;
  return `${tag}$${withoutNul(body)}${tag}$`;
}
