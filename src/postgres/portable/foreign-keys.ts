import type { Row } from '../../model/dialect.ts';
import { groupBy } from '../../model/group-by.ts';
import { idFor } from '../../model/kinds.ts';
import type { ForeignKeyObject, ObjectId, ReferentialAction } from '../../model/objects.ts';
import { type ColumnsOf, deferrableIn, validityIn } from './constraint-rows.ts';
import type { Reading, Source } from './reading.ts';
import { nameIn, numberIn, textIn } from './rows.ts';

/**
 * Foreign keys of the tables that are looked at. What one refers to is a key by its name: where it fits an index that
 * is none, or where two tables have foreign keys of one name that are not alike, nobody can say.
 * https://www.postgresql.org/docs/current/infoschema-referential-constraints.html
 */
export function readForeignKeys({ look, views, shown }: Source, rows: readonly Row[], columnsOf: ColumnsOf): Reading {
  const references = groupBy(views.referential_constraints, (row) => nameIn(row, 'constraint_name'));
  const objects: ForeignKeyObject[] = [];
  const unread: ObjectId[] = [];
  for (const row of rows) {
    const [table, name] = [nameIn(row, 'table_name'), nameIn(row, 'constraint_name')];
    const own = columnsOf(look.schema, table, name);
    const [reference, ...others] = differentRows(references.get(name) ?? []);
    const referenced =
      reference === undefined || others.length > 0 || !shown.withColumns.has(table)
        ? null
        : referenceOf(reference, own, columnsOf);
    const key = {
      kind: 'foreignKey' as const,
      schema: look.schema,
      table,
      name,
      columns: own.map(columnName),
      deferrable: deferrableIn(row),
      ...validityIn(row),
    };
    if (referenced === null) unread.push(idFor({ ...key, ...nothing }));
    else objects.push({ ...key, ...referenced });
  }
  return { objects, unread };
}

const differentRows = (rows: readonly Row[]): readonly Row[] => [
  ...new Map(rows.map((row) => [JSON.stringify(row), row])).values(),
];

const columnName = (row: Row): string => nameIn(row, 'column_name');

type Referenced = Pick<
  ForeignKeyObject,
  'referencedSchema' | 'referencedTable' | 'referencedColumns' | 'onUpdate' | 'onDelete' | 'match'
>;

/** For the id of a key of which no more is known. */
const nothing: Referenced = {
  referencedSchema: '',
  referencedTable: '',
  referencedColumns: [],
  onUpdate: 'NO ACTION',
  onDelete: 'NO ACTION',
  match: 'SIMPLE',
};

/** Null where the role is not shown all of it. */
function referenceOf(row: Row, own: readonly Row[], columnsOf: ColumnsOf): Referenced | null {
  const unique = textIn(row, 'unique_constraint_name');
  if (unique === null || own.length === 0) return null;
  const columns = columnsOf(nameIn(row, 'unique_constraint_schema'), null, unique);
  const places = own.map((column) => numberIn(column, 'position_in_unique_constraint') ?? 0);
  const referenced = places
    .map((place) => columns.find((column) => numberIn(column, 'ordinal_position') === place))
    .filter((column) => column !== undefined);
  const [first] = referenced;
  if (first === undefined || referenced.length !== own.length) return null;
  return {
    referencedSchema: nameIn(first, 'table_schema'),
    referencedTable: nameIn(first, 'table_name'),
    referencedColumns: referenced.map(columnName),
    onUpdate: actionIn(row, 'update_rule'),
    onDelete: actionIn(row, 'delete_rule'),
    match: matchIn(row),
  };
}

const actionIn = (row: Row, field: string): ReferentialAction => nameIn(row, field) as ReferentialAction;

/** The standard's word for the simple match. */
function matchIn(row: Row): ForeignKeyObject['match'] {
  const found = nameIn(row, 'match_option');
  return found === 'FULL' || found === 'PARTIAL' ? found : 'SIMPLE';
}
