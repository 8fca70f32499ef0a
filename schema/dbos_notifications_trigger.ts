import type { TriggerDefinition } from '../src/model/definition.ts';
import { notifications } from './notifications.ts';
import { notificationsFunction } from './notifications_function.ts';

export const dbosNotificationsTrigger: TriggerDefinition = {
  name: 'dbos_notifications_trigger',
  about: 'Wakes the receiver of a message as soon as it is sent',
  table: notifications.name,
  after: 'INSERT',
  runs: notificationsFunction,
  listenNotify: true,
};
