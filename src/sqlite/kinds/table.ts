import { quoteIdentifier } from '../../sql/quote.ts';
import type { TableParts } from '../parts.ts';
import { checkClause } from './check.ts';
import { columnClause } from './column.ts';
import { foreignKeyClause } from './foreign-key.ts';
import { inlineKey, isInline, keyClause, keyColumnName } from './key.ts';

/** One CREATE TABLE with all that can stand in it, under a name of its own. */
export function createTable(parts: TableParts, name: string): string {
  const inline = parts.keys.find(isInline);
  const inlineColumn = inline === undefined ? null : keyColumnName(inline.columns[0] ?? '');
  const clauses = [
    ...parts.columns.map((column) =>
      inline !== undefined && column.name === inlineColumn
        ? `${columnClause(column)} ${inlineKey(inline, parts.table)}`
        : columnClause(column),
    ),
    ...parts.keys.filter((key) => key !== inline).map(keyClause),
    ...parts.foreignKeys.map(foreignKeyClause),
    ...parts.checks.map(checkClause),
  ];
  const options = parts.table.options.filter((option) => option !== 'AUTOINCREMENT').join(', ');
  return `CREATE TABLE ${quoteIdentifier(name)} (\n  ${clauses.join(',\n  ')}\n)${options === '' ? '' : ` ${options}`}`;
}

export const dropTable = (name: string): string => `DROP TABLE ${quoteIdentifier(name)}`;
