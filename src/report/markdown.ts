import { singleLine } from '../sql/quote.ts';

/** Words that nothing in Markdown or on GitHub takes for more than a word. All others are set as code. */
const word = String.raw`\p{Lu}?\p{Ll}+(?:['’-]\p{Ll}+)*`;
const names = "(?:DBOS|PostgreSQL|SQLite|SQL|TypeScript|CockroachDB|kB|MB|GB|TB)(?:'s)?";
const plain = new RegExp(String.raw`^\(?(?:${word}|${names}|[A-Za-z]|\d+(?:[.,]\d+)*|→)?[,;:.)]*$`, 'u');

/** The longest run of backticks in a text. */
const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

/**
 * A text as a code span, in which nothing is a mention, a link, HTML or the end of a line. A span ends at a run of
 * backticks that is as long as the one it begins with, and loses a blank at both ends.
 * https://github.github.com/gfm/#code-spans
 */
export function code(text: string): string {
  const shown = singleLine(text);
  const fence = '`'.repeat(longestRun(shown) + 1);
  const needsBlanks = shown === '' || /^`|`$/.test(shown) || (/^ .* $/.test(shown) && shown.trim() !== '');
  return needsBlanks ? `${fence} ${shown} ${fence}` : `${fence}${shown}${fence}`;
}

/** A sentence of ours with names of others in it: whatever is more than a plain word is a code span. */
export function sentence(text: string): string {
  const parts: string[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    if (run.length === 0) return;
    const [, inside = '', behind = ''] = /^([^]*?)([,;:.]?)$/.exec(run.join(' ')) ?? [];
    parts.push(inside === '' ? code(behind) : code(inside) + behind);
    run = [];
  };
  for (const part of singleLine(text).split(' ')) {
    if (!plain.test(part)) {
      run.push(part);
      continue;
    }
    endRun();
    parts.push(part);
  }
  endRun();
  return parts.join(' ');
}

/** A block of code, as it is but for what would act on a terminal. Its fence is longer than any run of backticks in it. */
export function codeBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  const lines = text.trimEnd().split('\n');
  const shown = lines.map((line) => line.split('\t').map(singleLine).join('\t'));
  return [`${fence}${language}`, ...shown, fence].join('\n');
}

/** What is shown when the reader asks for it. Markdown in HTML needs empty lines around it. */
export const folded = (summary: string, body: string, isOpen = false): string =>
  `<details${isOpen ? ' open' : ''}><summary>${summary}</summary>\n\n${body}\n\n</details>`;

/**
 * A table. A pipe would end its cell, in a code span too, where the backslash before it is not shown.
 * https://github.github.com/gfm/#tables-extension-
 */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
    .join('\n');
