import { references, table } from '../src/model/definition.ts';
import { workflowStatus } from './workflow_status.ts';

export const workflowOutputs = table({
  name: 'workflow_outputs',
  about: 'Results of workflows; no runtime of today writes it',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow that ended' },
    output: { type: 'text', about: 'Serialized result' },
    error: { type: 'text', about: 'Serialized error' },
  },
  primaryKey: ['workflow_uuid'],
  foreignKeys: [
    {
      columns: ['workflow_uuid'],
      references: references(workflowStatus, 'workflow_uuid'),
      onUpdate: 'CASCADE',
      onDelete: 'CASCADE',
    },
  ],
});
