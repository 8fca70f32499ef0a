import type { Alter, ChangeOf } from '../../model/change.ts';
import type { ColumnDefinition, ColumnType, Default, TableDefinition } from '../../model/definition.ts';
import type { ColumnObject } from '../../model/objects.ts';
import type { RenderContext } from '../../model/dialect.ts';
import type { Hazard } from '../../model/hazard.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { collationOf, type LiveTable } from '../live-table.ts';
import { schema } from '../names.ts';
import type { TableParts } from '../parts.ts';
import { canonical, canonicalDefault, clock, constantText, isConstant, nameText } from '../text/canonical.ts';
import type { ParsedColumn } from '../text/parse.ts';
import { lossHazards } from '../retype.ts';
import { type KindModule, losesData, mayFail, noRights, type Spelling } from './draft.ts';
import { keyColumnName } from './key.ts';

export const column: KindModule<'column'> = {
  rows: () => `SELECT json_group_array(json_object('table', t.name, 'cid', c.cid, 'name', c.name, 'type', c.type,
  'notnull', c."notnull", 'dflt_value', c.dflt_value, 'pk', c.pk, 'hidden', c.hidden) ORDER BY t.name, c.cid)
FROM found AS t JOIN pragma_table_xinfo(t.name, 'main') AS c WHERE t.type = 'table' AND t.isLooked`,
  read: ({ tables }) => tables.flatMap(columnObjects),
  declare: ({ tables }) =>
    tables.flatMap((table) =>
      Object.entries(table.columns).map(([name, definition], i) => declared(table, name, definition, i + 1)),
    ),
  respell: (o, spelling) => ({
    ...o,
    table: spelling.name(o.table),
    name: spelling.column(o.table, o.name),
    generated: o.generated === null ? null : respeltGenerated(o.table, o.generated, spelling),
  }),
  write: { written: 'with its table', hazards },
  needs: noRights,
  // Nothing goes with a computed one. SQLite says itself what else still needs it.
  mend: (o) =>
    o.generated === null ? null : `ALTER TABLE ${quoteIdentifier(o.table)} DROP COLUMN ${quoteIdentifier(o.name)}`,
};

const columnObjects = ({ name: table, columns, names, textOf, parsed }: LiveTable): readonly ColumnObject[] =>
  columns.map((row) => {
    const text = textOf(row.name);
    return {
      kind: 'column',
      schema,
      table,
      name: row.name,
      // A strict table's ANY is what no type is elsewhere: there, ANY would make a number of a text.
      // https://www.sqlite.org/stricttables.html
      type: row.type === 'ANY' && parsed.options.includes('STRICT') ? '' : row.type,
      nullable: row.notnull === 0 && row.pk === 0,
      default: canonicalDefault(row.dflt_value),
      generated: text?.generated == null ? null : generatedText(text.generated, names),
      identity: null,
      collation: collationOf(text),
      ...(text?.onConflict == null ? {} : { onConflict: text.onConflict }),
      position: row.cid + 1,
    };
  });

const generatedText = (
  { expression, stored }: NonNullable<ParsedColumn['generated']>,
  names: LiveTable['names'],
): string => `(${canonical(expression, names)}) ${stored ? 'STORED' : 'VIRTUAL'}`;

const respeltGenerated = (table: string, generated: string, { expression }: Spelling): string =>
  generated.replace(/^\((.*)\)( \w+)$/s, (_, text: string, kind: string) => `(${expression(table, text)})${kind}`);

const declared = (
  { name: table, primaryKey }: TableDefinition,
  name: string,
  definition: ColumnDefinition,
  position: number,
): ColumnObject => ({
  kind: 'column',
  schema,
  table,
  name,
  type: declaredType(definition.type),
  nullable: definition.notNull !== true && !primaryKey.includes(name),
  default: definition.default === undefined ? null : declaredDefault(definition.default),
  generated: null,
  identity: null,
  collation: null,
  position,
});

const types = { text: 'TEXT', integer: 'INTEGER', bigint: 'INTEGER', double: 'REAL', boolean: 'BOOLEAN', json: 'TEXT' };

function declaredType(type: ColumnType): string {
  if (typeof type === 'string') return types[type];
  return 'varchar' in type ? 'TEXT' : 'NUMERIC';
}

function declaredDefault(value: Default): string | null {
  if ('clock' in value) return clock;
  if ('random' in value) return 'hex(randomblob(16))';
  if ('session' in value) return "''";
  if ('decimal' in value) return value.decimal;
  return value.value === null ? null : constantText(value.value);
}

/** A column in CREATE TABLE or ADD COLUMN. https://www.sqlite.org/lang_createtable.html */
export const columnClause = (o: ColumnObject): string =>
  [
    quoteIdentifier(o.name),
    typeText(o.type),
    o.collation === null ? '' : `COLLATE ${o.collation}`,
    o.nullable ? '' : 'NOT NULL',
    o.onConflict === undefined ? '' : `ON CONFLICT ${o.onConflict}`,
    o.default === null ? '' : `DEFAULT ${defaultText(o.default)}`,
    o.generated === null ? '' : `GENERATED ALWAYS AS ${o.generated}`,
  ]
    .filter((word) => word !== '')
    .join(' ');

/** Somebody's type may be any text: what is no plain words stands in quotes, which mean the same type. */
const typeText = (type: string): string =>
  type
    .replace(/ *\([\d+., -]*\)$/, '')
    .split(' ')
    .every((word) => word === '' || nameText(word) === word)
    ? type
    : quoteIdentifier(type);

const defaultText = (text: string): string => (isConstant(text) ? text : `(${text})`);

/**
 * Whether ADD COLUMN can make it: a constant default, and one that is there where NULL is not allowed.
 * https://www.sqlite.org/lang_altertable.html#alter_table_add_column
 */
export const canBeAdded = (o: ColumnObject): boolean =>
  (o.default === null ? o.nullable : isConstant(o.default)) &&
  (o.generated === null || o.generated.endsWith(' VIRTUAL'));

function hazards(change: ChangeOf<'column'>, context: RenderContext, before: TableParts): readonly Hazard[] {
  switch (change.type) {
    case 'create':
      return needsValue(change.to) ? missingValues(change.to, null, context) : [];
    case 'alter':
      return [...tightened(change, context), ...retyped(change, context, before), ...lossHazards(change, context)];
    case 'rename':
      return [];
    case 'drop':
      return losesData(context, change.from.table, `the values of ${nameOf(change.from)} are gone`);
  }
}

const needsValue = (o: ColumnObject): boolean => !o.nullable && o.default === null && o.generated === null;

function tightened({ from, to }: Alter<ColumnObject>, context: RenderContext): readonly Hazard[] {
  const query = `SELECT * FROM ${quoteIdentifier(to.table)} WHERE ${quoteIdentifier(to.name)} IS NULL`;
  return needsValue(to) && from.nullable ? missingValues(to, query, context) : [];
}

const missingValues = ({ table, name }: ColumnObject, query: string | null, context: RenderContext) =>
  mayFail(context, table, `rows of ${table} may have no ${name}, which needs a value`, query);

function retyped({ from, to }: Alter<ColumnObject>, context: RenderContext, { keys }: TableParts): readonly Hazard[] {
  const { table, name, type } = to;
  if (from.type === type || !keys.some((o) => o.columns.map(keyColumnName).includes(name))) return [];
  return mayFail(context, table, `values of ${nameOf(to)} may be equal as ${type}, or none of that type`, null);
}

const nameOf = ({ table, name }: ColumnObject): string => `${table}.${name}`;

/** What is copied into the column from a table that has it already: its default where NULL is no longer allowed. */
export function copied(o: ColumnObject, from: ColumnObject, wasKey: boolean): string {
  const name = quoteIdentifier(from.name);
  // A key that is no INTEGER may hold NULL in SQLite. https://www.sqlite.org/quirks.html#primary_keys_can_sometimes_contain_nulls
  const mayBeNull = from.nullable || wasKey;
  return o.nullable || o.default === null || !mayBeNull ? name : `coalesce(${name}, ${o.default})`;
}
