import { type Objects, checkDanger, columnDanger, foreignKeyDanger, indexDanger, keyDanger } from './danger.ts';
import type { CatalogObject, ObjectId, ObjectKind, ObjectOf } from './objects.ts';

/** All that sets one kind apart for the planner, which itself names none. */
export interface KindTraits<O> {
  /** How a reader calls it. */
  readonly label: string;
  /** What an object is, and its name, where its kind is many things; elsewhere the label and the id say it. */
  readonly called?: (object: O) => readonly [what: string, name: string];
  /** Creates run by rising rank, drops by falling rank; from 1000 on creates run behind the drops. */
  readonly rank: number;
  /** The names that make its id, the schema first where it has one. */
  readonly path: (object: O) => readonly string[];
  /** Fields that say which object it is, and are no part of its definition. */
  readonly identity: readonly (keyof O)[];
  /** What it stands in and goes down with; null for what must be dropped by itself, as tables before their schema. */
  readonly parent: (object: O) => ObjectId | null;
  /** What must be there before it; ids that are in no catalog are no condition. */
  readonly requires: (object: O) => readonly ObjectId[];
  /** Names and places that no other object may have at the same time. */
  readonly occupies: (object: O) => readonly string[];
  /** It holds on to what it reads, so that it goes before anything is altered. */
  readonly clings?: boolean;
  /** Drops of its own kind run by falling number; without it all are alike. */
  readonly depth?: (object: O) => number;
  /**
   * `work`: no thing but something to be done, whose drop is the doing of it and takes nothing away. `dependent`:
   * somebody else's, and would not survive the drop of ours.
   */
  readonly role?: 'work' | 'dependent';
  /** The field that is true once it is finished, for what an interrupted run can leave unfinished. */
  readonly completion?: keyof O;
  /** Objects that may not be loosened while it is there: a primary key keeps its columns from taking NULL. */
  readonly holds?: (object: O) => readonly ObjectId[];
  /** Whether it becomes something that what holds it forbids. */
  readonly loosens?: (from: O, to: O) => boolean;
  /** Whether a release of the runtime makes it by itself. Databases, schemas and grants are the operator's, rows no structure. */
  readonly isRecorded: boolean;
  /** How somebody else's can break the runtime, and which of its writes; null where it cannot. */
  readonly danger: (object: O, declared: Objects) => string | null;
  /** Equal but for the name means rename. Never where a stranger's object can look alike, as two columns do. */
  readonly renames: boolean;
}

const plain = /^[A-Za-z_][A-Za-z0-9_$]*$/;
const part = (name: string): string => (plain.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
const make = (kind: ObjectKind, path: readonly string[]): ObjectId => `${kind}:${path.map(part).join('.')}` as ObjectId;

/** Ids of objects known by name only. */
export const idOf = {
  schema: (schema: string) => make('schema', [schema]),
  table: (schema: string, table: string) => make('table', [schema, table]),
  column: (schema: string, table: string, name: string) => make('column', [schema, table, name]),
  function: (schema: string, name: string, signature: string) =>
    `${make('function', [schema, name])}(${signature})` as ObjectId,
};

interface Named {
  readonly schema: string;
  readonly name: string;
}
interface InTable extends Named {
  readonly table: string;
}

const relation = (o: Named): string => `relation ${part(o.schema)}.${part(o.name)}`;
const primaryKey = (o: InTable): string => `primary key ${part(o.schema)}.${part(o.table)}`;
const constraint = (o: InTable): string => `constraint ${part(o.schema)}.${part(o.table)}.${part(o.name)}`;

/** A function, a procedure and an aggregate of one signature cannot stand beside each other. */
const routine = (schema: string, signature: string): string => `routine ${part(schema)}.${signature}`;

const placeOf = ({ schema, relation: table }: ObjectOf<'influence'>): ObjectId =>
  table === null ? idOf.schema(schema) : idOf.table(schema, table);

/** An index column is engine text: an expression, or a name, quoted where it must be, and what follows it. */
const indexColumn = /^(?:"((?:[^"]|"")+)"|([^\s"(]+))(?: |$)/;

const indexColumnIds = ({ schema, table, columns, include }: ObjectOf<'index'>): readonly ObjectId[] =>
  [...columns, ...include].flatMap((text) => {
    const [, quoted, bare] = indexColumn.exec(text) ?? [];
    const name = quoted?.replaceAll('""', '"') ?? bare;
    return name === undefined ? [] : [idOf.column(schema, table, name)];
  });

/** A key column is a name; on SQLite a collation and an order may follow it. */
const keyColumnIds = ({ schema, table, columns, include }: ObjectOf<'key'>): readonly ObjectId[] =>
  [...columns, ...include].map((text) => idOf.column(schema, table, text.replace(/(?: COLLATE \S+)?(?: DESC)?$/, '')));

const columnIds = (schema: string, table: string, columns: readonly string[]): readonly ObjectId[] =>
  columns.map((column) => idOf.column(schema, table, column));

const harmless = (): null => null;
const topLevel = {
  parent: () => null,
  requires: () => [],
  occupies: () => [],
  isRecorded: false,
  danger: harmless,
  renames: false,
} as const;

const inSchema = {
  path: (o: Named) => [o.schema, o.name],
  identity: ['schema', 'name'] as const,
  parent: () => null,
  requires: (o: Named) => [idOf.schema(o.schema)],
  isRecorded: true,
  danger: harmless,
  renames: false,
};

const inTable = {
  path: (o: InTable) => [o.schema, o.table, o.name],
  identity: ['schema', 'table', 'name'] as const,
  parent: (o: InTable) => idOf.table(o.schema, o.table),
  requires: (o: InTable) => [idOf.table(o.schema, o.table)],
  isRecorded: true,
};

type Rows = Pick<InTable, 'schema' | 'table'>;

/** What is said of the rows of a table. */
const ofRows = {
  path: (o: Rows) => [o.schema, o.table],
  identity: ['schema', 'table'] as const,
  parent: (o: Rows) => idOf.table(o.schema, o.table),
  requires: (o: Rows) => [idOf.table(o.schema, o.table)],
  occupies: () => [],
  isRecorded: false,
  danger: harmless,
  renames: false,
};

export const kinds: { readonly [K in ObjectKind]: KindTraits<ObjectOf<K>> } = {
  database: { ...topLevel, label: 'database', rank: 0, path: (o) => [o.name], identity: ['name'] },
  schema: { ...topLevel, label: 'schema', rank: 1, path: (o) => [o.name], identity: ['name'] },
  table: { ...inSchema, label: 'table', rank: 2, occupies: (o) => [relation(o)] },
  column: {
    ...inTable,
    label: 'column',
    rank: 3,
    // What a domain says goes with the type, which is compared; how far a sequence is, is no structure.
    identity: [...inTable.identity, 'position', 'domain', 'sequence'],
    occupies: () => [],
    danger: columnDanger,
    renames: false,
    loosens: (from, to) => !from.nullable && to.nullable,
  },
  key: {
    ...inTable,
    label: 'key',
    rank: 4,
    requires: (o) => [...inTable.requires(o), ...keyColumnIds(o)],
    occupies: (o) => [relation(o), constraint(o), ...(o.primary ? [primaryKey(o)] : [])],
    holds: (o) => (o.primary ? keyColumnIds(o) : []),
    danger: keyDanger,
    renames: true,
  },
  check: {
    ...inTable,
    label: 'check',
    rank: 5,
    occupies: (o) => [constraint(o)],
    completion: 'validated',
    danger: checkDanger,
    renames: true,
  },
  index: {
    ...inTable,
    label: 'index',
    rank: 6,
    identity: [...inTable.identity, 'text'],
    requires: (o) => [...inTable.requires(o), ...indexColumnIds(o)],
    occupies: (o) => [relation(o)],
    completion: 'valid',
    danger: indexDanger,
    renames: true,
  },
  foreignKey: {
    ...inTable,
    label: 'foreign key',
    rank: 7,
    // A key of somebody else's table is looked at for what it refers to.
    parent: (o) =>
      o.incoming === undefined ? idOf.table(o.schema, o.table) : idOf.table(o.referencedSchema, o.referencedTable),
    requires: (o) => [
      ...inTable.requires(o),
      ...columnIds(o.schema, o.table, o.columns),
      idOf.table(o.referencedSchema, o.referencedTable),
      ...columnIds(o.referencedSchema, o.referencedTable, o.referencedColumns),
    ],
    occupies: (o) => [constraint(o)],
    completion: 'validated',
    danger: foreignKeyDanger,
    renames: true,
  },
  view: { ...inSchema, label: 'view', rank: 8, occupies: (o) => [relation(o)], clings: true },
  function: {
    ...inSchema,
    label: 'function',
    rank: 9,
    identity: ['schema', 'name', 'signature'],
    occupies: (o) => [routine(o.schema, `${o.name}(${o.signature})`)],
  },
  trigger: {
    ...inTable,
    label: 'trigger',
    rank: 10,
    requires: (o) => [...inTable.requires(o), ...(o.function === null ? [] : [o.function])],
    occupies: () => [],
    danger: (o) => (o.enabled === 'disabled' ? null : 'it runs inside the statements of the runtime'),
    renames: false,
  },
  grant: {
    label: 'grant',
    rank: 11,
    path: (o) => [o.schema, o.on, o.role],
    identity: ['schema', 'on', 'role', 'shared'],
    parent: (o) => idOf.schema(o.schema),
    requires: (o) => [idOf.schema(o.schema)],
    occupies: () => [],
    isRecorded: false,
    danger: harmless,
    renames: false,
  },
  backlog: { ...ofRows, label: 'rows to copy from', role: 'work', rank: 12 },

  rows: { ...ofRows, label: 'rows of', role: 'work', rank: 12 },
  dependent: {
    ...topLevel,
    label: 'dependent object',
    role: 'dependent',
    rank: 13,
    path: (o) => [o.name],
    identity: ['name'],
    clings: true,
    depth: (o) => o.depth,
  },
  influence: {
    ...topLevel,
    label: 'influence',
    rank: 14,
    path: (o) => [o.schema, ...(o.relation === null ? [] : [o.relation]), o.what, o.name],
    identity: ['schema', 'relation', 'what', 'name'],
    parent: placeOf,
    requires: (o) => [placeOf(o)],
    called: (o) => [o.what, `${part(o.schema)}.${o.name}`],
    occupies: (o) => (o.what === 'routine' ? [routine(o.schema, o.name)] : []),
    danger: (o) => o.danger,
  },
  version: {
    ...ofRows,
    label: 'version',
    rank: 1000,
    requires: (o) => [idOf.table(o.schema, o.table), idOf.column(o.schema, o.table, o.column)],
  },
};

/** The traits of an object's kind. The one place where the tie between an object and its kind is asserted. */
export const traitsOf = (object: CatalogObject): KindTraits<CatalogObject> =>
  kinds[object.kind] as unknown as KindTraits<CatalogObject>;

/**
 * What is made from an object and never changes with it, since no object changes: each text is asked for several times,
 * by everything that compares.
 */
function remembered(text: (object: CatalogObject) => string): (object: CatalogObject) => string {
  const texts = new WeakMap<CatalogObject, string>();
  return (object) => {
    const known = texts.get(object);
    if (known !== undefined) return known;
    const made = text(object);
    texts.set(object, made);
    return made;
  };
}

/** The object's name-based id. */
export const idFor = remembered((object) => {
  const id = make(object.kind, traitsOf(object).path(object));
  return 'signature' in object ? `${id}(${object.signature})` : id;
}) as (object: CatalogObject) => ObjectId;

/** The fields that define the object, without those that only say which one it is, sorted by name. */
export function definitionOf(object: CatalogObject): readonly (readonly [field: string, value: unknown])[] {
  const identity: readonly string[] = traitsOf(object).identity;
  return Object.entries(object)
    .filter(([field]) => field !== 'kind' && !identity.includes(field))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Canonical text of the definition: two objects are equal but for their names when these texts are equal. */
export const definitionText = remembered((object) => JSON.stringify(definitionOf(object)));
