import type { FileRow } from '../catalog-answer.ts';
import { isOperator } from './canonical.ts';
import { folded, is, type Token, tokenize } from './tokens.ts';

/** Operators that are functions, which SQLite leaves to applications. https://www.sqlite.org/lang_expr.html#regexp */
const calling: Readonly<Record<string, string>> = { REGEXP: 'regexp', MATCH: 'match' };

/** The functions and collations that an expression names and a program does not know, as `function slug`. */
export function missingIn(
  text: string,
  { functions, collations }: Pick<FileRow, 'functions' | 'collations'>,
): readonly string[] {
  const tokens = tokenize(text);
  return tokens.flatMap((token, i) => {
    const called = calledBy(token, tokens[i - 1], tokens[i + 1]);
    if (called !== null) return isAmong(functions, called) ? [] : [`function ${called}`];
    const isCollation = is(tokens[i - 1], 'COLLATE');
    return isCollation && !isAmong(collations, token.value) ? [`collation ${token.value}`] : [];
  });
}

/** A word before a parenthesis, unless that holds the length of a type. */
function calledBy(token: Token, previous: Token | undefined, following: Token | undefined): string | null {
  const operator = calling[token.keyword];
  if (operator !== undefined) return operator;
  const isName = token.type === 'name' || (token.type === 'word' && !isOperator(token));
  return isName && is(following, '(') && !is(previous, 'AS') ? token.value : null;
}

const isAmong = (names: readonly string[], name: string): boolean =>
  names.some((known) => folded(known) === folded(name));
