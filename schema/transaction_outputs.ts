import { table } from '../src/model/definition.ts';

export const transactionOutputs = table({
  name: 'transaction_outputs',
  about: 'One row a transaction of a workflow, written within it, so that it runs exactly once',
  columns: {
    workflow_uuid: { type: 'text', notNull: true, about: 'Workflow of the transaction' },
    function_id: { type: 'integer', notNull: true, about: 'Number of the step in its workflow' },
    output: { type: 'text', about: 'Serialized result' },
    error: { type: 'text', about: 'Serialized error' },
    txn_id: { type: 'text', about: "The server's transaction id" },
    txn_snapshot: { type: 'text', about: "The server's snapshot that it ran on; not every SDK writes it" },
    executor_id: { type: 'text', about: 'Process that ran it' },
    function_name: { type: 'text', notNull: true, default: { value: '' }, about: 'Name of the step' },
    created_at: { type: 'bigint', notNull: true, default: { clock: 'epoch ms' }, about: 'In epoch milliseconds' },
  },
  primaryKey: ['workflow_uuid', 'function_id'],
  indexes: [{ name: 'transaction_outputs_created_at_index', columns: ['created_at'] }],
});
