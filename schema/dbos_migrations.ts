import { table } from '../src/model/definition.ts';

/** The newest runtime schema version: a runtime that knows this one or an older one leaves the database as it is. */
export const runtimeVersion = 125;

export const dbosMigrations = table({
  name: 'dbos_migrations',
  about: 'The runtime schema version that stands here: exactly one row, or the runtime will not start',
  columns: {
    version: { type: 'bigint', notNull: true, about: 'Version of the runtime schema' },
  },
  primaryKey: ['version'],
  content: { column: 'version', values: [runtimeVersion] },
});
