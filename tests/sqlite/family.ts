import type { Catalog } from '../../src/model/catalog.ts';
import { type Definitions, table } from '../../src/model/definition.ts';
import type { CatalogObject, ObjectKind } from '../../src/model/objects.ts';

export const parent = table({
  name: 'parent',
  about: '',
  columns: { id: { type: 'text' }, other: { type: 'integer' } },
  primaryKey: ['id'],
});

export const child = table({
  name: 'child',
  about: '',
  columns: {
    id: { type: 'bigint' },
    key: { type: 'text' },
    flag: { type: 'boolean' },
    amount: { type: 'double' },
    parent_id: { type: 'text' },
    created_at: { type: 'bigint', default: { clock: 'epoch ms' } },
  },
  primaryKey: ['id'],
  uniques: [{ name: 'uq_child_key', columns: ['key', 'flag'] }],
  foreignKeys: [
    {
      columns: ['parent_id'],
      references: { table: 'parent', columns: ['id'] },
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ],
  indexes: [{ name: 'idx_child_flag', columns: ['flag'] }],
  content: { column: 'id', values: [1] },
});

/** Two tables that have a bit of everything. */
export const definitions: Definitions = {
  tables: [parent, child],
  functions: [],
  triggers: [],
  retired: [
    { kind: 'key', table: 'child', name: 'uq_old' },
    { kind: 'view', name: 'old_view' },
    { kind: 'table', name: 'old_table', holdsData: true },
  ],
};

/** The objects of one kind without what they have in common. */
export const objectsOf = (catalog: Catalog, kind: ObjectKind): readonly object[] =>
  [...catalog.values()].filter((object) => object.kind === kind).map(less);

const less = (object: CatalogObject): object => {
  const common = new Set([
    'kind',
    'schema',
    'table',
    'identity',
    'include',
    'nullsNotDistinct',
    'deferrable',
    'valid',
    'text',
  ]);
  const defaults: Readonly<Record<string, unknown>> = {
    collation: null,
    generated: null,
    match: 'SIMPLE',
    method: 'btree',
    persistence: 'permanent',
    referencedSchema: 'main',
    validated: true,
  };
  return Object.fromEntries(
    Object.entries(object).filter(
      ([field, value]) =>
        !common.has(field) && !(field in defaults && defaults[field] === value) && field !== 'position',
    ),
  );
};
