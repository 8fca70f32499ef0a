import { table } from '../src/model/definition.ts';

export const workflowSchedules = table({
  name: 'workflow_schedules',
  about: 'Cron schedules that start workflows',
  columns: {
    schedule_id: { type: 'text', notNull: true },
    schedule_name: { type: 'text', notNull: true },
    workflow_name: { type: 'text', notNull: true, about: 'Workflow function to start' },
    workflow_class_name: { type: 'text', about: 'Class that holds the function' },
    schedule: { type: 'text', notNull: true, about: 'Cron expression' },
    status: { type: 'text', notNull: true, default: { value: 'ACTIVE' }, about: 'ACTIVE or PAUSED' },
    context: { type: 'text', notNull: true, about: 'Serialized value that each workflow is given' },
    last_fired_at: { type: 'text', about: 'Scheduled time of the last start, ISO 8601' },
    automatic_backfill: {
      type: 'boolean',
      notNull: true,
      default: { value: false },
      about: 'Whether starts missed while no application ran are made up for',
    },
    cron_timezone: { type: 'text', about: 'IANA time zone of the expression' },
    queue_name: { type: 'text', about: 'Queue that the workflows go through' },
    application_name: { type: 'text', about: 'Application it belongs to; null while any may claim it' },
  },
  primaryKey: ['schedule_id'],
  uniques: [{ columns: ['schedule_name'] }],
});
