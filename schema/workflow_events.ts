import { references, table } from '../src/model/definition.ts';
import { workflowStatus } from './workflow_status.ts';

export const workflowEvents = table({
  name: 'workflow_events',
  about: 'Events that workflows set for others to read: the latest value by key',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow that set it' },
    key: { type: 'text', notNull: true },
    value: { type: 'text', notNull: true, about: 'Serialized value' },
    serialization: { type: 'text', about: 'Format of value; null for the default of its language' },
  },
  primaryKey: ['workflow_uuid', 'key'],
  foreignKeys: [
    {
      columns: ['workflow_uuid'],
      references: references(workflowStatus, 'workflow_uuid'),
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ],
});
