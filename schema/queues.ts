import { table } from '../src/model/definition.ts';

export const queues = table({
  name: 'queues',
  about: 'Settings of the queues; null in a limit means no limit',
  columns: {
    queue_id: { type: 'text', notNull: true, default: { random: 'uuid', cast: true } },
    name: { type: 'text', notNull: true },
    concurrency: { type: 'integer', about: 'Workflows that may run at once' },
    worker_concurrency: { type: 'integer', about: 'Workflows that may run at once in one process' },
    rate_limit_max: { type: 'integer', about: 'Workflows that may start within the period' },
    rate_limit_period_sec: { type: 'double', about: 'Period of the rate limit, in seconds' },
    priority_enabled: {
      type: 'boolean',
      notNull: true,
      default: { value: false },
      about: 'Whether workflows leave it by priority',
    },
    partition_queue: {
      type: 'boolean',
      notNull: true,
      default: { value: false },
      about: 'Whether each partition key is a queue of its own',
    },
    polling_interval_sec: {
      type: 'double',
      notNull: true,
      default: { decimal: '1.0' },
      about: 'Time between two looks into it, in seconds',
    },
    created_at: { type: 'bigint', notNull: true, default: { clock: 'epoch ms' }, about: 'In epoch milliseconds' },
    updated_at: { type: 'bigint', notNull: true, default: { clock: 'epoch ms' }, about: 'In epoch milliseconds' },
    application_name: { type: 'text', about: 'Application it belongs to; null while any may claim it' },
    partition_concurrency: { type: 'integer', about: 'As concurrency, of one partition' },
    partition_worker_concurrency: { type: 'integer', about: 'As worker_concurrency, of one partition' },
    partition_rate_limit_max: { type: 'integer', about: 'As rate_limit_max, of one partition' },
    partition_rate_limit_period_sec: {
      type: 'double',
      about: 'As rate_limit_period_sec, of one partition, in seconds',
    },
  },
  primaryKey: ['queue_id'],
  uniques: [{ columns: ['name'] }],
});
