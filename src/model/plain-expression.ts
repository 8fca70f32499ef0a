/** A pattern for a name as an engine prints it. */
export const namePattern = String.raw`"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*`;

const type = `(?:${namePattern})(?:\\.(?:${namePattern}))?`;

/** Names, constants, casts of constants and of texts to text, comparisons, and what they are put together with. */
const token = new RegExp(
  [
    String.raw`\s+`,
    `'(?:[^']|'')*'(?:::${type})?`,
    String.raw`\(-?\d+(?:\.\d+)?\)(?:::${type})?`,
    String.raw`-?\d+(?:\.\d+)?`,
    String.raw`::(?:text|character varying|bpchar)(?:\[\])?`,
    String.raw`<>|!=|<=|>=|[=<>(),[\]]`,
    `(?:${namePattern})`,
  ].join('|'),
  'uy',
);

/** Words before a parenthesis that call no function. */
const connecting = /^(?:and|or|not|in|any)$/i;

/** Words of operators that can fail, or that stand for more than a comparison. */
const powerful =
  /^(?:like|ilike|glob|match|regexp|similar|collate|cast|case|when|then|else|end|escape|raise|select|from|exists|at|overlaps)$/i;

/** Whether an expression can be computed of every row: it compares names and constants, and does nothing else. */
export function isPlain(expression: string): boolean {
  const text = expression.replace(/ (?:STORED|VIRTUAL)$/, '');
  for (token.lastIndex = 0; token.lastIndex < text.length;) {
    const found = token.exec(text)?.[0];
    if (found === undefined || powerful.test(found)) return false;
    const isWord = /^[\p{L}_"]/u.test(found);
    if (isWord && !connecting.test(found) && /^\s*\(/.test(text.slice(token.lastIndex))) return false;
  }
  return true;
}
