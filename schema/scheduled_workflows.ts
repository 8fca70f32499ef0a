import { table } from '../src/model/definition.ts';

export const scheduledWorkflows = table({
  name: 'scheduled_workflows',
  about: 'Scheduled workflows; the runtime of today keeps them in workflow_schedules',
  columns: {
    schedule_name: { type: 'text', notNull: true },
    workflow_name: { type: 'text', notNull: true, about: 'Workflow function to start' },
    schedule: { type: 'text', notNull: true, about: 'Cron expression' },
    last_run_time: { type: 'bigint', about: 'In epoch milliseconds' },
  },
  primaryKey: ['schedule_name'],
});
