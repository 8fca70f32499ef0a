import { table } from '../src/model/definition.ts';

export const dbosTransactionCompletionMigrations = table({
  name: 'dbos_transaction_completion_migrations',
  about: 'The version of transaction_completion: exactly one row',
  columns: {
    version: { type: 'bigint', notNull: true, about: 'Version of the table' },
  },
  primaryKey: ['version'],
  content: { column: 'version', values: [1] },
});
