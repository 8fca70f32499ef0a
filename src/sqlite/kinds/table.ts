import type { TableObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { schema } from '../names.ts';
import type { TableParts } from '../parts.ts';
import { checkClause } from './check.ts';
import { columnClause } from './column.ts';
import { type KindModule, losesData, noRights } from './draft.ts';
import { foreignKeyClause } from './foreign-key.ts';
import { inlineKey, isInline, keyClause, keyColumnName } from './key.ts';

export const table: KindModule<'table'> = {
  rows: () => `SELECT json_group_array(json_object('name', name, 'sql', sql, 'isLooked', isLooked))
FROM found WHERE type = 'table'`,
  read: ({ tables, answer }) => [
    ...tables.map(({ name, parsed }) => tableObject(name, parsed.options)),
    ...answer.table
      .filter(({ isLooked }) => isLooked === 0)
      .map(({ name }): TableObject => ({ ...tableObject(name, []), unread: true })),
  ],
  declare: ({ tables }) => tables.map(({ name }) => tableObject(name, [])),
  respell: (o, { name }) => ({ ...o, name: name(o.name) }),
  write: {
    written: 'with its table',
    hazards: (change, context) =>
      change.type === 'drop' ? losesData(context, change.from.name, `all rows of ${change.from.name} are gone`) : [],
  },
  needs: noRights,
  mend: null,
};

const tableObject = (name: string, options: readonly string[]): TableObject => ({
  kind: 'table',
  schema,
  name,
  persistence: 'permanent',
  options,
});

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
