import type { TriggerObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { LiveTable } from '../live-table.ts';
import { schema } from '../names.ts';
import { type KindModule, noRights, nothing, respelt } from './draft.ts';

/** LISTEN and NOTIFY are none of SQLite's, and no definition has a trigger for anything else. */
export const trigger: KindModule<'trigger'> = {
  rows: () => `SELECT json_group_array(json_object('table', tbl_name, 'name', name, 'sql', sql))
FROM found WHERE type = 'trigger' AND isLooked`,
  read: ({ tables }) => tables.flatMap(triggerObjects),
  declare: nothing,
  respell: respelt,
  write: {
    written: 'by itself',
    create: (o) => [{ sql: o.definition }],
    drop: (o) => [{ sql: dropTrigger(o) }],
  },
  needs: noRights,
  mend: (o) => dropTrigger(o),
};

const triggerObjects = ({ name: table, triggers }: LiveTable): readonly TriggerObject[] =>
  triggers.map(({ name, sql }) => ({
    kind: 'trigger',
    schema,
    table,
    name,
    definition: sql,
    function: null,
    enabled: 'origin',
  }));

export const dropTrigger = ({ name }: TriggerObject): string => `DROP TRIGGER ${quoteIdentifier(name)}`;
