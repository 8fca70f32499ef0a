import { references, table } from '../src/model/definition.ts';
import { workflowStatus } from './workflow_status.ts';

export const workflowQueue = table({
  name: 'workflow_queue',
  about: 'Workflows enqueued by older releases; today they wait in workflow_status',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow that waits' },
    queue_name: { type: 'text', notNull: true },
    executor_id: { type: 'text', about: 'Process that took it from the queue' },
    created_at_epoch_ms: {
      type: 'bigint',
      notNull: true,
      default: { clock: 'epoch ms' },
      about: 'When it was enqueued, in epoch milliseconds',
    },
    started_at_epoch_ms: { type: 'bigint', about: 'When it left the queue, in epoch milliseconds' },
    completed_at_epoch_ms: { type: 'bigint', about: 'In epoch milliseconds' },
    deduplication_id: { type: 'text', about: 'At most one workflow of a queue has it' },
    priority: { type: 'integer', notNull: true, default: { value: 0 }, about: 'Lower numbers leave the queue first' },
  },
  primaryKey: ['workflow_uuid'],
  uniques: [{ columns: ['queue_name', 'deduplication_id'] }],
  foreignKeys: [
    {
      columns: ['workflow_uuid'],
      references: references(workflowStatus, 'workflow_uuid'),
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ],
});
