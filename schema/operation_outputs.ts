import { table } from '../src/model/definition.ts';

export const operationOutputs = table({
  name: 'operation_outputs',
  about: 'One row a step that ended: its result, which recovery reads back instead of running the step again',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow of the step' },
    function_id: { type: 'integer', notNull: true, about: 'Number of the step in its workflow' },
    function_name: { type: 'text', notNull: true, default: { value: '' }, about: 'Name of the step' },
    output: { type: 'text', about: 'Serialized result' },
    error: { type: 'text', about: 'Serialized error' },
    child_workflow_id: { type: 'text', about: 'Workflow that the step started or waited for' },
    started_at_epoch_ms: { type: 'bigint', about: 'In epoch milliseconds' },
    completed_at_epoch_ms: { type: 'bigint', about: 'In epoch milliseconds' },
    serialization: { type: 'text', about: 'Format of output and error; null for the default of its language' },
    application_name: { type: 'text', about: 'Application of the workflow, repeated here to filter without a join' },
    retention_timestamp: {
      type: 'bigint',
      notNull: true,
      default: { clock: 'epoch ms' },
      about: 'When it was written, in epoch milliseconds: the order in which old rows are swept',
    },
  },
  primaryKey: ['workflow_uuid', 'function_id'],
  indexes: [
    {
      name: 'idx_operation_outputs_completed_at_function_name_v2',
      columns: ['completed_at_epoch_ms', 'function_name'],
      include: ['application_name'],
    },
    { name: 'idx_operation_outputs_retention', columns: ['retention_timestamp'] },
  ],
});
