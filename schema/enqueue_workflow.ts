import type { FunctionDefinition } from '../src/model/definition.ts';

/** The cast to jsonb also refuses what JSON allows and jsonb does not hold, as the runtime's own function does. */
const body = (schema: string): string => `
DECLARE
  id text := coalesce(workflow_id, gen_random_uuid()::text);
  enqueued_at bigint := extract(epoch FROM now()) * 1000;
  complaint text := CASE
    WHEN coalesce(workflow_name, '') = '' THEN 'Workflow name cannot be null or empty'
    WHEN coalesce(queue_name, '') = '' THEN 'Queue name cannot be null or empty'
    WHEN jsonb_typeof(named_args::jsonb) <> 'object' THEN 'Named args must be a JSON object'
    WHEN workflow_id = '' THEN 'Workflow ID cannot be an empty string if provided.'
    WHEN delay_until_epoch_ms < 0 THEN 'delay_until_epoch_ms must be >= 0'
  END;
BEGIN
  IF complaint IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = complaint;
  END IF;

  INSERT INTO ${schema}.workflow_status (
    workflow_uuid, owner_xid, application_name, application_version,
    name, class_name, config_name, authenticated_user, authenticated_roles,
    status, queue_name, queue_partition_key, deduplication_id, priority,
    delay_until_epoch_ms, workflow_timeout_ms, workflow_deadline_epoch_ms,
    serialization, recovery_attempts, created_at, updated_at
  ) VALUES (
    id, gen_random_uuid()::text, application_name, app_version,
    workflow_name, class_name, config_name, authenticated_user, authenticated_roles,
    CASE WHEN delay_until_epoch_ms IS NULL THEN 'ENQUEUED' ELSE 'DELAYED' END,
    queue_name, queue_partition_key, deduplication_id, coalesce(priority, 0),
    delay_until_epoch_ms, timeout_ms, deadline_epoch_ms,
    'portable_json', 0, enqueued_at, enqueued_at
  ) ON CONFLICT (workflow_uuid) DO UPDATE SET updated_at = excluded.updated_at;

  INSERT INTO ${schema}.workflow_input (workflow_uuid, inputs, retention_timestamp)
  VALUES (
    id,
    json_build_object('positionalArgs', positional_args, 'namedArgs', named_args)::text,
    enqueued_at
  ) ON CONFLICT (workflow_uuid) DO NOTHING;

  RETURN id;
EXCEPTION WHEN unique_violation THEN
  RAISE EXCEPTION USING
    ERRCODE = 'unique_violation',
    MESSAGE = 'DBOS queue duplicated',
    DETAIL = format(
      'Workflow %s with queue %s and deduplication ID %s already exists', id, queue_name, deduplication_id);
END
`;

export const enqueueWorkflow: FunctionDefinition = {
  name: 'enqueue_workflow',
  about: 'Puts a workflow into a queue and returns its id; for clients in SQL and in other languages',
  arguments: [
    { name: 'workflow_name', type: 'text' },
    { name: 'queue_name', type: 'text' },
    { name: 'positional_args', type: 'json[]', default: 'ARRAY[]::json[]' },
    { name: 'named_args', type: 'json', default: "'{}'::json" },
    { name: 'class_name', type: 'text', default: 'NULL::text' },
    { name: 'config_name', type: 'text', default: 'NULL::text' },
    { name: 'workflow_id', type: 'text', default: 'NULL::text' },
    { name: 'app_version', type: 'text', default: 'NULL::text' },
    { name: 'timeout_ms', type: 'bigint', default: 'NULL::bigint' },
    { name: 'deadline_epoch_ms', type: 'bigint', default: 'NULL::bigint' },
    { name: 'deduplication_id', type: 'text', default: 'NULL::text' },
    { name: 'priority', type: 'integer', default: 'NULL::integer' },
    { name: 'queue_partition_key', type: 'text', default: 'NULL::text' },
    { name: 'authenticated_user', type: 'text', default: 'NULL::text' },
    { name: 'authenticated_roles', type: 'text', default: 'NULL::text' },
    { name: 'delay_until_epoch_ms', type: 'bigint', default: 'NULL::bigint' },
    { name: 'application_name', type: 'text', default: 'NULL::text' },
  ],
  returns: 'text',
  body,
  equivalents: ['aafc99f17b1ec510f639b5662bd2cc14'],
};
