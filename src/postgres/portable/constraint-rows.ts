import type { Row } from '../../model/dialect.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Deferrable } from '../../model/objects.ts';
import { inOrder, isYes, nameIn } from './rows.ts';

/** The rows of a constraint's columns, which need the table's name too: several tables can have constraints of one name. */
export type ColumnsOf = (schema: string, table: string | null, name: string) => readonly Row[];

export function columnsIn(usage: readonly Row[]): ColumnsOf {
  const byConstraint = groupBy(usage, (row) =>
    JSON.stringify([nameIn(row, 'constraint_schema'), nameIn(row, 'constraint_name')]),
  );
  return (schema, table, name) => {
    const rows = byConstraint.get(JSON.stringify([schema, name])) ?? [];
    return inOrder(
      rows.filter((row) => table === null || nameIn(row, 'table_name') === table),
      'ordinal_position',
    );
  };
}

export function deferrableIn(row: Row): Deferrable {
  if (!isYes(row, 'is_deferrable')) return 'no';
  return isYes(row, 'initially_deferred') ? 'initially deferred' : 'initially immediate';
}

/** The standard knows all constraints as enforced that do not say otherwise. */
export const validityIn = (row: Row) =>
  nameIn(row, 'enforced') === 'NO' ? { validated: false, notEnforced: true as const } : { validated: true };
