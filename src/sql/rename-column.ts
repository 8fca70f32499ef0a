import { quoteIdentifier } from './quote.ts';

interface Column {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/**
 * The statement, with its semicolon, that gives a column another name; on SQLite tables stand in no schema but `main`.
 * https://www.postgresql.org/docs/current/sql-altertable.html
 * https://www.sqlite.org/lang_altertable.html#altertabrename
 */
export function renameColumn(dialect: 'postgres' | 'sqlite', { schema, table, name }: Column, newName: string): string {
  const place = `${dialect === 'sqlite' ? '' : `${quoteIdentifier(schema)}.`}${quoteIdentifier(table)}`;
  return `ALTER TABLE ${place} RENAME COLUMN ${quoteIdentifier(name)} TO ${quoteIdentifier(newName)};`;
}
