import type { Flag } from '../flags.ts';

/** A word that stands in a script as it is. @throws Error for one that a shell could take for something else */
export function plain(word: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(word)) return word;
  throw new Error(`${word} is no plain word: the scripts of completion cannot hold it`);
}

/**
 * Ways as patterns of `case`, in bash and zsh. Each word has a blank before it, so that the beginning of the line is the
 * empty text.
 */
export const patterns = (paths: readonly (readonly string[])[]): string =>
  paths.map((path) => `'${path.map((word) => ` ${plain(word)}`).join('')}'`).join(' | ');

/** Whether the value is the name of a file, which shells complete by themselves. */
export const takesFile = ({ value }: Flag): boolean => value === 'FILE';

/** The text as one word of bash, zsh and other shells that have their quotes from sh. */
export const quotedForSh = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
