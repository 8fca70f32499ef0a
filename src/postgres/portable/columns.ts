import type { Row } from '../../model/dialect.ts';
import { idFor } from '../../model/kinds.ts';
import type { ColumnObject, TableObject, ViewObject } from '../../model/objects.ts';
import type { Reading, Source } from './reading.ts';
import { isTable, isYes, nameIn, numberIn, textIn } from './rows.ts';
import { qualifiedName, typeIn } from './type-text.ts';

/**
 * Tables, views and columns.
 * https://www.postgresql.org/docs/current/infoschema-columns.html
 */
export function readRelations({ look, views }: Source): Reading {
  const { schema } = look;
  const definitions = new Map(views.views.map((row) => [nameIn(row, 'table_name'), textIn(row, 'view_definition')]));
  const tables = views.tables.filter(isTable).map((row) => tableOf(row, schema));
  const found = views.tables.filter((row) => !isTable(row));
  const shown = found.map((row) => viewOf(nameIn(row, 'table_name'), schema, definitions));
  const names = new Set(tables.map(({ name }) => name));
  const columns = views.columns
    .filter((row) => names.has(nameIn(row, 'table_name')))
    .map((row) => columnOf(row, schema));
  return {
    objects: [...tables, ...shown.map(({ view }) => view), ...columns.map(({ column }) => column)],
    unseenFields: [
      ...shown.flatMap(({ view, isWhole }) => (isWhole ? [] : [[idFor(view), ['definition']] as const])),
      ...columns.flatMap(({ column, ofDomain }) =>
        ofDomain ? [[idFor(column), ['nullable', 'collation']] as const] : [],
      ),
    ],
  };
}

const tableOf = (row: Row, schema: string): TableObject => ({
  kind: 'table',
  schema,
  name: nameIn(row, 'table_name'),
  persistence: 'permanent',
  options: nameIn(row, 'table_type').startsWith('FOREIGN') ? ['FOREIGN'] : [],
});

/** Only its owner is told what a view shows. */
function viewOf(name: string, schema: string, definitions: ReadonlyMap<string, string | null>) {
  const definition = definitions.get(name) ?? null;
  const view: ViewObject = { kind: 'view', schema, name, materialized: false, definition: definition ?? '' };
  return { view, isWhole: definition !== null };
}

/** A domain's own NOT NULL and collation are said of the column too. */
function columnOf(row: Row, schema: string) {
  const isGenerated = nameIn(row, 'is_generated') === 'ALWAYS';
  const ofDomain = textIn(row, 'domain_name') !== null;
  const column: ColumnObject = {
    kind: 'column',
    schema,
    table: nameIn(row, 'table_name'),
    name: nameIn(row, 'column_name'),
    position: numberIn(row, 'ordinal_position') ?? 0,
    type: typeIn(row),
    nullable: isYes(row, 'is_nullable'),
    default: isGenerated ? null : textIn(row, 'column_default'),
    // That it is stored is the older way, and not told from the other.
    generated: isGenerated ? `(${textIn(row, 'generation_expression') ?? ''}) STORED` : null,
    identity: identityIn(row),
    collation: ofDomain ? null : collationIn(row),
  };
  return { column, ofDomain };
}

function identityIn(row: Row): ColumnObject['identity'] {
  if (!isYes(row, 'is_identity')) return null;
  return nameIn(row, 'identity_generation') === 'ALWAYS' ? 'always' : 'by default';
}

/** The type `name` has a collation of its own, which is said of each column. */
function collationIn(row: Row): string | null {
  const name = textIn(row, 'collation_name');
  if (name === null || (name === 'C' && nameIn(row, 'data_type') === 'name')) return null;
  return qualifiedName(textIn(row, 'collation_schema'), name);
}
