import type { RelationFacts } from '../model/facts.ts';

export { done, summarise } from '../planner/summary.ts';

/** `1 index`, `2 indexes`, `12,345 rows`. */
export const counted = (count: number, noun: string): string => `${withCommas(count)} ${pluralIf(count, noun)}`;

const pluralIf = (count: number, noun: string): string =>
  count === 1 ? noun : noun.endsWith('x') ? `${noun}es` : `${noun}s`;

const withCommas = (count: number): string => String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');

/**
 * `a`, `a and b`, `a, b and c`.
 * @param most how many are named where there are more: `a, b and 5 others`
 */
export function listed(words: readonly string[], most = Number.POSITIVE_INFINITY): string {
  const isLong = words.length > most;
  const [named, last] = isLong
    ? [words.slice(0, most - 1), `${words.length - most + 1} others`]
    : [words.slice(0, -1), words.at(-1) ?? ''];
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`;
}

/** A number of two or three digits with the unit that makes it so. */
function scaled(value: number, base: number, units: readonly string[]): string {
  let [scale, unit] = [1, 0];
  // What would be rounded up to the next unit is said in that one.
  while (unit < units.length - 1 && value / scale >= base - 0.5) [scale, unit] = [scale * base, unit + 1];
  const short = value / scale;
  const digits = unit > 0 && short < 9.95 ? short.toFixed(1).replace(/\.0$/, '') : withCommas(Math.round(short));
  return `${digits} ${units[unit]}`.trimEnd();
}

/** Rows in thousands and millions from 10,000 on: `1,234`, `12 k`, `1.2 M`. */
export const rowCount = (rows: number): string =>
  rows < 10_000 ? withCommas(Math.round(rows)) : scaled(rows, 1000, ['', 'k', 'M', 'G']);

/** A span of time: `0.04 s`, `3.2 s`, `48 s`, `12 min 5 s`, `3 h 20 min`. @param milliseconds how long */
export function timeSpan(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(seconds < 0.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Bytes as PostgreSQL's own shell prints them, where 1 kB is 1024 bytes: `830 MB`.
 * https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-DBSIZE
 */
export const byteSize = (bytes: number): string => scaled(bytes, 1024, ['bytes', 'kB', 'MB', 'GB', 'TB']);

/** `about 1.2 M rows, 830 MB`, since an engine only estimates rows that it does not count; `empty` where it knows. */
export const figures = ({ rows, bytes }: RelationFacts): string =>
  rows === 0 ? 'empty' : `about ${rowCount(rows)} ${pluralIf(rows, 'row')}, ${byteSize(bytes)}`;
