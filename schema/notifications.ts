import { references, table } from '../src/model/definition.ts';
import { workflowStatus } from './workflow_status.ts';

export const notifications = table({
  name: 'notifications',
  about: 'Messages sent to workflows',
  columns: {
    message_uuid: {
      type: 'text',
      notNull: true,
      default: { random: 'uuid', cast: false },
      about: 'Id of the message; one sent twice arrives once',
    },
    destination_uuid: { type: 'text', notNull: true, about: 'Workflow that receives it' },
    topic: { type: 'text', about: 'Topic that the receiver waits for; __null__topic__ for none' },
    message: { type: 'text', notNull: true, about: 'Serialized message' },
    created_at_epoch_ms: {
      type: 'bigint',
      notNull: true,
      default: { clock: 'epoch ms' },
      about: 'In epoch milliseconds; messages of a topic are received in this order',
    },
    serialization: { type: 'text', about: 'Format of message; null for the default of its language' },
    consumed: { type: 'boolean', notNull: true, default: { value: false }, about: 'Whether it was received' },
    consumed_by_function_id: { type: 'integer', about: 'Step of the receiver that took it' },
  },
  primaryKey: ['message_uuid'],
  foreignKeys: [
    {
      columns: ['destination_uuid'],
      references: references(workflowStatus, 'workflow_uuid'),
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ],
  indexes: [{ name: 'idx_workflow_topic', columns: ['destination_uuid', 'topic'] }],
});
