import { catalogOf } from '../../src/model/catalog.ts';
import type { Change } from '../../src/model/change.ts';
import type { RetiredDefinition } from '../../src/model/definition.ts';
import type { DialectName } from '../../src/model/dialect.ts';
import type { Facts } from '../../src/model/facts.ts';
import type { Hazard } from '../../src/model/hazard.ts';
import { idFor } from '../../src/model/kinds.ts';
import type {
  CatalogObject,
  ColumnObject,
  ForeignKeyObject,
  IndexObject,
  KeyObject,
  ObjectId,
  TableObject,
  TriggerObject,
} from '../../src/model/objects.ts';
import type { Lock, Plan, Statement } from '../../src/model/plan.ts';
import { plan } from '../../src/planner/plan.ts';
import { segmentsOf } from '../../src/planner/segments.ts';
import { tellApart } from '../../src/planner/unmanaged.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { aColumn, aForeignKey, aKey, anIndex, aTrigger } from '../support/sample-objects.ts';

/** Objects of a table, in the schema `dbos` unless another is given. */
export function inTable(table: string, schema = 'dbos') {
  const place = { schema, table } as const;
  return {
    table: (more: Partial<TableObject> = {}): TableObject => ({
      kind: 'table',
      schema,
      name: table,
      persistence: 'permanent',
      options: [],
      ...more,
    }),
    column: (name: string, more: Partial<ColumnObject> = {}): ColumnObject => ({ ...aColumn, ...place, name, ...more }),
    key: (name: string, columns: readonly string[], more: Partial<KeyObject> = {}): KeyObject => ({
      ...aKey,
      ...place,
      name,
      columns,
      ...more,
    }),
    index: (name: string, columns: readonly string[], more: Partial<IndexObject> = {}): IndexObject => ({
      ...anIndex,
      ...place,
      name,
      columns,
      ...more,
    }),
    foreignKey: (name: string, columns: readonly string[]): ForeignKeyObject => ({
      ...aForeignKey,
      ...place,
      name,
      columns,
      referencedSchema: schema,
    }),
    trigger: (name: string, runs: ObjectId | null): TriggerObject => ({ ...aTrigger, ...place, name, function: runs }),
    version: (values: readonly string[]): CatalogObject => ({ kind: 'version', ...place, column: 'version', values }),
  } as const;
}

const orders = inTable('orders');
const lines = inTable('lines');
const id = (text: string): ObjectId => text as ObjectId;

/** A table of two columns, an altered one, a renamed index, and one that goes. */
export const changes: readonly Change[] = [
  { type: 'create', id: id('table:dbos.lines'), to: lines.table() },
  { type: 'create', id: id('column:dbos.lines.id'), to: lines.column('id', { nullable: false }) },
  { type: 'create', id: id('column:dbos.lines.text'), to: lines.column('text') },
  {
    type: 'alter',
    id: id('column:dbos.orders.owner'),
    from: orders.column('owner', { type: 'character varying(40)' }),
    to: orders.column('owner', { default: "'nobody'::text" }),
  },
  {
    type: 'rename',
    id: id('index:dbos.orders.by_owner'),
    from: orders.index('old', ['owner']),
    to: orders.index('by_owner', ['owner']),
  },
  { type: 'drop', id: id('index:dbos.orders.gone'), from: orders.index('gone', ['id DESC']) },
];

export const locks = (mode: string, ...relations: readonly string[]): readonly Lock[] =>
  relations.map((relation) => ({ relation, mode }));

/** A statement that makes changes, in one transaction with its neighbours unless more is said. */
export const statement = (
  sql: string,
  objects: readonly (ObjectId | CatalogObject)[],
  more: Partial<Statement> = {},
): Statement => ({
  sql,
  objects: objects.map((object) => (typeof object === 'string' ? object : idFor(object))),
  commits: 'with others',
  on: 'database',
  locks: [],
  scans: [],
  rewrites: [],
  rows: 0,
  bytes: 0,
  hazards: [],
  ...more,
});

export const hazard = (name: Hazard['name'], why: string, instead: string | null = null): Hazard => ({
  name,
  why,
  instead,
});

export const statements: readonly Statement[] = [
  statement('CREATE TABLE lines (\n  id text NOT NULL,\n  text text\n)', [
    id('table:dbos.lines'),
    id('column:dbos.lines.id'),
    id('column:dbos.lines.text'),
  ]),
  statement('ALTER TABLE orders ALTER COLUMN owner TYPE text', [id('column:dbos.orders.owner')], {
    locks: locks('ACCESS EXCLUSIVE', 'dbos.orders'),
  }),
  statement("ALTER TABLE orders ALTER COLUMN owner SET DEFAULT 'nobody'", [id('column:dbos.orders.owner')], {
    locks: locks('ACCESS EXCLUSIVE', 'dbos.orders'),
  }),
  statement('ALTER INDEX old RENAME TO by_owner', [id('index:dbos.orders.by_owner')], {
    locks: locks('SHARE UPDATE EXCLUSIVE', 'dbos.old'),
  }),
  statement('DROP INDEX CONCURRENTLY gone', [id('index:dbos.orders.gone')], {
    commits: 'no transaction',
    locks: locks('SHARE UPDATE EXCLUSIVE', 'dbos.orders', 'dbos.gone'),
  }),
];

/** A plan of these statements. */
export const planOf = (
  more: Partial<Omit<Plan, 'segments'>> & { readonly statements?: readonly Statement[] } = {},
): Plan => {
  const { statements: own = statements, ...rest } = more;
  return { basis: 'b', goal: 'g', changes, segments: segmentsOf(own), unmanaged: [], ...rest };
};

export const viewOf = (more: Partial<DatabaseView> = {}): DatabaseView => ({
  title: 'System database',
  dialect: 'postgres',
  url: 'postgresql://admin:***@db/prod_dbos',
  database: 'prod_dbos',
  schema: 'dbos',
  server: 'PostgreSQL 16.4',
  plan: planOf(),
  facts: new Map(),
  ahead: null,
  found: null,
  retired: [],
  unmanaged: [],
  foreign: [],
  unread: [],
  obstacles: [],
  session: [],
  begin: ['BEGIN', "SET LOCAL lock_timeout = '200ms'"],
  connectServer: null,
  connect: null,
  ...more,
});

/** A database that is as declared. */
export const inSync = (more: Partial<DatabaseView> = {}): DatabaseView =>
  viewOf({ plan: planOf({ changes: [], statements: [] }), ...more });

const dialects = { postgres, sqlite } as const;

const differently: { readonly [D in DialectName]: Partial<DatabaseView> } = {
  postgres: { url: 'postgresql://dbos_admin:***@db.example.com:5432/prod_dbos', begin: postgres.begin },
  sqlite: {
    dialect: 'sqlite',
    url: 'sqlite:///./app.sqlite',
    database: '/srv/app/app.sqlite',
    schema: 'main',
    server: 'SQLite 3.51.0',
    begin: sqlite.begin,
  },
};

/** What is there and what should be, with the way from one to the other. */
export interface Sides {
  readonly dialect?: DialectName;
  readonly live: readonly CatalogObject[];
  readonly declared: readonly CatalogObject[];
  readonly facts?: Facts;
  readonly retired?: readonly RetiredDefinition[];
  /** In their order; those that the dialect renders unless given. */
  readonly statements?: readonly Statement[];
  readonly notes?: ReadonlyMap<ObjectId, string>;
}

/** A view of what the planner and the renderers make of two sides. */
export function viewBetween(sides: Sides, more: Partial<DatabaseView> = {}): DatabaseView {
  const { dialect: name = 'postgres', retired = [], facts = new Map(), notes = new Map<ObjectId, string>() } = sides;
  const [dialect, live, declared] = [dialects[name], catalogOf(sides.live), catalogOf(sides.declared)];
  const ownership = { retired, declared, takes: 'retired', foreign: new Set<ObjectId>() } as const;
  const outcome = plan({ live, settled: live, target: declared, ownership });
  const own = sides.statements ?? dialect.render(outcome.changes, { live, target: declared, facts });
  const left = tellApart(outcome.unmanaged, declared, { retired, ignore: [], mend: (o) => dialect.mend(o) });
  return {
    ...viewOf(differently[name]),
    plan: { ...outcome, segments: segmentsOf(own) },
    facts,
    retired: left.retired,
    unmanaged: left.unmanaged.map((object) => ({ ...object, note: notes.get(object.id) ?? null })),
    ...more,
  };
}
