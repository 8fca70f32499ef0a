import { expect } from '@jest/globals';

type Row = Readonly<Record<string, unknown>>;

/** Rows of a database by table, each by column. */
export type LiveRows = ReadonlyMap<string, readonly Row[]>;

/**
 * Every row that the damage has left is there after the repair, with the values that it had before both. Rows may have
 * come: a migration records itself.
 * @param destroyed a column whose values the damage took away
 */
export function expectRowsKept(
  { before, damaged, repaired }: { readonly before: LiveRows; readonly damaged: LiveRows; readonly repaired: LiveRows },
  destroyed: { readonly table: string; readonly column: string } | null,
): void {
  for (const [table, left] of damaged) {
    const original = before.get(table) ?? [];
    const columns = Object.keys(left[0] ?? {}).filter(
      (column) =>
        Object.hasOwn(original[0] ?? {}, column) && !(destroyed?.table === table && destroyed.column === column),
    );
    const picked = (rows: readonly Row[] | undefined): readonly string[] =>
      (rows ?? []).map((row) => `${table} ${JSON.stringify(columns.map((column) => [column, row[column]]))}`);
    if (left.length > 0) expect(picked(repaired.get(table))).toEqual(expect.arrayContaining([...picked(original)]));
  }
}

/** Whether every row is there as it was, and every table. */
export const isSame = (before: LiveRows, now: LiveRows): boolean =>
  [...before].every(([table, rows]) => {
    const found = new Set(now.get(table)?.map((row) => canonical(row)));
    return rows.every((row) => found.has(canonical(row)));
  });

const canonical = (row: Row): string => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)));
