import type { ColumnObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { isConstant, nameText } from '../text/canonical.ts';

/** A column in CREATE TABLE or ADD COLUMN. https://www.sqlite.org/lang_createtable.html */
export const columnClause = (column: ColumnObject): string =>
  [
    quoteIdentifier(column.name),
    typeText(column.type),
    column.collation === null ? '' : `COLLATE ${column.collation}`,
    column.nullable ? '' : 'NOT NULL',
    column.onConflict === undefined ? '' : `ON CONFLICT ${column.onConflict}`,
    column.default === null ? '' : `DEFAULT ${defaultText(column.default)}`,
    column.generated === null ? '' : `GENERATED ALWAYS AS ${column.generated}`,
  ]
    .filter((word) => word !== '')
    .join(' ');

/** Somebody's type may be any text: what is no plain words stands in quotes, which mean the same type. */
const typeText = (type: string): string =>
  type
    .replace(/ *\([\d+., -]*\)$/, '')
    .split(' ')
    .every((word) => word === '' || nameText(word) === word)
    ? type
    : quoteIdentifier(type);

const defaultText = (text: string): string => (isConstant(text) ? text : `(${text})`);

/**
 * Whether ADD COLUMN can make it: a constant default, and one that is there where NULL is not allowed.
 * https://www.sqlite.org/lang_altertable.html#alter_table_add_column
 */
export const canBeAdded = (column: ColumnObject): boolean =>
  (column.default === null ? column.nullable : isConstant(column.default)) &&
  (column.generated === null || column.generated.endsWith(' VIRTUAL'));

/** What is copied into the column from a table that has it already: its default where NULL is no longer allowed. */
export function copied(column: ColumnObject, from: ColumnObject, wasKey: boolean): string {
  const name = quoteIdentifier(from.name);
  // A key that is no INTEGER may hold NULL in SQLite. https://www.sqlite.org/quirks.html#primary_keys_can_sometimes_contain_nulls
  const mayBeNull = from.nullable || wasKey;
  return column.nullable || column.default === null || !mayBeNull ? name : `coalesce(${name}, ${column.default})`;
}
