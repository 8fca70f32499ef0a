import { table } from '../src/model/definition.ts';

export const dbosDatasourceMigrations = table({
  name: 'dbos_datasource_migrations',
  about: 'The version of datasource_outputs: exactly one row',
  columns: {
    version: { type: 'bigint', notNull: true, about: 'Version of the table' },
  },
  primaryKey: ['version'],
  content: { column: 'version', values: [1] },
});
