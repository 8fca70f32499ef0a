import { table } from '../src/model/definition.ts';

export const eventDispatchKv = table({
  name: 'event_dispatch_kv',
  about: 'How far each receiver of outside events has read',
  columns: {
    service_name: { type: 'text', notNull: true, about: 'Kind of receiver' },
    workflow_fn_name: { type: 'text', notNull: true, about: 'Workflow function that it calls' },
    key: { type: 'text', notNull: true },
    value: { type: 'text' },
    update_seq: { type: { numeric: [38, 0] }, about: "The event's sequence number; a lower one replaces nothing" },
    update_time: { type: { numeric: [38, 15] }, about: "The event's time, in the receiver's own unit" },
  },
  primaryKey: ['service_name', 'workflow_fn_name', 'key'],
});
