import { references, table } from '../src/model/definition.ts';
import { workflowStatus } from './workflow_status.ts';

export const streams = table({
  name: 'streams',
  about: 'Streams that workflows append to, one row a value',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow that appends' },
    key: { type: 'text', notNull: true, about: 'Name of the stream' },
    value: { type: 'text', notNull: true, about: 'Serialized value' },
    offset: { type: 'integer', notNull: true, about: 'Position of the value in the stream, from 0' },
    function_id: { type: 'integer', notNull: true, default: { value: 0 }, about: 'Step that appended it' },
    serialization: { type: 'text', about: 'Format of value; null for the default of its language' },
  },
  primaryKey: ['workflow_uuid', 'key', 'offset'],
  foreignKeys: [
    {
      columns: ['workflow_uuid'],
      references: references(workflowStatus, 'workflow_uuid'),
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ],
});
