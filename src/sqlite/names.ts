import { quoteSqliteText } from '../sql/quote.ts';

/** The one schema of a file. https://www.sqlite.org/lang_naming.html */
export const schema = 'main';

/** Names of constraints that were given none, as PostgreSQL makes them up. SQLite has no use for any. */
export const conventional = {
  primaryKey: (table: string): string => `${table}_pkey`,
  unique: (table: string, columns: readonly string[]): string => [table, ...columns, 'key'].join('_'),
  foreignKey: (table: string, columns: readonly string[]): string => [table, ...columns, 'fkey'].join('_'),
  check: (table: string, columns: readonly string[]): string => [table, ...columns, 'check'].join('_'),
};

/** Gives each name once: one that was given before comes with a number behind it. */
export function claimer(): (name: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let i = 1; taken.has(name); i++) name = `${wanted}${i}`;
    taken.add(name);
    return name;
  };
}

/** A condition: SQLite takes names for equal that differ in the case of ASCII letters, as NOCASE does. */
export const isAmong = (column: string, names: readonly string[] | null): string =>
  names === null ? '1' : `${column} COLLATE NOCASE IN (${names.map(quoteSqliteText).join(', ')})`;
