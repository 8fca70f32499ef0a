/** What the name begins with under which a successor is built while its predecessor still serves. */
const prefix = 'dbos_new_';

/** Names that an engine cuts are cut here first, so that two of them stay two. */
const longest = 63;

/**
 * A name for the successor of an object: nobody else's, and no longer than PostgreSQL takes it.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export function makeshiftName(name: string, isTaken: (name: string) => boolean): string {
  for (let i = 1; ; i += 1) {
    const suffix = i === 1 ? '' : `_${i}`;
    const candidate = cutToBytes(prefix + name, longest - suffix.length) + suffix;
    if (!isTaken(candidate)) return candidate;
  }
}

/** Whether a name begins as makeshift names do. */
export const isMakeshift = (name: string): boolean => name.startsWith(prefix);

/** What an engine says of a successor, said of the object whose place that takes. */
export const withoutMakeshift = (text: string): string => text.replaceAll(new RegExp(`\\b${prefix}(?=\\w)`, 'g'), '');

/** Whether a name is one that `makeshiftName` gives the successor of an object of the other name. */
export function isMakeshiftFor(name: string, object: string): boolean {
  if (!isMakeshift(name)) return false;
  const [, suffix = ''] = /^[^]*?(_\d+)?$/.exec(name) ?? [];
  return [name, name.slice(0, name.length - suffix.length)].some(
    (base, i) => base === cutToBytes(prefix + object, longest - (i === 0 ? 0 : suffix.length)),
  );
}

/** The longest beginning of a text that takes no more bytes and ends with a whole character. */
function cutToBytes(text: string, limit: number): string {
  let [cut, bytes] = ['', 0];
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    cut += character;
  }
  return cut;
}
