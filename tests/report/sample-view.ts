import type { Change } from '../../src/model/change.ts';
import type { ColumnObject, IndexObject, ObjectId } from '../../src/model/objects.ts';
import type { Plan, Statement } from '../../src/model/plan.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { aColumn, anIndex } from '../support/sample-objects.ts';

const inOrders = { schema: 'dbos', table: 'orders' } as const;

const column = (name: string, more: Partial<ColumnObject> = {}): ColumnObject => ({
  ...aColumn,
  ...inOrders,
  name,
  ...more,
});

const index = (name: string, columns: readonly string[]): IndexObject => ({
  ...anIndex,
  ...inOrders,
  name,
  columns,
});

const id = (text: string): ObjectId => text as ObjectId;

/** A table of two columns, an altered one, a renamed index, and one that goes. */
export const changes: readonly Change[] = [
  {
    type: 'create',
    id: id('table:dbos.lines'),
    to: { kind: 'table', schema: 'dbos', name: 'lines', persistence: 'permanent', options: [] },
  },
  { type: 'create', id: id('column:dbos.lines.id'), to: column('id', { table: 'lines', nullable: false }) },
  { type: 'create', id: id('column:dbos.lines.text'), to: column('text', { table: 'lines' }) },
  {
    type: 'alter',
    id: id('column:dbos.orders.owner'),
    from: column('owner', { type: 'character varying(40)' }),
    to: column('owner', { default: "'nobody'::text" }),
  },
  {
    type: 'rename',
    id: id('index:dbos.orders.by_owner'),
    from: index('old', ['owner']),
    to: index('by_owner', ['owner']),
  },
  { type: 'drop', id: id('index:dbos.orders.gone'), from: index('gone', ['id DESC']) },
];

const statement = (sql: string, objects: readonly ObjectId[], more: Partial<Statement> = {}): Statement => ({
  sql,
  objects,
  transactional: true,
  on: 'database',
  lock: null,
  hazards: [],
  ...more,
});

export const statements: readonly Statement[] = [
  statement('CREATE TABLE lines (\n  id text NOT NULL,\n  text text\n)', [
    id('table:dbos.lines'),
    id('column:dbos.lines.id'),
    id('column:dbos.lines.text'),
  ]),
  statement('ALTER TABLE orders ALTER COLUMN owner TYPE text', [id('column:dbos.orders.owner')]),
  statement("ALTER TABLE orders ALTER COLUMN owner SET DEFAULT 'nobody'", [id('column:dbos.orders.owner')]),
  statement('ALTER INDEX old RENAME TO by_owner', [id('index:dbos.orders.by_owner')]),
  statement('DROP INDEX CONCURRENTLY gone', [id('index:dbos.orders.gone')], { transactional: false }),
];

export const planOf = (more: Partial<Plan> = {}): Plan => ({
  basis: 'b',
  goal: 'g',
  changes,
  statements,
  unmanaged: [],
  ...more,
});

export const viewOf = (more: Partial<DatabaseView> = {}): DatabaseView => ({
  title: 'System database',
  dialect: 'postgres',
  url: 'postgresql://admin:***@db/prod_dbos',
  database: 'prod_dbos',
  schema: 'dbos',
  server: 'PostgreSQL 16.4',
  plan: planOf(),
  ahead: null,
  found: null,
  kept: [],
  strangers: [],
  begin: ['BEGIN', "SET LOCAL lock_timeout = '200ms'"],
  connectServer: null,
  connect: null,
  ...more,
});

/** A database that is as declared. */
export const inSync = (more: Partial<DatabaseView> = {}): DatabaseView =>
  viewOf({ plan: planOf({ changes: [], statements: [] }), ...more });
