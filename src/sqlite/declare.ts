import { type Catalog, catalogOf } from '../model/catalog.ts';
import type {
  ColumnDefinition,
  ColumnType,
  Default,
  Definitions,
  IndexDefinition,
  Predicate,
  TableDefinition,
} from '../model/definition.ts';
import type { DeclareOptions } from '../model/dialect.ts';
import type {
  CatalogObject,
  ColumnObject,
  ForeignKeyObject,
  IndexObject,
  KeyObject,
  VersionObject,
} from '../model/objects.ts';
import { quoteSqliteText } from '../sql/quote.ts';
import { clock, nameText } from './text/canonical.ts';
import { conventional, schema } from './names.ts';

/** The declared catalog. Functions, their triggers and roles are none of SQLite's. */
export const declare = (definitions: Definitions, { database }: Pick<DeclareOptions, 'database'>): Catalog =>
  catalogOf([{ kind: 'database', name: database }, ...definitions.tables.flatMap(tableObjects)]);

function tableObjects(table: TableDefinition): readonly CatalogObject[] {
  return [
    { kind: 'table', schema, name: table.name, persistence: 'permanent', options: [] },
    ...Object.entries(table.columns).map(([name, column], i) => columnObject(table, name, column, i + 1)),
    ...keyObjects(table),
    ...foreignKeyObjects(table),
    ...(table.indexes ?? []).filter(({ method }) => method !== 'inverted').map((index) => indexObject(table, index)),
    ...versionObjects(table),
  ];
}

const columnObject = (
  table: TableDefinition,
  name: string,
  column: ColumnDefinition,
  position: number,
): ColumnObject => ({
  kind: 'column',
  schema,
  table: table.name,
  name,
  type: typeText(column.type),
  nullable: column.notNull !== true && !table.primaryKey.includes(name),
  default: column.default === undefined ? null : defaultText(column.default),
  generated: null,
  identity: null,
  collation: null,
  position,
});

const keyObject = (table: string, name: string, columns: readonly string[], primary: boolean): KeyObject => ({
  kind: 'key',
  schema,
  table,
  name,
  primary,
  columns,
  include: [],
  nullsNotDistinct: false,
  deferrable: 'no',
});

const keyObjects = ({ name, primaryKey, uniques = [] }: TableDefinition): readonly KeyObject[] => [
  keyObject(name, conventional.primaryKey(name), primaryKey, true),
  ...uniques.map((unique) =>
    keyObject(name, unique.name ?? conventional.unique(name, unique.columns), unique.columns, false),
  ),
];

const foreignKeyObjects = ({ name: table, foreignKeys = [] }: TableDefinition): readonly ForeignKeyObject[] =>
  foreignKeys.map(({ name, columns, references, onUpdate, onDelete }) => ({
    kind: 'foreignKey',
    schema,
    table,
    name: name ?? conventional.foreignKey(table, columns),
    columns,
    referencedSchema: schema,
    referencedTable: references.table,
    referencedColumns: references.columns,
    onUpdate,
    onDelete,
    match: 'SIMPLE',
    deferrable: 'no',
    validated: true,
  }));

const indexObject = (table: TableDefinition, index: IndexDefinition): IndexObject => ({
  kind: 'index',
  schema,
  table: table.name,
  name: index.name,
  method: 'btree',
  unique: index.unique === true,
  columns: [
    ...index.columns.map((c) => (typeof c === 'string' ? nameText(c) : `${nameText(c.column)} DESC`)),
    ...(index.include ?? []).map(nameText),
  ],
  include: [],
  predicate: index.where === undefined ? null : predicateText(index.where),
  nullsNotDistinct: false,
  valid: true,
});

const versionObjects = ({ name, content }: TableDefinition): readonly VersionObject[] =>
  content === undefined
    ? []
    : [
        {
          kind: 'version',
          schema,
          table: name,
          column: content.column,
          values: content.values.map(String).toSorted(),
        },
      ];

const types = { text: 'TEXT', integer: 'INTEGER', bigint: 'INTEGER', double: 'REAL', boolean: 'BOOLEAN', json: 'TEXT' };

function typeText(type: ColumnType): string {
  if (typeof type === 'string') return types[type];
  return 'varchar' in type ? 'TEXT' : 'NUMERIC';
}

function defaultText(value: Default): string | null {
  if ('clock' in value) return clock;
  if ('random' in value) return 'hex(randomblob(16))';
  if ('session' in value) return "''";
  if ('decimal' in value) return value.decimal;
  return value.value === null ? null : constantText(value.value);
}

const constantText = (value: string | number | boolean): string =>
  typeof value === 'string' ? quoteSqliteText(value) : String(value).toUpperCase();

function predicateText(predicate: Predicate): string {
  if ('all' in predicate) return predicate.all.map(predicateText).join(' AND ');
  if ('isNull' in predicate) return `${nameText(predicate.isNull)} IS NULL`;
  if ('isNotNull' in predicate) return `${nameText(predicate.isNotNull)} IS NOT NULL`;
  if ('equals' in predicate) return `${nameText(predicate.equals[0])} = ${constantText(predicate.equals[1])}`;
  const [column, values] = predicate.oneOf;
  return `${nameText(column)} IN (${values.map(constantText).join(', ')})`;
}
