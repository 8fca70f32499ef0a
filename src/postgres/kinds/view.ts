import { relationName } from '../../model/facts.ts';
import type { ViewObject } from '../../model/objects.ts';
import { impossible, type KindModule, lock, qualified, writing } from './draft.ts';

const query = `SELECT relname AS name, relkind = 'm' AS materialized, pg_get_viewdef(oid) AS definition
  FROM rel WHERE relkind IN ('v', 'm')`;

export const view: KindModule<'view', Omit<ViewObject, 'kind' | 'schema'>> = {
  rows: () => query,
  read: (row, { schema }) => [{ kind: 'view', schema, ...row }],
  declare: () => [],
  write: writing({
    create: impossible,
    alter: impossible,
    rename: impossible,
    drop: ({ from: { schema, name, materialized } }) => [
      {
        sql: `DROP ${materialized ? 'MATERIALIZED VIEW' : 'VIEW'} ${qualified(schema, name)}`,
        ...lock(relationName(schema, name), 'ACCESS EXCLUSIVE'),
      },
    ],
  }),
  needs: (change) => (change.type === 'create' ? [] : [{ right: 'own', kind: 'table', name: change.from.name }]),
  mend: null,
};
