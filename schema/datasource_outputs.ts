import { table } from '../src/model/definition.ts';

export const datasourceOutputs = table({
  name: 'datasource_outputs',
  about: 'One row a transaction of a Python data source, written within it, so that it runs exactly once',
  columns: {
    workflow_id: { type: 'text', notNull: true, about: 'Workflow of the transaction' },
    step_id: { type: 'integer', notNull: true, about: 'Number of the step in its workflow' },
    output: { type: 'text', about: 'Serialized result' },
    error: { type: 'text', about: 'Serialized error' },
    serialization: { type: 'text', about: 'Format of output and error; null for the default of its language' },
    created_at: { type: 'bigint', notNull: true, default: { clock: 'epoch ms' }, about: 'In epoch milliseconds' },
  },
  primaryKey: ['workflow_id', 'step_id'],
});
