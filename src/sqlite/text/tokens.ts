/** `name` is a quoted identifier; `word` a keyword or a bare identifier, which only the place can tell. */
export type TokenType = 'word' | 'name' | 'text' | 'blob' | 'number' | 'symbol';

export interface Token {
  readonly type: TokenType;
  /** As written. */
  readonly text: string;
  /** The name, text or number meant: without quotes. */
  readonly value: string;
  /** The word in capitals, or the symbol; empty for what can be no keyword. */
  readonly keyword: string;
  /** Offsets within the statement; `end` is behind the last character. */
  readonly start: number;
  readonly end: number;
}

const letter = String.raw`A-Za-z_\u{80}-\u{10FFFF}`;

/** Blanks and comments, then one token. https://www.sqlite.org/lang_keywords.html has the four ways to quote. */
const pattern = new RegExp(
  String.raw`(?:\s+|--[^\n]*|/\*[\s\S]*?(?:\*/|$))*(` +
    [
      String.raw`[xX]'[0-9a-fA-F]*'`,
      String.raw`'(?:[^']|'')*'`,
      String.raw`"(?:[^"]|"")*"`,
      '`(?:[^`]|``)*`',
      String.raw`\[[^\]]*\]`,
      String.raw`0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?`,
      `[${letter}][${letter}0-9$]*`,
      String.raw`\|\||<<|<=|<>|>>|>=|==|!=|->>|->|[\s\S]`,
    ].join('|') +
    ')?',
  'uy',
);

/** Splits an SQL statement into its tokens, without blanks and comments. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (pattern.lastIndex = 0; pattern.lastIndex < sql.length;) {
    const text = pattern.exec(sql)?.[1];
    if (text === undefined) break;
    tokens.push(tokenOf(text, pattern.lastIndex));
  }
  return tokens;
}

function tokenOf(text: string, end: number): Token {
  const type = typeOf(text);
  const keyword = type === 'word' || type === 'symbol' ? text.toUpperCase() : '';
  return { type, text, value: valueOf(type, text), keyword, start: end - text.length, end };
}

function typeOf(text: string): TokenType {
  if (text.startsWith("'")) return 'text';
  if (/^["`[]./s.test(text)) return 'name';
  if (/^\.?\d/.test(text)) return 'number';
  if (!wordStart.test(text)) return 'symbol';
  return text.endsWith("'") ? 'blob' : 'word';
}

const wordStart = new RegExp(`^[${letter}]`, 'u');

function valueOf(type: TokenType, text: string): string {
  if (type !== 'name' && type !== 'text') return text;
  const quote = text[0] ?? '';
  const inner = text.slice(1, -1);
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote);
}

/** Whether the token is this bare word, given in capitals, or this symbol. */
export const is = (token: Token | undefined, keyword: string): boolean => token?.keyword === keyword;

/** SQLite takes a text for a name where only a name can stand. */
export const isIdentifier = (token: Token | undefined): boolean =>
  token?.type === 'name' || token?.type === 'word' || token?.type === 'text';

/** SQLite folds the case of ASCII letters only. https://www.sqlite.org/lang_naming.html */
export const folded = (name: string): string =>
  /[A-Z]/.test(name) ? name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
