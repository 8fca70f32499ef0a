import { type Catalog, catalogOf } from '../model/catalog.ts';
import type {
  ColumnDefinition,
  ColumnType,
  Default,
  Definitions,
  FunctionDefinition,
  IndexDefinition,
  Predicate,
  TableDefinition,
  TriggerDefinition,
} from '../model/definition.ts';
import type { DeclareOptions } from '../model/dialect.ts';
import { idOf } from '../model/kinds.ts';
import {
  type CatalogObject,
  type ColumnObject,
  type ForeignKeyObject,
  type FunctionObject,
  type GrantObject,
  type GrantTarget,
  grantTargets,
  type IndexObject,
  type KeyObject,
  type TriggerObject,
} from '../model/objects.ts';
import { identifierAsPrinted, quoteIdentifier, quoteLiteral } from '../sql/quote.ts';
import { type Flavour, postgresql } from './flavour.ts';

/** The declared catalog, every text of it spelt as PostgreSQL 14 to 18 print it. */
export function declare(all: Definitions, options: DeclareOptions, flavour: Flavour = postgresql): Catalog {
  const { schema, database, role } = options;
  const definitions = flavour.definitions(all);
  const objects: readonly CatalogObject[] = [
    { kind: 'database', name: database },
    { kind: 'schema', name: schema },
    ...definitions.tables.flatMap((table) => objectsOf(table, schema)),
    ...definitions.functions.map((definition) => functionObject(definition, schema)),
    ...definitions.triggers.map((definition) => triggerObject(definition, schema)),
    ...(role === null ? [] : grantTargets.map((on) => grantObject(on, schema, role))),
  ];
  return catalogOf(objects.map(flavour.object));
}

function objectsOf(table: TableDefinition, schema: string): readonly CatalogObject[] {
  const place = { schema, table: table.name };
  return [
    { kind: 'table', schema, name: table.name, persistence: 'permanent', options: [] },
    ...Object.entries(table.columns).map(([name, column], i) => columnObject(place, name, column, i + 1)),
    key(place, `${table.name}_pkey`, table.primaryKey, true),
    ...(table.uniques ?? []).map((u) =>
      key(place, u.name ?? defaultName(table.name, u.columns, 'key'), u.columns, false),
    ),
    ...(table.foreignKeys ?? []).map((f): ForeignKeyObject => ({
      kind: 'foreignKey',
      ...place,
      name: f.name ?? defaultName(table.name, f.columns, 'fkey'),
      columns: f.columns,
      referencedSchema: schema,
      referencedTable: f.references.table,
      referencedColumns: f.references.columns,
      onUpdate: f.onUpdate,
      onDelete: f.onDelete,
      match: 'SIMPLE',
      deferrable: 'no',
      validated: true,
    })),
    ...(table.indexes ?? []).map((index) => indexObject(place, index)),
    ...(table.content === undefined
      ? []
      : [
          {
            kind: 'version',
            ...place,
            column: table.content.column,
            values: table.content.values.map(String),
          } as const,
        ]),
  ];
}

interface Place {
  readonly schema: string;
  readonly table: string;
}

/** The name that PostgreSQL itself gives a constraint: `notifications_destination_uuid_fkey`. */
const defaultName = (table: string, columns: readonly string[], suffix: string): string =>
  [table, ...columns, suffix].join('_');

const columnObject = (place: Place, name: string, column: ColumnDefinition, position: number): ColumnObject => ({
  kind: 'column',
  ...place,
  name,
  position,
  type: typeText(column.type),
  nullable: column.notNull !== true,
  default: column.default === undefined ? null : defaultText(column.default, column.type),
  generated: null,
  identity: null,
  collation: null,
});

const key = (place: Place, name: string, columns: readonly string[], primary: boolean): KeyObject => ({
  kind: 'key',
  ...place,
  name,
  primary,
  columns,
  include: [],
  nullsNotDistinct: false,
  deferrable: 'no',
});

const indexObject = (place: Place, index: IndexDefinition): IndexObject => ({
  kind: 'index',
  ...place,
  name: index.name,
  method: index.method === 'inverted' ? 'gin' : 'btree',
  unique: index.unique === true,
  columns: index.columns.map((c) =>
    typeof c === 'string' ? identifierAsPrinted(c) : `${identifierAsPrinted(c.column)} DESC`,
  ),
  include: (index.include ?? []).map(identifierAsPrinted),
  predicate: index.where === undefined ? null : predicateText(index.where),
  nullsNotDistinct: false,
  valid: true,
});

const functionObject = (definition: FunctionDefinition, schema: string): FunctionObject => ({
  kind: 'function',
  schema,
  name: definition.name,
  signature: definition.arguments.map((a) => a.type).join(', '),
  arguments: definition.arguments
    .map((a) => `${identifierAsPrinted(a.name)} ${a.type}${a.default === undefined ? '' : ` DEFAULT ${a.default}`}`)
    .join(', '),
  returns: definition.returns,
  language: 'plpgsql',
  volatility: 'volatile',
  security: 'invoker',
  strict: false,
  settings: ['search_path=pg_catalog, pg_temp'],
  execution: 'everybody',
  body: definition.body(quoteIdentifier(schema)),
});

const triggerObject = (definition: TriggerDefinition, schema: string): TriggerObject => ({
  kind: 'trigger',
  schema,
  table: definition.table,
  name: definition.name,
  definition: `AFTER ${definition.after} FOR EACH ROW`,
  function: idOf.function(schema, definition.runs.name, ''),
  enabled: 'origin',
});

const grantObject = (on: GrantTarget, schema: string, role: string): GrantObject => ({
  kind: 'grant',
  schema,
  on,
  role,
  lacking: [],
});

function typeText(type: ColumnType): string {
  if (typeof type === 'object') {
    return 'varchar' in type ? `character varying(${type.varchar})` : `numeric(${type.numeric.join(',')})`;
  }
  return {
    text: 'text',
    integer: 'integer',
    bigint: 'bigint',
    double: 'double precision',
    boolean: 'boolean',
    json: 'jsonb',
  }[type];
}

function defaultText(value: Default, type: ColumnType): string {
  if ('clock' in value) return '((EXTRACT(epoch FROM now()) * 1000.0))::bigint';
  if ('random' in value) return value.cast ? '(gen_random_uuid())::text' : 'gen_random_uuid()';
  if ('session' in value) return 'CURRENT_USER';
  if ('decimal' in value) return value.decimal;
  return constantText(value.value, typeText(type));
}

/** PostgreSQL casts texts and NULL to the column's type, without its length, and prints numbers and booleans bare. */
const constantText = (value: string | number | boolean | null, type: string): string => {
  const cast = type.replace(/\(.*\)$/, '');
  if (value === null) return `NULL::${cast}`;
  return typeof value === 'string' ? `${quoteLiteral(value)}::${cast}` : String(value);
};

function predicateText(predicate: Predicate): string {
  if ('all' in predicate) return `(${predicate.all.map(predicateText).join(' AND ')})`;
  if ('isNull' in predicate) return `(${identifierAsPrinted(predicate.isNull)} IS NULL)`;
  if ('isNotNull' in predicate) return `(${identifierAsPrinted(predicate.isNotNull)} IS NOT NULL)`;
  if ('oneOf' in predicate) {
    const [column, values] = predicate.oneOf;
    const list = values.map((value) => constantText(value, 'text')).join(', ');
    return `(${identifierAsPrinted(column)} = ANY (ARRAY[${list}]))`;
  }
  const [column, value] = predicate.equals;
  return `(${identifierAsPrinted(column)} = ${constantText(value, 'text')})`;
}
