import type { Catalog } from '../model/catalog.ts';
import type { Alter } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import type { Hazard } from '../model/hazard.ts';
import type { ColumnObject, ForeignKeyObject, IndexObject } from '../model/objects.ts';
import { idFor } from '../model/kinds.ts';
import { identifierAsPrinted, quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import { cast, hasManyTexts, isAlwaysCast, isStoredAlike, keepsValues } from './cast.ts';
import { alterTable, type Draft, losesData, mayFail, relationOf, tableOf } from './kinds/draft.ts';
import { tablesOf } from './kinds/foreign-key.ts';
import { contentOf } from './kinds/version.ts';

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
  const isRecollated = from.collation !== to.collation && isCollatable(to.type);
  const collate = isRecollated ? ` COLLATE ${to.collation ?? 'pg_catalog."default"'}` : '';
  const table = relationOf(to);
  const keys = foreignKeysOf(to, context);
  const isRewritten = !isStoredAlike(from.type, to.type);
  const isReindexed = isRecollated ? isIndexed(to, context) : indexesOf(to, context).some((index) => !isPlain(index));
  return {
    ...alterTable(to, `ALTER COLUMN ${name} TYPE ${to.type}${collate} USING ${cast(name, from.type, to.type)}`),
    locks: [...new Set([table, ...keys.flatMap(tablesOf)])].map((relation) => ({ relation, mode: 'ACCESS EXCLUSIVE' })),
    scans: isRewritten ? [...new Set([table, ...keys.flatMap(tablesOf)])] : isReindexed ? [table] : [],
    rewrites: isRewritten ? [table] : [],
    hazards: hazardsOf({ from, to }, context),
  };
}

/** Other types refuse a collation, be it the default. https://www.postgresql.org/docs/current/collation.html */
const isCollatable = (type: string): boolean => /^(?:text|character varying)\b/.test(type);

type Retyping = Pick<Alter<ColumnObject>, 'from' | 'to'>;

function hazardsOf({ from, to }: Retyping, context: RenderContext): readonly Hazard[] {
  const table = relationOf(to);
  const isShown = context.lossless?.has(idFor(to)) === true;
  return [
    ...(isAlwaysCast(from.type, to.type)
      ? []
      : mayFail(context, table, `the column ${to.name} of ${table} may hold values that ${to.type} does not take`)),
    ...(isShown || !mayLose({ from, to }, context.target)
      ? []
      : losesData(
          context,
          table,
          `values of the column ${to.name} of ${table} may not be the same as ${to.type} that they are as ${from.type}`,
        )),
  ];
}

/** Whether values of a column may come out of its change of type as others. Declared content is written again anyway. */
export const mayLose = ({ from, to }: Retyping, target: Catalog): boolean =>
  from.generated === null && contentOf(target, to)?.column !== to.name && !keepsValues(from.type, to.type);

/** Whether a look at the values can tell that none is lost. */
export const canBeShown = (change: Retyping, target: Catalog): boolean =>
  mayLose(change, target) && !hasManyTexts(change.from.type, change.to.type);

/** A query for one row, whose `kept` is true where every value is the same after a way there and back. */
export const comparing = ({ from, to }: Retyping): string => {
  const name = quoteIdentifier(to.name);
  const back = cast(`(${cast(name, from.type, to.type)})`, to.type, from.type);
  return `SELECT NOT row_security_active(${quoteLiteral(tableOf(to))}) AND NOT EXISTS
  (SELECT FROM ONLY ${tableOf(to)} WHERE (${back})::text IS DISTINCT FROM ${name}::text) AS kept`;
};

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
