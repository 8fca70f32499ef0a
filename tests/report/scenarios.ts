import { systemDefinitions } from '../../schema/index.ts';
import type { Definitions } from '../../src/model/definition.ts';
import { idFor, idOf } from '../../src/model/kinds.ts';
import type { CatalogObject, ObjectId } from '../../src/model/objects.ts';
import type { FoundState } from '../../src/planner/recognise.ts';
import { postgres } from '../../src/postgres/dialect.ts';
import type { DatabaseView } from '../../src/report/view.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { aBacklog, aCheck } from '../support/sample-objects.ts';
import { inTable, locks, statement, viewBetween } from './sample-view.ts';

/** Enough of the definitions to be looked at: a big table, one that points at it, streams, and the version. */
const definitions: Definitions = {
  ...systemDefinitions,
  tables: systemDefinitions.tables.filter(({ name }) =>
    ['dbos_migrations', 'notifications', 'streams', 'workflow_status'].includes(name),
  ),
  functions: systemDefinitions.functions.filter(({ name }) => name !== 'enqueue_workflow'),
};
const { retired } = definitions;

const objectsOf = (role: string | null): readonly CatalogObject[] => [
  ...postgres.declare(definitions, { database: 'prod_dbos', schema: 'dbos', role }).values(),
];
const declared = objectsOf(null);
const inFile = [...sqlite.declare(definitions, { database: 'app.sqlite', schema: 'main', role: null }).values()];

type Edit = (object: CatalogObject) => CatalogObject | null;

/** The objects with some of them taken away (null) or otherwise, by id. @throws Error for an id that is none of them */
function edited(objects: readonly CatalogObject[], edits: Readonly<Record<string, Edit>>): readonly CatalogObject[] {
  const ids = new Set<string>(objects.map(idFor));
  for (const id of Object.keys(edits)) if (!ids.has(id)) throw new Error(`nothing to edit: ${id}`);
  return objects.flatMap((object) => {
    const edit = edits[idFor(object)];
    return edit === undefined ? [object] : (edit(object) ?? []);
  });
}

const gone: Edit = () => null;
const otherwise =
  (fields: object): Edit =>
  (object) => ({ ...object, ...fields });

const workflows = inTable('workflow_status');
const notifications = inTable('notifications');
const streams = inTable('streams');

const facts = new Map([
  ['dbos.workflow_status', { rows: 1_234_567, bytes: 870_318_080 }],
  ['dbos.notifications', { rows: 40, bytes: 65_536 }],
  ['dbos.streams', { rows: 84_000, bytes: 9_437_184 }],
  ['dbos.dbos_migrations', { rows: 1, bytes: 8_192 }],
]);

const found: FoundState = {
  match: 'damaged',
  version: 125,
  label: 'Python 3.4',
  interrupted: false,
  claims: [],
  missing: ['index:dbos.workflow_status.idx_workflow_status_pending'],
  different: ['column:dbos.streams.value', 'column:dbos.workflow_status.owner_xid'],
  surplus: [],
};

const pending = 'index:dbos.workflow_status.idx_workflow_status_pending';
const sendMessage = 'function:dbos.send_message(text, json, text, text)';

/** A column that is tightened, one that gets another type, an index on a big table, and one that is dropped. */
export const hazardOnBigTable = (): DatabaseView =>
  viewBetween(
    {
      declared,
      live: [
        ...edited(declared, {
          [pending]: gone,
          'column:dbos.workflow_status.owner_xid': otherwise({ type: 'character varying(40)' }),
          'column:dbos.streams.value': otherwise({ nullable: true }),
        }),
        notifications.index('idx_notifications', ['destination_uuid', 'topic']),
      ],
      facts,
      retired,
    },
    { found },
  );

/** Everything is made. */
export const freshCreate = (): DatabaseView =>
  viewBetween({ declared: objectsOf('dbos_app'), live: [] }, { found: { match: 'nothing' } });

/** A retired table with rows, whose loss was allowed. */
export const lossAllowed = (): DatabaseView =>
  viewBetween({
    declared,
    live: [...declared, inTable('job_queue').table(), inTable('job_queue').column('id')],
    facts: new Map([...facts, ['dbos.job_queue', { rows: 5_300, bytes: 1_300_000 }]]),
    retired: [{ kind: 'table', name: 'job_queue' }],
  });

const unpartial = edited(declared, { [pending]: otherwise({ predicate: null }) });

/** Three statements make one change, in one transaction. */
export const replacedIndex = (): DatabaseView => viewBetween({ declared, live: unpartial, facts });

/** The same without stopping anybody: a segment each. */
export const replacedOnline = (): DatabaseView => {
  const id = pending as ObjectId;
  const weak = { locks: locks('SHARE UPDATE EXCLUSIVE', 'dbos.workflow_status'), commits: 'no transaction' } as const;
  const where = `USING btree (created_at) WHERE (status = 'PENDING'::text)`;
  const [old, successor] = ['"dbos"."idx_workflow_status_pending"', 'dbos_new_idx_workflow_status_pending'];
  return viewBetween({
    declared,
    live: unpartial,
    facts,
    statements: [
      statement(`CREATE INDEX CONCURRENTLY "${successor}" ON "dbos"."workflow_status" ${where}`, [id], {
        ...weak,
        scans: ['dbos.workflow_status'],
      }),
      statement(`DROP INDEX CONCURRENTLY ${old}`, [id], weak),
      statement(`ALTER INDEX "dbos"."${successor}" RENAME TO "idx_workflow_status_pending"`, [id], {
        commits: 'alone',
      }),
    ],
  });
};

/** A table that SQLite makes again, with what stands around it. */
export const rebuild = (): DatabaseView =>
  viewBetween({
    dialect: 'sqlite',
    declared: inFile,
    live: edited(inFile, {
      'key:main.notifications.notifications_pkey': gone,
      'column:main.notifications.message_uuid': otherwise({ nullable: true }),
      'index:main.workflow_status.idx_workflow_status_pending': gone,
    }),
    facts: new Map([
      ['main.notifications', { rows: 123_456, bytes: 9_000_000 }],
      ['main.workflow_status', { rows: 700, bytes: 500_000 }],
    ]),
  });

/** A database that is not there. */
export const nothingThere = (): DatabaseView => viewBetween({ declared, live: [] }, { found: { match: 'nothing' } });

/** Something of every sort that a check can find. */
export const everySign = (): DatabaseView => {
  const parts = declared.filter((object) => 'table' in object && object.table === 'streams').map(idFor);
  const live = edited(declared, {
    ...Object.fromEntries(['table:dbos.streams', ...parts].map((id) => [id, gone])),
    [pending]: otherwise({
      columns: ['created_at', 'status'],
      predicate: "((status = 'PENDING'::text) OR (status = 'ENQUEUED'::text) OR (owner_xid IS NULL))",
    }),
    'index:dbos.workflow_status.workflow_status_created_at_index': otherwise({ name: 'created_at_by_hand' }),
    'column:dbos.workflow_status.owner_xid': otherwise({ type: 'character varying(40)' }),
    'index:dbos.notifications.idx_workflow_topic': gone,
    'column:dbos.notifications.topic': gone,
    'version:dbos.dbos_migrations': otherwise({ values: ['123', '124'] }),
  });
  return viewBetween(
    {
      declared,
      live: [
        ...live,
        workflows.column('tenant', { position: 50 }),
        workflows.index('by_tenant', ['tenant', 'created_at DESC']),
        workflows.index('mine', ['created_at']),
        notifications.column('needed', { nullable: false, position: 50 }),
        notifications.index('idx_notifications', ['destination_uuid']),
        inTable('scheduler_state').table(),
        inTable('scheduler_state').column('service_name'),
        inTable('workflow_queue_v0').table(),
        inTable('workflow_queue_v0').column('id'),
        { ...aBacklog, schema: 'dbos' },
      ],
      retired: [
        ...retired,
        { kind: 'table', name: 'workflow_queue_v0' },
        { kind: 'index', table: 'workflow_status', name: 'created_at_by_hand' },
      ],
      facts,
      notes: new Map([['index:dbos.workflow_status.mine' as ObjectId, '8192 bytes, 0 scans']]),
    },
    { found: { ...found, claims: ['123', '124'] } },
  );
};

/** A function that somebody has made again otherwise. */
export const otherBody = (): DatabaseView =>
  viewBetween(
    {
      declared,
      live: edited(declared, {
        [sendMessage]: (object) =>
          object.kind !== 'function'
            ? object
            : {
                ...object,
                settings: [],
                security: 'definer',
                body: object.body
                  .replace("'portable_json'", "'json'\t-- \u001b]0;pwned\u0007")
                  .replace('DO NOTHING', 'DO UPDATE'),
              },
      }),
    },
    { found: { ...found, missing: [], different: [sendMessage] } },
  );

const notify = idOf.function('dbos', 'notifications_function', '');

/** As declared but for what others made, of each kind that can break the runtime. */
export const dangerous = (): DatabaseView =>
  viewBetween({
    declared,
    live: [
      ...declared,
      streams.column('tenant', { nullable: false, position: 50 }),
      streams.key('one_per_key', ['key']),
      { ...aCheck, schema: 'dbos', table: 'streams', name: 'no "x"', expression: "(value <> 'x'::text)" },
      streams.index('one_value', ['value'], { unique: true }),
      streams.foreignKey('to_workflows', ['key']),
      streams.trigger('watch', notify),
      workflows.index('mine', ['created_at']),
    ],
    notes: new Map([
      ['index:dbos.workflow_status.mine' as ObjectId, '8192 bytes, 0 scans'],
      ['index:dbos.streams.one_value' as ObjectId, '26 MB, 0 scans'],
    ]),
  });

/** The same kinds in a file, where most of them cannot be taken away by one statement. */
export const dangerousInFile = (): DatabaseView => {
  const table = inTable('streams', 'main');
  return viewBetween({
    dialect: 'sqlite',
    declared: inFile,
    live: [
      ...inFile,
      table.column('tenant', { nullable: false, position: 50 }),
      table.index('one_value', ['value'], { unique: true }),
      table.trigger('watch', null),
    ],
  });
};
