import { table } from '../src/model/definition.ts';

export const migrations = table({
  name: 'migrations',
  about: 'What this tool did here: one row for each applied plan and each custom command; nothing depends on it',
  columns: {
    migration_id: { type: 'text', notNull: true, default: { random: 'uuid', cast: true } },
    kind: { type: 'text', notNull: true, about: 'schema or command' },
    summary: { type: 'text', notNull: true, about: 'What was done, in one line; the command itself for a command' },
    declared_fingerprint: { type: 'text', about: 'Fingerprint of the declared catalog' },
    live_fingerprint: { type: 'text', about: 'Fingerprint of the catalog that was found' },
    runtime_version: { type: 'bigint', about: 'Runtime schema version that was declared' },
    plan: { type: 'json', about: 'The statements, without secrets' },
    exit_code: { type: 'integer', about: 'Of a command' },
    tool_version: { type: 'text', notNull: true, about: 'Version of this tool' },
    applied_by: { type: 'text', notNull: true, default: { session: 'user' }, about: 'Database role' },
    started_at: { type: 'bigint', notNull: true, default: { clock: 'epoch ms' }, about: 'In epoch milliseconds' },
    completed_at: { type: 'bigint', about: 'In epoch milliseconds; null when it was interrupted' },
  },
  primaryKey: ['migration_id'],
  ofSchema: true,
});
