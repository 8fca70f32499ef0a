const numbers = ['smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric'];

/** Casts that PostgreSQL has of its own, beside those from and to texts. https://www.postgresql.org/docs/current/catalog-pg-cast.html */
const casts: Readonly<Record<string, readonly string[]>> = {
  smallint: numbers,
  integer: [...numbers, 'boolean'],
  bigint: numbers,
  real: numbers,
  'double precision': numbers,
  numeric: numbers,
  boolean: ['integer'],
  json: ['jsonb'],
  jsonb: [...numbers, 'boolean', 'json'],
};

const texts: ReadonlySet<string> = new Set(['text', 'character varying', 'character', 'name', 'citext']);

/** A type without its length, precision or scale. */
const baseOf = (type: string): string => type.replace(/\(.*\)/, '');

/** A value as another type: through its text where PostgreSQL has no cast of its own, and would refuse. */
export function cast(value: string, from: string, to: string): string {
  const [a, b] = [baseOf(from), baseOf(to)];
  const isDirect = a === b || texts.has(a) || texts.has(b) || casts[a]?.includes(b) === true;
  return `${value}${isDirect ? '' : '::text'}::${to}`;
}

/**
 * Types with an exact cast to each other type: PostgreSQL casts these implicitly, which it is told to do only where no
 * information is lost. Whole numbers are exact as double precision up to 53 bits, which leaves bigint out; blanks at the
 * end of a character(n) mean nothing.
 * https://www.postgresql.org/docs/current/sql-createcast.html
 * https://www.postgresql.org/docs/current/datatype-character.html
 */
const exact: Readonly<Record<string, readonly string[]>> = {
  integer: ['smallint'],
  bigint: ['smallint', 'integer'],
  'double precision': ['smallint', 'integer', 'real'],
  text: ['character', 'name', 'citext'],
};

/** Whether every value of a type is known to be the same as another one. */
export const keepsValues = (from: string, to: string): boolean =>
  isStoredAlike(from, to) || exact[to]?.includes(baseOf(from)) === true;

/**
 * Whether the values of a type can be written as several texts, by settings of the session or by the way of the cast, so
 * that no text is the same value.
 * https://www.postgresql.org/docs/current/datatype-binary.html
 * https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-DATETIME-OUTPUT
 * https://www.postgresql.org/docs/current/datatype-boolean.html
 */
export const hasManyTexts = (from: string, to: string): boolean =>
  /^(?:bytea|boolean|date|time|interval)/.test(from) && texts.has(baseOf(to));

/** Whether every value of a type is stored as the other one stores it. */
export function isStoredAlike(from: string, to: string): boolean {
  if (textLength(from) <= textLength(to) || from === to) return true;
  const [[precision, scale], [newPrecision, newScale]] = [digitsOf(from), digitsOf(to)];
  return scale === newScale && precision <= newPrecision;
}

/** How many characters a text type holds; not comparable for a type that is none. */
function textLength(type: string): number {
  const found = /^(?:text|character varying(?:\((\d+)\))?)$/.exec(type);
  return found === null ? Number.NaN : Number(found[1] ?? Number.POSITIVE_INFINITY);
}

/** Precision and scale of a numeric type; not comparable for a type that is none. */
function digitsOf(type: string): readonly [precision: number, scale: number] {
  const [, precision, scale] = /^numeric\((\d+),(\d+)\)$/.exec(type) ?? [];
  return [Number(precision ?? Number.NaN), Number(scale ?? Number.NaN)];
}

/** Anything can be a text, and a number can be a longer one. */
export const isAlwaysCast = (from: string, to: string): boolean =>
  to === 'text' || isStoredAlike(from, to) || (/^(?:small)?int/.test(from) && to === 'bigint');
