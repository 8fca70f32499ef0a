import { quoteIdentifier } from '../../sql/quote.ts';
import { schema } from '../names.ts';
import { type KindModule, noRights, nothing } from './draft.ts';

/** No definition has one: earlier releases made views, and what others call as we call a table keeps that from being made. */
export const view: KindModule<'view'> = {
  rows: () => `SELECT json_group_array(json_object('name', name, 'sql', sql)) FROM found WHERE type = 'view'`,
  read: ({ answer }) =>
    answer.view.map(({ name, sql }) => ({ kind: 'view', schema, name, materialized: false, definition: sql })),
  declare: nothing,
  respell: (o, { name }) => ({ ...o, name: name(o.name) }),
  write: {
    written: 'by itself',
    create: (o) => [{ sql: o.definition }],
    drop: (o) => [{ sql: `DROP VIEW ${quoteIdentifier(o.name)}` }],
  },
  needs: noRights,
  mend: null,
};
