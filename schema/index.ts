import type { Definitions } from '../src/model/definition.ts';
import { applicationVersions } from './application_versions.ts';
import { datasourceOutputs } from './datasource_outputs.ts';
import { dbosDatasourceMigrations } from './dbos_datasource_migrations.ts';
import { dbosMigrations } from './dbos_migrations.ts';
import { dbosNotificationsTrigger } from './dbos_notifications_trigger.ts';
import { dbosTransactionCompletionMigrations } from './dbos_transaction_completion_migrations.ts';
import { enqueueWorkflow } from './enqueue_workflow.ts';
import { eventDispatchKv } from './event_dispatch_kv.ts';
import { migrations } from './migrations.ts';
import { notifications } from './notifications.ts';
import { notificationsFunction } from './notifications_function.ts';
import { operationOutputs } from './operation_outputs.ts';
import { queues } from './queues.ts';
import { retired, retiredInApplication } from './retired.ts';
import { scheduledWorkflows } from './scheduled_workflows.ts';
import { sendMessage } from './send_message.ts';
import { streams } from './streams.ts';
import { transactionCompletion } from './transaction_completion.ts';
import { transactionOutputs } from './transaction_outputs.ts';
import { workflowEvents } from './workflow_events.ts';
import { workflowEventsHistory } from './workflow_events_history.ts';
import { workflowInput } from './workflow_input.ts';
import { workflowInputs } from './workflow_inputs.ts';
import { workflowOutput } from './workflow_output.ts';
import { workflowOutputs } from './workflow_outputs.ts';
import { workflowQueue } from './workflow_queue.ts';
import { workflowSchedules } from './workflow_schedules.ts';
import { workflowStatus } from './workflow_status.ts';

export { runtimeVersion } from './dbos_migrations.ts';

/** What the system database should hold. */
export const systemDefinitions: Definitions = {
  tables: [
    dbosMigrations,
    workflowStatus,
    workflowInput,
    workflowOutput,
    operationOutputs,
    notifications,
    workflowEvents,
    workflowEventsHistory,
    streams,
    workflowSchedules,
    queues,
    applicationVersions,
    eventDispatchKv,
    workflowInputs,
    workflowOutputs,
    workflowQueue,
    scheduledWorkflows,
    migrations,
  ],
  functions: [enqueueWorkflow, sendMessage, notificationsFunction],
  triggers: [dbosNotificationsTrigger],
  retired,
};

/** What the application database should hold, in a schema of the same name. */
export const applicationDefinitions: Definitions = {
  tables: [
    transactionOutputs,
    transactionCompletion,
    dbosTransactionCompletionMigrations,
    datasourceOutputs,
    dbosDatasourceMigrations,
    migrations,
  ],
  functions: [],
  triggers: [],
  retired: retiredInApplication,
};
