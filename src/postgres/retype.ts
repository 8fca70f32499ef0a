import type { Alter } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import type { ColumnObject, ForeignKeyObject, IndexObject } from '../model/objects.ts';
import { identifierAsPrinted, quoteIdentifier } from '../sql/quote.ts';
import { alterTable, type Draft, mayFail, relationOf } from './kinds/draft.ts';
import { tablesOf } from './kinds/foreign-key.ts';

type Fields = ReadonlySet<keyof ColumnObject>;

export const isRetyped = (fields: Fields): boolean => fields.has('type') || fields.has('collation');

/**
 * Gives a column another type or collation. Where values stay as they are stored, the table is not written anew; an
 * index that the server cannot tell to be the same is built again from all rows. Foreign keys from and to the column
 * are made again too, on both tables.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
export function retyping({ from, to }: Alter<ColumnObject>, context: RenderContext): Draft {
  const name = quoteIdentifier(to.name);
  const isRecollated = from.collation !== to.collation;
  const collate = isRecollated ? ` COLLATE ${to.collation ?? 'pg_catalog."default"'}` : '';
  const table = relationOf(to);
  const keys = foreignKeysOf(to, context);
  const isRewritten = !isStoredAlike(from.type, to.type);
  const isReindexed = isRecollated ? isIndexed(to, context) : indexesOf(to, context).some((index) => !isPlain(index));
  return {
    ...alterTable(to, `ALTER COLUMN ${name} TYPE ${to.type}${collate} USING ${name}::${to.type}`),
    locks: [...new Set([table, ...keys.flatMap(tablesOf)])].map((relation) => ({ relation, mode: 'ACCESS EXCLUSIVE' })),
    scans: isRewritten ? [...new Set([table, ...keys.flatMap(tablesOf)])] : isReindexed ? [table] : [],
    rewrites: isRewritten ? [table] : [],
    hazards: isAlwaysCast(from.type, to.type)
      ? []
      : mayFail(context, table, `the column ${to.name} of ${table} may hold values that ${to.type} does not take`),
  };
}

/** Whether every value of a type is stored as the other one stores it. */
function isStoredAlike(from: string, to: string): boolean {
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
const isAlwaysCast = (from: string, to: string): boolean =>
  to === 'text' || isStoredAlike(from, to) || (/^(?:small)?int/.test(from) && to === 'bigint');

const foreignKeysOf = ({ schema, table, name }: ColumnObject, { live }: RenderContext): readonly ForeignKeyObject[] =>
  [...live.values()].filter(
    (o): o is ForeignKeyObject =>
      o.kind === 'foreignKey' &&
      ((o.schema === schema && o.table === table && o.columns.includes(name)) ||
        (o.referencedSchema === schema && o.referencedTable === table && o.referencedColumns.includes(name))),
  );

/** What mentions a column in a text of the server's. */
function mentionOf(name: string): RegExp {
  const printed = identifierAsPrinted(name).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?<![\\w$"])${printed}(?![\\w$"])`, 'u');
}

/** Indexes that have the column anywhere, be it in a condition. */
const indexesOf = ({ schema, table, name }: ColumnObject, { live }: RenderContext): readonly IndexObject[] =>
  [...live.values()].filter(
    (o): o is IndexObject =>
      o.kind === 'index' &&
      o.schema === schema &&
      o.table === table &&
      [...o.columns, ...o.include, o.predicate ?? ''].some((text) => mentionOf(name).test(text)),
  );

/** Of any other index the server takes for granted that it is not the same. */
const isPlain = ({ columns, predicate }: IndexObject): boolean =>
  predicate === null && !columns.some((text) => text.includes('('));

/** Whether an index sorts by the column, or cannot be told to be the same anyway. */
const isIndexed = (column: ColumnObject, context: RenderContext): boolean =>
  indexesOf(column, context).some(
    (index) => !isPlain(index) || index.columns.some((text) => mentionOf(column.name).test(text)),
  ) ||
  [...context.live.values()].some(
    (o) =>
      o.kind === 'key' && o.schema === column.schema && o.table === column.table && o.columns.includes(column.name),
  );
