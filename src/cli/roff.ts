import { wrapped } from './wrap.ts';

/** Columns of a line of the source, without what stands for a character. */
const width = 78;

/**
 * A text as roff takes it: each character prints as itself, so that what is copied from the page can be run. A hyphen,
 * an apostrophe, a circumflex, a grave accent and a tilde would come out as the typographic ones.
 * https://man7.org/linux/man-pages/man7/groff_char.7.html
 */
export const roff = (text: string): string =>
  text.replaceAll(/[\\'^`~-]|[^\n\u{20}-\u{7e}]/gu, (character) => signs[character] ?? codeOf(character));

const signs: Readonly<Record<string, string>> = {
  '\\': String.raw`\e`,
  '-': String.raw`\-`,
  "'": String.raw`\(aq`,
  '^': String.raw`\(ha`,
  '`': String.raw`\(ga`,
  '~': String.raw`\(ti`,
};

const codeOf = (character: string): string =>
  `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

export const bold = (text: string): string => String.raw`\fB${roff(text)}\fR`;

export const italic = (text: string): string => String.raw`\fI${roff(text)}\fR`;

/** A paragraph in lines; what stands between backquotes is bold. */
export const filled = (text: string): string =>
  wrapped(
    text
      .split('`')
      .map((part, i) => (i % 2 === 0 ? roff(part) : bold(part)))
      .join(''),
    { first: '', rest: '', width },
  )
    .map(textLine)
    .join('\n');

/** Lines that stay as they are. */
export const verbatim = (lines: readonly string[]): string =>
  ['.RS 4', '.nf', ...lines.map((line) => textLine(roff(line))), '.fi', '.RE'].join('\n');

/** A list of terms, each with what it means. */
export const terms = (all: readonly (readonly [term: string, meaning: string])[]): string =>
  all.map(([term, meaning]) => ['.TP', textLine(term), filled(meaning)].join('\n')).join('\n');

/** A line that begins with a dot or an apostrophe would be a request. */
const textLine = (line: string): string => (/^[.']/.test(line) ? String.raw`\&${line}` : line);
