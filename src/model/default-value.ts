import type { ColumnObject } from './objects.ts';
import { namePattern } from './plain-expression.ts';

/** What is known of a value before it is computed. */
interface Value {
  /** The type without what limits it: `character varying`, not `character varying(9)`. */
  readonly type: string;
  /** Of a number, what it never exceeds either way; of a text, its length. Infinity where nobody knows. */
  readonly size: number;
}

/**
 * Whether the default of a column can be computed for every row, and is a value that the column takes. A default has no
 * row to look at: constants, clocks, chance and what is made of them cannot fail, and what else there is may.
 * PostgreSQL's types are written in small letters, SQLite's in capitals; those refuse no value.
 */
export function isSafeDefault(text: string, { type, domain, nullable }: Taking): boolean {
  if (!/^[a-z"]/.test(type)) return isSafeOnSqlite(text, nullable);
  const value = valueOf(text);
  return value !== null && fits(value, domain?.base ?? type);
}

type Taking = Pick<ColumnObject, 'type' | 'domain' | 'nullable'>;

/** Functions of SQLite that can be computed of anything. https://www.sqlite.org/lang_corefunc.html */
const safeCalls = new Set(
  `unixepoch strftime datetime date time julianday hex random randomblob lower upper coalesce printf cast and or not in`.split(
    /\s+/,
  ),
);

/** A division by zero is NULL, and a path into a text that is no JSON an error. */
function isSafeOnSqlite(text: string, nullable: boolean): boolean {
  const shape = text.replaceAll(/'(?:[^']|'')*'/g, "''");
  const called = [...shape.matchAll(new RegExp(`(\\.\\s*)?(${namePattern})\\s*\\(`, 'gu'))];
  const isKnown = called.every(([, schema, name = '']) => schema === undefined && safeCalls.has(name.toLowerCase()));
  return isKnown && !shape.includes('->') && (nullable || !/[/%]/.test(shape));
}

const unlimited = Number.POSITIVE_INFINITY;
const moment: Value = { type: 'timestamp with time zone', size: unlimited };
const number = (size: number): Value => ({ type: 'numeric', size });
const texts = new Set(['text', 'character varying', 'character', 'name']);
const times = new Set(['timestamp with time zone', 'timestamp without time zone', 'date']);
const numbers = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']);

/** What calls without a row give, as the server prints them. Seconds since 1970 have ten digits until 2286. */
const known: readonly (readonly [RegExp, Value])[] = [
  [/^(?:(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|CURRENT_TIMESTAMP(?:\(\d\))?)$/, moment],
  [/^LOCALTIMESTAMP(?:\(\d\))?$/, { type: 'timestamp without time zone', size: unlimited }],
  [/^CURRENT_DATE$/, { type: 'date', size: unlimited }],
  [/^CURRENT_TIME(?:\(\d\))?$/, { type: 'time with time zone', size: unlimited }],
  [/^LOCALTIME(?:\(\d\))?$/, { type: 'time without time zone', size: unlimited }],
  [/^(?:txid_current|pg_backend_pid)\(\)$/, number(2 ** 62)],
  [/^(?:gen_random_uuid|uuidv4|uuidv7|(?:\w+\.)?uuid_generate_v4)\(\)$/, { type: 'uuid', size: 36 }],
  [/^random\(\)$/, { type: 'double precision', size: 1 }],
  [/^(?:CURRENT_USER|SESSION_USER|CURRENT_ROLE|CURRENT_CATALOG|current_database\(\))$/, { type: 'name', size: 63 }],
  [/^(?:true|false)$/, { type: 'boolean', size: 5 }],
  [/^NULL(?:::.*)?$/s, { type: 'null', size: 0 }],
  [/^nextval\('(?:[^']|'')*'::regclass\)$/, { type: 'sequence', size: unlimited }],
];

/** Null for what cannot be told to be computable. */
function valueOf(printed: string): Value | null {
  const text = unwrapped(printed);
  const found = known.find(([pattern]) => pattern.test(text));
  if (found !== undefined) return found[1];
  return constantOf(text) ?? callOf(text) ?? operationOf(text) ?? castOf(text);
}

const typeName = String.raw`([\w".]+(?: (?:varying|precision))?(?:\(\d+(?:,\d+)?\))?(?: with(?:out)? time zone)?(?:\[\])*)`;
const constant = new RegExp(`^'((?:[^']|'')*)'::${typeName}$`, 's');
const emptyArray = new RegExp(String.raw`^ARRAY\[\]::${typeName}$`);

/** A constant of a type stands as the server printed it, which has read it before. */
function constantOf(text: string): Value | null {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return number(Math.abs(Number(text)));
  const [, literal, type = ''] = constant.exec(text) ?? [];
  if (literal === undefined) return emptyArray.test(text) ? { type: text.slice(9), size: unlimited } : null;
  if (numbers.has(type)) return number(Math.abs(Number(literal)));
  const { base, limit } = limitOf(type);
  return limit === undefined || !texts.has(base) ? { type: base, size: literal.replaceAll("''", "'").length } : null;
}

/** Calls with one argument, which is the group of the pattern, and what they give for its value. */
const calls: readonly (readonly [RegExp, (value: Value) => Value | null])[] = [
  [
    /^(?:EXTRACT\(epoch FROM|date_part\('epoch'::text,) (.+)\)$/s,
    (value) => (times.has(value.type) ? number(1e10) : null),
  ],
  [
    /^date_trunc\('(?:second|minute|hour|day|week|month|quarter|year)s?'::text, (.+)\)$/s,
    (value) => (times.has(value.type) ? value : null),
  ],
  [/^(?:lower|upper)\((.+)\)$/s, (value) => (texts.has(value.type) ? { ...value, type: 'text' } : null)],
  [/^timezone\('(?:utc|gmt|etc\/utc)'::text, (.+)\)$/is, shifted],
  [/^(.+) AT TIME ZONE '(?:utc|gmt|etc\/utc)'::text$/is, shifted],
  [/^md5\((.+)\)$/s, ({ type }) => (type === 'text' ? { type, size: 32 } : null)],
];

function shifted({ type }: Value): Value | null {
  return type === moment.type ? { type: 'timestamp without time zone', size: unlimited } : null;
}

function callOf(text: string): Value | null {
  for (const [pattern, made] of calls) {
    const [, argument] = pattern.exec(text) ?? [];
    const value = argument === undefined ? null : valueOf(argument);
    if (value !== null) return made(value);
  }
  return null;
}

function operationOf(text: string): Value | null {
  const at = lastOperator(text);
  const left = at === null ? null : valueOf(text.slice(0, at.start));
  const right = at === null ? null : valueOf(text.slice(at.end));
  return at === null || left === null || right === null ? null : (operations[at.operator]?.(left, right) ?? null);
}

type Operation = (left: Value, right: Value) => Value | null;

const ofNumbers =
  (size: (left: number, right: number) => number): Operation =>
  (left, right) =>
    numbers.has(left.type) && numbers.has(right.type) ? number(size(left.size, right.size)) : null;

const shift: Operation = (left, right) => (times.has(left.type) && right.type === 'interval' ? moment : null);

/** What can be divided by is not looked at. */
const operations: Readonly<Record<string, Operation>> = {
  '||': (left, right) =>
    texts.has(left.type) && texts.has(right.type) ? { type: 'text', size: left.size + right.size } : null,
  '*': ofNumbers((left, right) => left * right),
  '+': (left, right) => shift(left, right) ?? ofNumbers((a, b) => a + b)(left, right),
  '-': (left, right) => shift(left, right) ?? ofNumbers((a, b) => a + b)(left, right),
};

/** A cast that every such value comes through. */
function castOf(text: string): Value | null {
  const at = lastCast(text);
  if (at === -1) return null;
  const value = valueOf(text.slice(0, at));
  const type = text.slice(at + 2);
  if (value === null || !fits(value, type)) return null;
  return numbers.has(limitOf(type).base) ? number(value.size) : { type: limitOf(type).base, size: value.size };
}

const greatest: Readonly<Record<string, number>> = { smallint: 32_767, integer: 2_147_483_647, bigint: 2 ** 63 - 1024 };

/** Whether a column of the type takes the value. What a sequence still has is told by the sequence. */
function fits(value: Value, taking: string): boolean {
  const taken = limitOf(taking);
  if (value.type === 'null') return true;
  if (texts.has(taken.base)) return fitsText(value, taken);
  if (numbers.has(taken.base))
    return value.type === 'sequence' || (numbers.has(value.type) && fitsNumber(value, taken));
  return taken.base === value.type || (times.has(taken.base) && times.has(value.type));
}

/** Everything has a text. */
const fitsText = ({ type, size }: Value, { base, limit }: Limited): boolean =>
  limit === undefined ? base === 'text' || base === 'character varying' || base === type : size <= limit;

const fitsNumber = ({ size }: Value, { base, limit, scale }: Limited): boolean =>
  size <= (greatest[base] ?? (limit === undefined ? unlimited : 10 ** (limit - scale) - 1));

interface Limited {
  readonly base: string;
  readonly limit: number | undefined;
  readonly scale: number;
}

/** `numeric(9,2)` is numeric, with nine digits, two of them behind the point. */
function limitOf(type: string): Limited {
  const [, start = type, limit, scale, end = ''] = /^([^(]+)\((\d+)(?:,(-?\d+))?\)(.*)$/s.exec(type) ?? [];
  return { base: `${start}${end}`, limit: limit === undefined ? undefined : Number(limit), scale: Number(scale ?? 0) };
}

/** Without parentheses around the whole. */
function unwrapped(printed: string): string {
  const text = printed.trim();
  return text.startsWith('(') && places(text).indexOf(0, 1) === text.length - 1 ? unwrapped(text.slice(1, -1)) : text;
}

/** How deep in parentheses and brackets each character stands; within a text constant, infinitely. */
function places(text: string): readonly number[] {
  let depth = 0;
  let isText = false;
  return text.split('').map((character) => {
    if (character === "'") isText = !isText;
    if (isText || character === "'") return unlimited;
    if ('(['.includes(character)) depth += 1;
    const place = depth;
    if (')]'.includes(character)) depth -= 1;
    return ')]'.includes(character) ? depth : place;
  });
}

/** The operator that is computed last, outside of all parentheses. The server puts parentheses around any other. */
function lastOperator(
  text: string,
): { readonly operator: string; readonly start: number; readonly end: number } | null {
  const depths = places(text);
  for (const { 1: operator = '', index } of text.matchAll(/ (\|\||[*/+-]) /g)) {
    if (depths[index] === 0) return { operator, start: index, end: index + operator.length + 2 };
  }
  return null;
}

function lastCast(text: string): number {
  const depths = places(text);
  const at = text.lastIndexOf('::');
  return at !== -1 && depths[at] === 0 ? at : -1;
}
