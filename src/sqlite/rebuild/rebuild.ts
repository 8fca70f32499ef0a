import type { TableObject } from '../../model/objects.ts';
import { quoteIdentifier, quoteSqliteText } from '../../sql/quote.ts';
import { copied } from '../kinds/column.ts';
import { keyColumnName } from '../kinds/key.ts';
import { createTable, dropTable } from '../kinds/table.ts';
import type { TableParts } from '../parts.ts';

/** The new table under the name that it has until the old one is gone. */
export const newName = (table: string): string => `dbos_new_${table}`;

export interface Rebuild {
  readonly table: string;
  /** CREATE TABLE under the new name. */
  readonly create: string;
  /** What goes into which column, by expression over the old table; empty where no row does. */
  readonly copy: readonly (readonly [column: string, expression: string])[];
  /** Whether the rowids given out so far are remembered. https://www.sqlite.org/autoinc.html */
  readonly keepsSequence: boolean;
}

/**
 * The documented procedure for changes that ALTER TABLE cannot make, without what stands by itself on the table:
 * indexes and triggers go down with the old one. It needs foreign keys off, or DROP TABLE would delete the rows that
 * refer to it; and the old ways of RENAME, or it would fail over every view of the table that is not there just then.
 * OR ABORT overrides what constraints say about conflicts: a row that does not fit fails the whole.
 * https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes
 */
export function rebuildStatements({ table, create, copy, keepsSequence }: Rebuild): readonly string[] {
  const [from, to] = [quoteIdentifier(table), quoteIdentifier(newName(table))];
  const columns = copy.map(([column]) => quoteIdentifier(column)).join(', ');
  const expressions = copy.map(([, expression]) => expression).join(', ');
  return [
    create,
    ...(copy.length === 0 ? [] : [`INSERT OR ABORT INTO ${to} (${columns})\nSELECT ${expressions} FROM ${from}`]),
    ...(keepsSequence ? sequenceStatements(table) : []),
    dropTable(table),
    'PRAGMA legacy_alter_table = ON',
    `ALTER TABLE ${to} RENAME TO ${from}`,
    'PRAGMA legacy_alter_table = OFF',
  ];
}

const sequenceStatements = (table: string): readonly string[] => [
  `DELETE FROM sqlite_sequence WHERE name = ${quoteSqliteText(newName(table))}`,
  `INSERT INTO sqlite_sequence (name, seq)
SELECT ${quoteSqliteText(newName(table))}, seq FROM sqlite_sequence WHERE lower(name) = lower(${quoteSqliteText(table)})`,
];

/** The rebuild of a table as it is into one as it should be. Columns keep their places; new ones stand behind them. */
export function rebuildOf(from: TableParts, to: TableParts, keepsRows: boolean): Rebuild {
  const wanted = new Map(to.columns.map((column) => [column.name, column]));
  const live = new Map(from.columns.map((column) => [column.name, column]));
  const columns = [
    ...from.columns.flatMap(({ name }) => wanted.get(name) ?? []),
    ...to.columns.filter(({ name }) => !live.has(name)),
  ];
  const primary = new Set(from.keys.find((key) => key.primary)?.columns.map(keyColumnName));
  return {
    table: to.table.name,
    create: createTable({ ...to, columns }, newName(to.table.name)),
    copy: columns.flatMap((column) => {
      const old = live.get(column.name);
      if (!keepsRows || old === undefined || column.generated !== null) return [];
      return [[column.name, copied(column, old, primary.has(column.name))]];
    }),
    keepsSequence: isAutoincrement(from.table) && isAutoincrement(to.table),
  };
}

const isAutoincrement = (table: TableObject): boolean => table.options.includes('AUTOINCREMENT');
