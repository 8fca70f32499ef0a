import { is, isIdentifier, type Token } from './tokens.ts';

/** Walks over the tokens of one statement, or of a part of it. */
export class Cursor {
  private at = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  get position(): number {
    return this.at;
  }

  peek(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  /** @throws Error at the end: SQLite itself has accepted the statement, so its reader is wrong. */
  next(): Token {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new Error(`ends too early: ${this.tokens.map((t) => t.text).join(' ')}`);
    return token;
  }

  /** Whether these words or symbols come next. */
  sees(...texts: readonly string[]): boolean {
    return texts.every((text, i) => is(this.peek(i), text));
  }

  /** Steps over these words or symbols if they come next, and tells whether they did. */
  accept(...texts: readonly string[]): boolean {
    if (!this.sees(...texts)) return false;
    this.at += texts.length;
    return true;
  }

  /** @throws Error when something else comes next. */
  expect(...texts: readonly string[]): void {
    if (!this.accept(...texts)) throw new Error(`${texts.join(' ')} expected before ${this.peek()?.text ?? 'the end'}`);
  }

  /** @throws Error when no name comes next. */
  name(): string {
    const token = this.next();
    if (!isIdentifier(token)) throw new Error(`a name expected, not ${token.text}`);
    return token.value;
  }

  /** Steps over a pair of parentheses and gives what stands in it. */
  parenthesized(): readonly Token[] {
    this.expect('(');
    const start = this.at;
    for (let depth = 1; depth > 0;) {
      const token = this.next();
      if (is(token, '(')) depth++;
      else if (is(token, ')')) depth--;
    }
    return this.tokens.slice(start, this.at - 1);
  }

  rest(): readonly Token[] {
    const rest = this.tokens.slice(this.at);
    this.at = this.tokens.length;
    return rest;
  }

  /** Where the text from a position noted earlier up to here stands in the statement. */
  spanSince(position: number): { readonly start: number; readonly end: number } {
    return { start: this.tokens[position]?.start ?? 0, end: this.tokens[this.at - 1]?.end ?? 0 };
  }
}

/** Splits at the commas that stand in no parentheses. */
export function splitAtCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (is(token, '(')) depth++;
    else if (is(token, ')')) depth--;
    if (depth === 0 && is(token, ',')) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
