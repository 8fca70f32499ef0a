/** `name` is a quoted identifier; `word` a keyword or a bare identifier, which only the place can tell. */
type TokenType = 'word' | 'name' | 'text' | 'blob' | 'number' | 'symbol';

export interface Token {
  readonly type: TokenType;
  /** As written. */
  readonly text: string;
  /** The name, text or number meant: without quotes. */
  readonly value: string;
  /** Offsets within the statement; `end` is behind the last character. */
  readonly start: number;
  readonly end: number;
}

const identifierStart = String.raw`A-Za-z_\u{80}-\u{10FFFF}`;

/** https://www.sqlite.org/lang_keywords.html for the four ways to quote; the group's name is the token's type. */
const pattern = new RegExp(
  [
    String.raw`(?<blank>\s+|--[^\n]*|/\*[\s\S]*?(?:\*/|$))`,
    String.raw`(?<blob>[xX]'[0-9a-fA-F]*')`,
    String.raw`(?<text>'(?:[^']|'')*')`,
    String.raw`(?<name>"(?:[^"]|"")*"|${'`'}(?:[^${'`'}]|${'``'})*${'`'}|\[[^\]]*\])`,
    String.raw`(?<number>0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?)`,
    String.raw`(?<word>[${identifierStart}][${identifierStart}0-9$]*)`,
    String.raw`(?<symbol>\|\||<<|<=|<>|>>|>=|==|!=|->>|->|[\s\S])`,
  ].join('|'),
  'uy',
);

/** Splits an SQL statement into its tokens, without blanks and comments. */
export function tokenize(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (pattern.lastIndex = 0; pattern.lastIndex < sql.length;) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(sql)?.groups ?? {};
    const found = Object.entries(groups).find(([, text]) => text !== undefined);
    if (found === undefined) throw new Error(`no token at ${start}: ${sql}`);
    const [type, text] = found as [TokenType | 'blank', string];
    if (type !== 'blank') tokens.push({ type, text, value: valueOf(type, text), start, end: pattern.lastIndex });
  }
  return tokens;
}

function valueOf(type: TokenType, text: string): string {
  if (type !== 'name' && type !== 'text') return text;
  const quote = text[0] ?? '';
  const inner = text.slice(1, -1);
  return quote === '[' ? inner : inner.replaceAll(quote + quote, quote);
}

/** Whether the token is this bare word, whatever its case, or this symbol. */
export const is = (token: Token | undefined, text: string): boolean =>
  token !== undefined && (token.type === 'word' || token.type === 'symbol') && token.text.toUpperCase() === text;

/** SQLite takes a text for a name where only a name can stand. */
export const isIdentifier = (token: Token | undefined): boolean =>
  token?.type === 'name' || token?.type === 'word' || token?.type === 'text';

/** SQLite folds the case of ASCII letters only. https://www.sqlite.org/lang_naming.html */
export const folded = (name: string): string => name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** Whether a statement names one of these, given folded, in any of its tokens that can be a name. */
export const mentions = (sql: string, names: ReadonlySet<string>): boolean =>
  tokenize(sql).some((token) => (token.type === 'word' || token.type === 'name') && names.has(folded(token.value)));
