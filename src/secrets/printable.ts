/** What a terminal or a log would take for more than a character: controls, lone surrogates, marks that turn the direction. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string =>
  short[character] ?? `\\u{${character.codePointAt(0)?.toString(16).padStart(2, '0')}}`;

/** Characters that fit on a line beside what is said of them. */
const LINE = 80;

/** A text in which nothing acts on a terminal: what is no plain character comes out as an escape. Line breaks stay. */
export const printable = (text: string): string =>
  text.replaceAll(unprintable, (character) => (character === '\n' ? character : escaped(character)));

/** The beginning of a text that stays on its line and shows all that it holds. */
export function oneLine(text: string, limit: number = LINE): string {
  const characters = Array.from(text.slice(0, 2 * limit + 2));
  const isCut = characters.length > limit || text.length > 2 * limit + 2;
  const kept = isCut ? characters.slice(0, limit - 1).join('') : text;
  return `${kept.replaceAll(unprintable, escaped)}${isCut ? '…' : ''}`;
}

/** Whether a text has the form of a URL, of a connection string, or of `user:password@host`. */
export const mayHoldSecret = (text: string): boolean =>
  /:\/\/|[=@]|\b(?:password|passwd|pwd|secret|token)\b/i.test(text);

/**
 * What somebody gave in a place where it cannot be used, in quotes. It is not shown where it may hold a password: a
 * connection string that was given in the wrong place does.
 */
export const quoted = (text: string): string => (mayHoldSecret(text) ? notShown : JSON.stringify(oneLine(text)));

/** Stands where somebody may have given a password for something else. */
export const notShown = '(not shown, since it may hold a password)';
