import { table } from '../src/model/definition.ts';

export const applicationVersions = table({
  name: 'application_versions',
  about: 'Versions of the application that were seen',
  columns: {
    version_id: { type: 'text', notNull: true },
    version_name: { type: 'text', notNull: true },
    version_timestamp: {
      type: 'bigint',
      notNull: true,
      default: { clock: 'epoch ms' },
      about: 'In epoch milliseconds; the greatest is the current version',
    },
    created_at: { type: 'bigint', notNull: true, default: { clock: 'epoch ms' }, about: 'In epoch milliseconds' },
    application_name: { type: 'text', about: 'Application it belongs to; null while any may claim it' },
  },
  primaryKey: ['version_id'],
  uniques: [{ columns: ['version_name'] }],
  indexes: [
    {
      name: 'uq_application_versions_owner_version',
      unique: true,
      columns: ['application_name', 'version_name'],
      where: { isNotNull: 'application_name' },
    },
    {
      name: 'uq_application_versions_unclaimed_version',
      unique: true,
      columns: ['version_name'],
      where: { isNull: 'application_name' },
    },
    { name: 'idx_application_versions_timestamp', columns: [{ column: 'version_timestamp', order: 'desc' }] },
    {
      name: 'idx_application_versions_owner_timestamp',
      columns: ['application_name', { column: 'version_timestamp', order: 'desc' }],
    },
  ],
});
