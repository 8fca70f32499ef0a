import type { CatalogObject, ObjectKind, ObjectOf } from '../../model/objects.ts';
import { index } from './index.ts';
import type { KindRule } from './rule.ts';
import { version } from './version.ts';
import { trigger, view } from './view.ts';

const inItsTable = { written: 'in its table' } as const;
const withTheFile = { written: 'with the file' } as const;

const foreign = (kind: ObjectKind) => (): never => {
  throw new Error(`SQLite has no ${kind}, so no catalog of it can hold one`);
};

const unknownToSqlite = (kind: ObjectKind) =>
  ({ written: 'by itself', create: foreign(kind), drop: foreign(kind) }) as const;

const rules: { readonly [K in ObjectKind]: KindRule<ObjectOf<K>> } = {
  database: withTheFile,
  schema: withTheFile,
  table: inItsTable,
  column: inItsTable,
  key: inItsTable,
  check: inItsTable,
  foreignKey: inItsTable,
  index,
  trigger,
  view,
  version,
  function: unknownToSqlite('function'),
  grant: unknownToSqlite('grant'),
  // No release kept inputs in a table of their own on SQLite before it had today's.
  backlog: unknownToSqlite('backlog'),
};

/** The rule of an object's kind. The one place where the tie between an object and its kind is asserted here. */
export const ruleOf = (object: CatalogObject): KindRule<CatalogObject> =>
  rules[object.kind] as unknown as KindRule<CatalogObject>;
