import type { Definitions } from '../model/definition.ts';
import { folded } from './text/tokens.ts';

/** The one schema of a file. https://www.sqlite.org/lang_naming.html */
export const schema = 'main';

/** Names of constraints that were given none, as PostgreSQL makes them up. SQLite has no use for any. */
export const conventional = {
  primaryKey: (table: string): string => `${table}_pkey`,
  unique: (table: string, columns: readonly string[]): string => [table, ...columns, 'key'].join('_'),
  foreignKey: (table: string, columns: readonly string[]): string => [table, ...columns, 'fkey'].join('_'),
  check: (table: string, columns: readonly string[]): string => [table, ...columns, 'check'].join('_'),
};

/** SQLite takes names for equal that differ in case: what is declared under one is spelt as it is declared. */
export interface Spelling {
  readonly table: (name: string) => string;
  readonly column: (table: string, name: string) => string;
  /** Of an index, a constraint, a trigger or a view. */
  readonly other: (name: string) => string;
}

export function spellingOf({ tables, retired }: Definitions): Spelling {
  const tableNames = new Map<string, string>();
  const columnNames = new Map<string, string>();
  const otherNames = new Map<string, string>();
  for (const { name, table } of retired) {
    otherNames.set(folded(name), name);
    if (table !== undefined) tableNames.set(folded(table), table);
  }
  for (const { kind, name } of retired) if (kind === 'table') tableNames.set(folded(name), name);
  for (const table of tables) {
    tableNames.set(folded(table.name), table.name);
    for (const column of Object.keys(table.columns)) columnNames.set(folded(`${table.name}.${column}`), column);
    for (const { name } of table.indexes ?? []) otherNames.set(folded(name), name);
  }
  return {
    table: (name) => tableNames.get(folded(name)) ?? name,
    column: (table, name) => columnNames.get(folded(`${table}.${name}`)) ?? name,
    other: (name) => otherNames.get(folded(name)) ?? name,
  };
}
