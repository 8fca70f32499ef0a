import type { Alter } from '../../model/change.ts';
import type { RenderContext } from '../../model/dialect.ts';
import type { ColumnObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { alterTable, type Draft, differing, type KindRenderer, never, tableOf } from '../draft.ts';
import { contentOf, deleteStrange, emptyTable } from './version.ts';

/** A column as it stands in CREATE TABLE and ADD COLUMN. */
export const columnClause = (o: ColumnObject): string =>
  [
    quoteIdentifier(plain(o).name),
    o.type,
    ...(o.collation === null ? [] : [`COLLATE ${o.collation}`]),
    ...(o.default === null ? [] : [`DEFAULT ${o.default}`]),
    ...(o.nullable ? [] : ['NOT NULL']),
  ].join(' ');

export const column: KindRenderer<ColumnObject> = {
  create: (o, { target }) => [
    // Rows of a bookkeeping table say nothing without their column.
    ...(contentOf(target, o)?.column === o.name ? [emptyTable(o)] : []),
    {
      ...alterTable(o, `ADD COLUMN ${columnClause(o)}`),
      hazards: isVolatile(o.default) ? ['rewrites the table'] : [],
    },
  ],
  alter: (change, context) => {
    const { from, to } = change;
    const fields = differing(change);
    // Nothing of it is stored that could be kept.
    if (from.generated?.endsWith(' VIRTUAL') === true) return [dropColumn(from), ...column.create(to, context)];
    return [
      ...dropStrangeContent(to, fields, context),
      ...makePlain(to, fields),
      ...dropDefault(change, fields),
      ...changeType(change, fields),
      ...(fields.has('default') && to.default !== null ? [alterColumn(to, `SET DEFAULT ${to.default}`)] : []),
      ...(!from.nullable && to.nullable ? [dropNotNull(to)] : []),
      ...(from.nullable && !to.nullable ? [...fillNulls(to), setNotNull(to)] : []),
    ];
  },
  rename: never('rename a column'),
  drop: (o) => [{ ...dropColumn(o), hazards: ['data loss'] }],
};

const dropColumn = (o: ColumnObject): Draft => alterTable(o, `DROP COLUMN ${quoteIdentifier(o.name)}`);

const alterColumn = (o: ColumnObject, action: string): Draft =>
  alterTable(o, `ALTER COLUMN ${quoteIdentifier(o.name)} ${action}`);

/** No definition can ask for a generated column. */
const plain = (o: ColumnObject): ColumnObject =>
  o.generated === null && o.identity === null ? o : never('make a generated column')();

const makePlain = (to: ColumnObject, fields: Fields): readonly Draft[] => [
  ...(fields.has('identity') ? [alterColumn(plain(to), 'DROP IDENTITY')] : []),
  ...(fields.has('generated') ? [alterColumn(plain(to), 'DROP EXPRESSION')] : []),
];

/** Each row gets a value of its own, which is written into it. https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES */
const isVolatile = (value: string | null): boolean => value?.includes('gen_random_uuid()') === true;

type Fields = ReadonlySet<keyof ColumnObject>;

/** What a bookkeeping table should not hold goes before it can be in the way of the column's type or of NOT NULL. */
function dropStrangeContent(to: ColumnObject, fields: Fields, { target }: RenderContext): readonly Draft[] {
  const content = contentOf(target, to);
  return content?.column === to.name && (isRetyped(fields) || fields.has('nullable')) ? [deleteStrange(content)] : [];
}

const isRetyped = (fields: Fields): boolean => fields.has('type') || fields.has('collation');

/** The old default need not be castable to the new type. */
const dropDefault = ({ from, to }: Alter<ColumnObject>, fields: Fields): readonly Draft[] =>
  fields.has('default') && from.default !== null && (to.default === null || isRetyped(fields))
    ? [alterColumn(to, 'DROP DEFAULT')]
    : [];

/**
 * From a limited text to a longer or unlimited one nothing is rewritten.
 * https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
 */
function changeType({ from, to }: Alter<ColumnObject>, fields: Fields): readonly Draft[] {
  if (!isRetyped(fields)) return [];
  const collate = fields.has('collation') ? ` COLLATE ${to.collation ?? 'pg_catalog."default"'}` : '';
  const using = ` USING ${quoteIdentifier(to.name)}::${to.type}`;
  return [
    {
      ...alterColumn(to, `TYPE ${to.type}${collate}${using}`),
      hazards: textLength(from.type) <= textLength(to.type) ? [] : ['rewrites the table'],
    },
  ];
}

/** How many characters a text type holds; not comparable for a type that is none. */
function textLength(type: string): number {
  const found = /^(?:text|character varying(?:\((\d+)\))?)$/.exec(type);
  return found === null ? Number.NaN : Number(found[1] ?? Number.POSITIVE_INFINITY);
}

/** Rows without a value get the default that new rows get; without a default the server refuses, and nothing is lost. */
const fillNulls = (o: ColumnObject): readonly Draft[] =>
  o.default === null
    ? []
    : [
        {
          sql: `UPDATE ${tableOf(o)} SET ${quoteIdentifier(o.name)} = DEFAULT WHERE ${quoteIdentifier(o.name)} IS NULL`,
          lock: 'ROW EXCLUSIVE',
        },
      ];

/** A primary key that still holds the column forbids it, and is changed behind the columns. */
const dropNotNull = (o: ColumnObject): Draft => ({ ...alterColumn(o, 'DROP NOT NULL'), late: true });

const setNotNull = (o: ColumnObject): Draft => ({ ...alterColumn(o, 'SET NOT NULL'), hazards: ['blocks writers'] });
