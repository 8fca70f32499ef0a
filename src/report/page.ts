import { singleLine } from '../sql/quote.ts';

/** Paints a text, or gives it back as it is. */
export type Paint = (colour: 'green' | 'yellow' | 'red' | 'bold' | 'dim', text: string) => string;

/** Columns of a terminal that nobody has made wider. */
const width = 80;

const blanks = (count: number): string => ' '.repeat(count);

/**
 * Words in lines of a terminal's width, the first one indented by `first` columns and the others by `rest`. A word that
 * is longer than a line has one for itself.
 */
export const wrapped = (text: string, first: number, rest = first): string =>
  inLines(singleLine(text).split(' '), { between: ' ', first, rest });

/** Parts with a dot between two on a line; only one that is longer than a line is broken itself. */
export const wrappedParts = (parts: readonly string[], indent: number): string =>
  inLines(
    parts.flatMap((part) =>
      wrapped(part, indent)
        .split('\n')
        .map((line) => line.trim()),
    ),
    { between: ' · ', first: indent, rest: indent },
  );

interface Setting {
  readonly between: string;
  readonly first: number;
  readonly rest: number;
}

function inLines(words: readonly string[], { between, first, rest }: Setting): string {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of words) {
    const indent = blanks(lines.length === 0 ? first : rest);
    if (line === null) line = indent + word;
    else if (line.length + between.length + word.length <= width) line += between + word;
    else {
      lines.push(line);
      line = blanks(rest) + word;
    }
  }
  return [...lines, line ?? ''].map((text) => text.trimEnd()).join('\n');
}

/** The lines of a text, harmless to a terminal, each behind as many blanks. Tabs and line ends stay what they are. */
export const indented = (text: string, by: number): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : blanks(by) + line.split('\t').map(singleLine).join('\t')))
    .join('\n');
