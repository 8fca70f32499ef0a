/** How a text is set. */
export interface Frame {
  /** What stands before the first line, and before all others. */
  readonly first: string;
  readonly rest: string;
  /** Columns of a line with what stands before it. */
  readonly width: number;
}

/** Breaks a text at blanks; a word that is longer than a line has one of its own. A no-break space is printed as a blank. */
export function wrapped(text: string, { first, rest, width }: Frame): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/[ \t\n]+/).filter((part) => part !== '')) {
    const before = lines.length === 0 ? first : rest;
    const isFull = line !== '' && before.length + line.length + 1 + word.length > width;
    if (isFull) lines.push(before + line);
    line = isFull || line === '' ? word : `${line} ${word}`;
  }
  lines.push((lines.length === 0 ? first : rest) + line);
  return lines.map((found) => found.replaceAll('\u00a0', ' ').trimEnd());
}
