import type { RetiredDefinition } from '../src/model/definition.ts';
import { workflowQueue } from './workflow_queue.ts';

const named = (kind: RetiredDefinition['kind'], table: string, ...names: readonly string[]): RetiredDefinition[] =>
  names.map((name) => ({ kind, table, name }));

/**
 * What earlier releases made in the system database and today's runtime does without.
 * Where one of them is a declared object but for its name, it is renamed and not dropped.
 */
export const retired: readonly RetiredDefinition[] = [
  ...named(
    'index',
    'workflow_status',
    'idx_workflow_status_in_flight',
    'idx_workflow_status_partition_dequeue',
    'idx_workflow_status_partition_dequeue_v2',
    'idx_workflow_status_queue_status_started',
    'workflow_status_executor_id_index',
    'workflow_status_status_index',
  ),
  ...named('index', 'operation_outputs', 'idx_operation_outputs_completed_at_function_name'),
  ...named('index', 'notifications', 'idx_notifications'),

  // A constraint on PostgreSQL, a unique index on SQLite.
  ...named('key', 'workflow_status', 'uq_workflow_status_queue_name_dedup_id'),
  ...named('index', 'workflow_status', 'uq_workflow_status_queue_name_dedup_id'),
  ...named(
    'key',
    'workflow_queue',
    'workflow_queue_queue_name_deduplication_id_unique',
    'uq_workflow_queue_name_dedup_id',
  ),

  // Two releases named them their own way, and a database that met both has each key twice.
  ...named('foreignKey', 'notifications', 'notifications_destination_uuid_foreign'),
  ...named('foreignKey', 'workflow_events', 'workflow_events_workflow_uuid_foreign'),
  ...named('foreignKey', 'streams', 'streams_workflow_uuid_foreign'),
  ...named('foreignKey', 'workflow_inputs', 'workflow_inputs_workflow_uuid_foreign'),
  ...named(
    'foreignKey',
    'workflow_queue',
    'workflow_queue_workflow_uuid_foreign',
    // Of the time when the table was called job_queue.
    'job_queue_workflow_uuid_fkey',
  ),
  ...named(
    'foreignKey',
    'operation_outputs',
    'operation_outputs_workflow_uuid_foreign',
    'operation_outputs_workflow_uuid_fkey',
  ),

  ...named('trigger', 'workflow_events', 'dbos_workflow_events_trigger'),
  ...named('trigger', 'streams', 'dbos_streams_trigger'),
  { kind: 'function', name: 'workflow_events_function' },
  { kind: 'function', name: 'streams_function' },

  // Overloads: a function of one of these names with other arguments than the declared one's.
  { kind: 'function', name: 'enqueue_workflow' },
  { kind: 'function', name: 'send_message' },

  // First a table, later a view over workflow_queue for the releases that still read it by that name.
  { kind: 'view', name: 'job_queue' },
  { kind: 'table', name: 'job_queue', holdsData: true, columns: Object.keys(workflowQueue.columns) },
  { kind: 'table', name: 'scheduler_state', holdsData: true },
];

/** The same of the application database. Python 0.8 gave its index the name of another table's. */
export const retiredInApplication: readonly RetiredDefinition[] = named(
  'index',
  'transaction_outputs',
  'workflow_status_created_at_index',
);
