import { references, table } from '../src/model/definition.ts';
import { workflowStatus } from './workflow_status.ts';

export const workflowInputs = table({
  name: 'workflow_inputs',
  about: 'Arguments of workflows of older releases',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow called with them' },
    inputs: { type: 'text', notNull: true, about: 'Serialized arguments' },
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
