import type { Row } from '../../model/dialect.ts';
import { identifierAsPrinted } from '../../sql/quote.ts';
import { numberIn, textIn } from './rows.ts';

/** Types that the catalog has under another name than the one they are printed by. */
const printed: Readonly<Record<string, string>> = {
  bool: 'boolean',
  bpchar: 'character',
  char: '"char"',
  float4: 'real',
  float8: 'double precision',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  timetz: 'time with time zone',
  varbit: 'bit varying',
  varchar: 'character varying',
};

/**
 * The type of a column or a parameter as PostgreSQL prints it, without what belongs to the value's length.
 * https://www.postgresql.org/docs/current/infoschema-columns.html
 */
export function bareTypeIn(row: Row): string {
  const [type, schema, name] = [textIn(row, 'data_type'), textIn(row, 'udt_schema'), textIn(row, 'udt_name')];
  const domain = textIn(row, 'domain_name');
  if (domain !== null) return qualifiedType(textIn(row, 'domain_schema'), domain);
  // An array is named as its elements are, with a line before it.
  if (type === 'ARRAY' && name !== null) return `${qualifiedType(schema, name.replace(/^_/, ''))}[]`;
  if (type === 'USER-DEFINED' && name !== null) return qualifiedType(schema, name);
  return type ?? '';
}

/** The same with the length, precision or fields of a column. An array shows none, and a precision of 6 is that of no other. */
export function typeIn(row: Row): string {
  const bare = bareTypeIn(row);
  if (textIn(row, 'domain_name') !== null) return bare;
  const length = numberIn(row, 'character_maximum_length');
  // Without a length, as nobody writes it.
  if (bare === 'character' && length === null) return 'bpchar';
  if (/^(?:character|bit)(?: varying)?$/.test(bare)) return bare + inParentheses(length);
  if (bare === 'numeric')
    return bare + inParentheses(numberIn(row, 'numeric_precision'), numberIn(row, 'numeric_scale'));
  const precision = numberIn(row, 'datetime_precision');
  const lessThanAll = inParentheses(precision === 6 ? null : precision);
  if (bare === 'interval') return intervalText(textIn(row, 'interval_type'), lessThanAll);
  return bare.replace(/^(time|timestamp)(?= with)/, `$1${lessThanAll}`);
}

const intervalText = (fields: string | null, precision: string): string =>
  fields === null ? `interval${precision}` : `interval ${fields.toLowerCase()}`;

const inParentheses = (first: number | null, ...others: readonly (number | null)[]): string =>
  first === null ? '' : `(${[first, ...others.filter((one) => one !== null)].join(',')})`;

/** A name as it is printed while nothing but pg_catalog is on the search path. */
export const qualifiedName = (schema: string | null, name: string): string =>
  schema === null || schema === 'pg_catalog'
    ? identifierAsPrinted(name)
    : `${identifierAsPrinted(schema)}.${identifierAsPrinted(name)}`;

const qualifiedType = (schema: string | null, name: string): string =>
  schema === 'pg_catalog' ? (printed[name] ?? name) : qualifiedName(schema, name);
