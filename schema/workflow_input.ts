import { references, table } from '../src/model/definition.ts';
import { workflowInputs } from './workflow_inputs.ts';
import { workflowStatus } from './workflow_status.ts';

export const workflowInput = table({
  name: 'workflow_input',
  about: 'Arguments of the workflows',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow called with them' },
    inputs: { type: 'text', about: 'Serialized arguments' },
    retention_timestamp: {
      type: 'bigint',
      notNull: true,
      default: { clock: 'epoch ms' },
      about: 'When it was written, in epoch milliseconds: the order in which old rows are swept',
    },
  },
  primaryKey: ['workflow_uuid'],
  indexes: [{ name: 'idx_workflow_input_retention', columns: ['retention_timestamp'] }],
  takesOver: {
    table: workflowInputs.name,
    columns: ['workflow_uuid', 'inputs'],
    // The last runtimes that can decode what releases with the older table wrote read it there.
    fills: [references(workflowStatus, 'workflow_uuid', 'inputs')],
  },
});
