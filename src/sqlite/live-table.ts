import type { Answer, ColumnRow, ForeignKeyRow, IndexRow, TriggerRow } from './catalog-answer.ts';
import { groupBy } from '../model/group-by.ts';
import type { Names } from './text/canonical.ts';
import { type ParsedColumn, type ParsedTable, parseTable } from './text/parse.ts';
import { folded } from './text/tokens.ts';

/** All that is known of one table that was looked at. */
export interface LiveTable {
  readonly name: string;
  readonly parsed: ParsedTable;
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
  readonly triggers: readonly TriggerRow[];
  /** The names that an expression over the table can mean. */
  readonly names: Names;
  /** A column as the text says it. */
  readonly textOf: (column: string) => ParsedColumn | undefined;
}

/** Puts together what the query gives of each table. */
export function liveTables({ table, column, index, foreignKey, trigger }: Answer): readonly LiveTable[] {
  const byTable = <R extends { readonly table: string }>(rows: readonly R[]): ((name: string) => readonly R[]) => {
    const groups = groupBy(rows, (row) => folded(row.table));
    return (name) => groups.get(folded(name)) ?? [];
  };
  const [columns, indexes, foreignKeys] = [byTable(column), byTable(index), byTable(foreignKey)];
  const triggers = byTable(trigger);
  return table.flatMap(({ name, sql, isLooked }) => {
    if (isLooked === 0) return [];
    const parsed = parseTable(sql);
    const texts = new Map(parsed.columns.map((text) => [folded(text.name), text]));
    return {
      name,
      parsed,
      columns: columns(name),
      indexes: indexes(name),
      foreignKeys: foreignKeys(name),
      triggers: triggers(name),
      names: namesOf(name, columns(name)),
      textOf: (own) => texts.get(folded(own)),
    };
  });
}

/** A table's columns, found in whatever case they are written. */
export function namesOf(table: string, columns: readonly { readonly name: string }[]): Names {
  const byFolded = new Map(columns.map(({ name }) => [folded(name), name]));
  return { table: folded(table), column: (name) => byFolded.get(folded(name)) };
}

/** A collation in capitals; null for that which is there without one. */
export const otherThanBinary = (collation: string | null): string | null =>
  collation === null || collation.toUpperCase() === 'BINARY' ? null : collation.toUpperCase();

/** The collation that a column says of itself. */
export const collationOf = (column: ParsedColumn | undefined): string | null =>
  otherThanBinary(column?.collation ?? null);
