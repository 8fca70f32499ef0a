import { table } from '../src/model/definition.ts';

export const transactionCompletion = table({
  name: 'transaction_completion',
  about: 'One row a transaction of a TypeScript data source, written within it, so that it runs exactly once',
  columns: {
    workflow_id: { type: 'text', notNull: true, about: 'Workflow of the transaction' },
    function_num: { type: 'integer', notNull: true, about: 'Number of the step in its workflow' },
    output: { type: 'text', about: 'Serialized result' },
    error: { type: 'text', about: 'Serialized error' },
    created_at: { type: 'bigint', notNull: true, default: { clock: 'epoch ms' }, about: 'In epoch milliseconds' },
  },
  primaryKey: ['workflow_id', 'function_num'],
});
