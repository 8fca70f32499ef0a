import { references, table } from '../src/model/definition.ts';
import { workflowStatus } from './workflow_status.ts';

export const workflowEventsHistory = table({
  name: 'workflow_events_history',
  about: 'Every value that a step set an event to, so that a fork starts with the values of its time',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow that set it' },
    function_id: { type: 'integer', notNull: true, about: 'Step that set it' },
    key: { type: 'text', notNull: true },
    value: { type: 'text', notNull: true, about: 'Serialized value' },
    serialization: { type: 'text', about: 'Format of value; null for the default of its language' },
  },
  primaryKey: ['workflow_uuid', 'function_id', 'key'],
  foreignKeys: [
    {
      columns: ['workflow_uuid'],
      references: references(workflowStatus, 'workflow_uuid'),
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ],
});
