import type { ColumnType, Default, Predicate } from '../model/definition.ts';
import { identifierAsPrinted, quoteLiteral } from '../sql/quote.ts';

/** The name that PostgreSQL itself gives a constraint: `notifications_destination_uuid_fkey`. */
export const defaultName = (table: string, columns: readonly string[], suffix: string): string =>
  [table, ...columns, suffix].join('_');

/** A type as PostgreSQL prints it. */
export function typeText(type: ColumnType): string {
  if (typeof type === 'object') {
    return 'varchar' in type ? `character varying(${type.varchar})` : `numeric(${type.numeric.join(',')})`;
  }
  return {
    text: 'text',
    integer: 'integer',
    bigint: 'bigint',
    double: 'double precision',
    boolean: 'boolean',
    json: 'jsonb',
  }[type];
}

/** A default as PostgreSQL 14 to 18 print it. */
export function defaultText(value: Default, type: ColumnType): string {
  if ('clock' in value) return '((EXTRACT(epoch FROM now()) * 1000.0))::bigint';
  if ('random' in value) return value.cast ? '(gen_random_uuid())::text' : 'gen_random_uuid()';
  if ('session' in value) return 'CURRENT_USER';
  if ('decimal' in value) return value.decimal;
  return constantText(value.value, typeText(type));
}

/** PostgreSQL casts texts and NULL to the column's type, without its length, and prints numbers and booleans bare. */
const constantText = (value: string | number | boolean | null, type: string): string => {
  const cast = type.replace(/\(.*\)$/, '');
  if (value === null) return `NULL::${cast}`;
  return typeof value === 'string' ? `${quoteLiteral(value)}::${cast}` : String(value);
};

/** A condition as PostgreSQL 14 to 18 print it. */
export function predicateText(predicate: Predicate): string {
  if ('all' in predicate) return `(${predicate.all.map(predicateText).join(' AND ')})`;
  if ('isNull' in predicate) return `(${identifierAsPrinted(predicate.isNull)} IS NULL)`;
  if ('isNotNull' in predicate) return `(${identifierAsPrinted(predicate.isNotNull)} IS NOT NULL)`;
  if ('oneOf' in predicate) {
    const [column, values] = predicate.oneOf;
    const list = values.map((value) => constantText(value, 'text')).join(', ');
    return `(${identifierAsPrinted(column)} = ANY (ARRAY[${list}]))`;
  }
  const [column, value] = predicate.equals;
  return `(${identifierAsPrinted(column)} = ${constantText(value, 'text')})`;
}
