import type { FunctionDefinition } from '../src/model/definition.ts';

const body = (schema: string): string => `
BEGIN
  INSERT INTO ${schema}.notifications (message_uuid, destination_uuid, topic, message, serialization)
  VALUES (
    coalesce(message_id, gen_random_uuid()::text),
    destination_id,
    coalesce(topic, '__null__topic__'),
    message,
    'portable_json'
  ) ON CONFLICT (message_uuid) DO NOTHING;
EXCEPTION WHEN foreign_key_violation THEN
  RAISE EXCEPTION USING
    ERRCODE = 'foreign_key_violation',
    MESSAGE = 'DBOS non-existent workflow',
    DETAIL = format('Destination workflow %s does not exist', destination_id);
END
`;

export const sendMessage: FunctionDefinition = {
  name: 'send_message',
  about: 'Sends a message to a workflow; for clients in SQL and in other languages',
  arguments: [
    { name: 'destination_id', type: 'text' },
    { name: 'message', type: 'json' },
    { name: 'topic', type: 'text', default: 'NULL::text' },
    { name: 'message_id', type: 'text', default: 'NULL::text' },
  ],
  returns: 'void',
  body,
  equivalents: ['fd51fbb1704b0a9ed06a1b5a4215131b'],
};
