import type { FunctionDefinition } from '../src/model/definition.ts';

const body = (): string => `
BEGIN
  PERFORM pg_notify('dbos_notifications_channel', NEW.destination_uuid || '::' || NEW.topic);
  RETURN NEW;
END
`;

export const notificationsFunction: FunctionDefinition = {
  name: 'notifications_function',
  about: 'Tells the listening runtimes which workflow has a new message, on which topic',
  arguments: [],
  returns: 'trigger',
  body,
  equivalents: ['3f2f056bb2cae9990e4575467f0eb4d0'],
  listenNotify: true,
};
