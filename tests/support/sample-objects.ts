import type { Catalog } from '../../src/model/catalog.ts';
import type { RetiredDefinition } from '../../src/model/definition.ts';
import { idOf } from '../../src/model/kinds.ts';
import type {
  CatalogObject,
  CheckObject,
  ColumnObject,
  ForeignKeyObject,
  FunctionObject,
  IndexObject,
  KeyObject,
  ObjectKind,
  ObjectOf,
  TriggerObject,
} from '../../src/model/objects.ts';

/** Names that nobody declares and that are hard to write. */
export const strangeNames = [
  'a_stranger',
  'My "odd" index',
  'a.b',
  '$$',
  "$'",
  '%s',
  "it's",
  'back\\slash',
  ' blank ',
  'größe_名前_😀',
  'é'.repeat(31),
] as const;

export const aColumn: ColumnObject = {
  kind: 'column',
  schema: '',
  table: '',
  name: '',
  position: 99,
  type: 'text',
  nullable: true,
  default: null,
  generated: null,
  identity: null,
  collation: null,
};

export const aKey: KeyObject = {
  kind: 'key',
  schema: '',
  table: '',
  name: '',
  primary: false,
  columns: [],
  include: [],
  nullsNotDistinct: false,
  deferrable: 'no',
};

export const aCheck: CheckObject = {
  kind: 'check',
  schema: '',
  table: '',
  name: '',
  expression: '(1 = 1)',
  validated: true,
};

export const anIndex: IndexObject = {
  kind: 'index',
  schema: '',
  table: '',
  name: '',
  method: 'btree',
  unique: false,
  columns: [],
  include: [],
  predicate: null,
  nullsNotDistinct: false,
  valid: true,
};

export const aForeignKey: ForeignKeyObject = {
  kind: 'foreignKey',
  schema: '',
  table: '',
  name: '',
  columns: [],
  referencedSchema: '',
  referencedTable: 'workflow_status',
  referencedColumns: ['workflow_uuid'],
  onUpdate: 'CASCADE',
  onDelete: 'CASCADE',
  match: 'SIMPLE',
  deferrable: 'no',
  validated: true,
};

export const aFunction: FunctionObject = {
  kind: 'function',
  schema: '',
  name: '',
  signature: 'integer',
  arguments: 'integer',
  returns: 'integer',
  language: 'sql',
  volatility: 'volatile',
  security: 'invoker',
  strict: false,
  settings: [],
  execution: 'everybody',
  body: 'SELECT $1',
};

export const aTrigger: TriggerObject = {
  kind: 'trigger',
  schema: '',
  table: '',
  name: '',
  definition: 'AFTER INSERT FOR EACH ROW',
  function: null,
  enabled: 'origin',
};

export const schemaOf = (catalog: Catalog): string =>
  [...catalog.values()].flatMap((o) => (o.kind === 'schema' ? [o.name] : []))[0] ?? '';

const columnsOf = (catalog: Catalog, table: string): readonly string[] =>
  [...catalog.values()].flatMap((o) => (o.kind === 'column' && o.table === table ? [o.name] : []));

const isText = (catalog: Catalog, table: string, columns: readonly string[]): boolean =>
  [...catalog.values()].some(
    (o) => o.kind === 'column' && o.table === table && columns.includes(o.name) && o.type === 'text',
  );

const isTable = (o: CatalogObject): o is ObjectOf<'table'> => o.kind === 'table';

/** An object that the retired definition names. */
export function retiredObjects(
  { kind, table = '', name }: RetiredDefinition,
  catalog: Catalog,
): readonly CatalogObject[] {
  const schema = schemaOf(catalog);
  const place = { schema, table, name };
  const columns = columnsOf(catalog, table).slice(0, 2);
  const uuid = columnsOf(catalog, table).find((column) => column.endsWith('_uuid')) ?? '';
  const objects: { readonly [K in ObjectKind]?: () => readonly CatalogObject[] } = {
    index: () => [{ ...anIndex, ...place, columns }],
    key: () => [{ ...aKey, ...place, columns }],
    foreignKey: () => [{ ...aForeignKey, ...place, columns: [uuid], referencedSchema: schema }],
    trigger: () => [{ ...aTrigger, ...place, function: idOf.function(schema, 'notifications_function', '') }],
    function: () => [{ ...aFunction, schema, name }],
    view: () => [{ kind: 'view', schema, name, materialized: false, definition: ' SELECT 1 AS one;' }],
    table: () => tableWithColumn(schema, name),
  };
  return objects[kind]?.() ?? [];
}

const tableWithColumn = (schema: string, name: string): readonly CatalogObject[] => [
  { kind: 'table', schema, name, persistence: 'permanent', options: [] },
  { ...aColumn, schema, table: name, name: 'a' },
];

/** What an older release left to be copied. */
export const aBacklog: ObjectOf<'backlog'> = {
  kind: 'backlog',
  schema: '',
  table: 'workflow_inputs',
  into: 'workflow_input',
  columns: ['workflow_uuid', 'inputs'],
  fills: [{ table: 'workflow_status', columns: ['workflow_uuid', 'inputs'] }],
};

/** Somebody's objects in our tables and beside them. */
export function strangers(catalog: Catalog): readonly CatalogObject[] {
  const schema = schemaOf(catalog);
  const nameFor = (i: number): string => strangeNames[i % strangeNames.length] ?? '';
  return [
    ...[...catalog.values()].filter(isTable).flatMap(({ name: table }, i): readonly CatalogObject[] => {
      const place = { schema, table, name: nameFor(i) };
      const columns = columnsOf(catalog, table).slice(0, 1);
      return [
        { ...aColumn, ...place },
        { ...anIndex, ...place, columns: columns.map((column) => `${column} DESC`) },
        { ...aKey, ...place, name: `${table}_uq`, columns },
        { ...aCheck, ...place },
        ...(isText(catalog, table, columns)
          ? [
              {
                ...aForeignKey,
                ...place,
                name: `${table}_fk`,
                columns,
                referencedSchema: schema,
                onDelete: 'SET NULL',
              } as const,
            ]
          : []),
        {
          ...aTrigger,
          ...place,
          definition: 'AFTER TRUNCATE FOR EACH STATEMENT',
          function: idOf.function(schema, 'notifications_function', ''),
        },
      ];
    }),
    { kind: 'view', schema, name: 'a view', materialized: false, definition: ' SELECT 1 AS one;' },
    { ...aFunction, schema, name: 'a function' },
    ...tableWithColumn(schema, 'a table'),
  ];
}
