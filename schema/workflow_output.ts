import { table } from '../src/model/definition.ts';

export const workflowOutput = table({
  name: 'workflow_output',
  about: 'Results and errors of the workflows that ended',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow that ended' },
    output: { type: 'text', about: 'Serialized result' },
    error: { type: 'text', about: 'Serialized error' },
    retention_timestamp: {
      type: 'bigint',
      notNull: true,
      default: { clock: 'epoch ms' },
      about: 'When it was written, in epoch milliseconds: the order in which old rows are swept',
    },
  },
  primaryKey: ['workflow_uuid'],
  indexes: [{ name: 'idx_workflow_output_retention', columns: ['retention_timestamp'] }],
});
