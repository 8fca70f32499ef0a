import type { Row } from '../../model/dialect.ts';

/** A field as a text; null where it is none, or where the server has no such column. */
export function textIn(row: Row, field: string): string | null {
  const value = row[field];
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : null;
}

/** A text that is always there, as a name. */
export const nameIn = (row: Row, field: string): string => textIn(row, field) ?? '';

export function numberIn(row: Row, field: string): number | null {
  const text = textIn(row, field);
  return text === null ? null : Number(text);
}

/** The domain `yes_or_no` of the standard. */
export const isYes = (row: Row, field: string): boolean => textIn(row, field) === 'YES';

/** Rows by a number in them. */
export const inOrder = (rows: readonly Row[], field: string): readonly Row[] =>
  rows.toSorted((a, b) => (numberIn(a, field) ?? 0) - (numberIn(b, field) ?? 0));

/** Whether a row of the view `tables` is of one, and not of a view. */
export const isTable = (row: Row): boolean => nameIn(row, 'table_type') !== 'VIEW';
