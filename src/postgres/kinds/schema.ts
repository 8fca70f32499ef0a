import { quoteIdentifier } from '../../sql/quote.ts';
import { impossible, type KindModule, writing } from './draft.ts';

export const schema: KindModule<'schema'> = {
  rows: () => 'SELECT FROM ns',
  read: (_, place) => [{ kind: 'schema', name: place.schema }],
  declare: (_, place) => [{ kind: 'schema', name: place.schema }],
  write: writing({
    create: ({ to }) => [{ sql: `CREATE SCHEMA ${quoteIdentifier(to.name)}` }],
    alter: impossible,
    rename: impossible,
    drop: ({ from }) => [{ sql: `DROP SCHEMA ${quoteIdentifier(from.name)}` }],
  }),
  needs: ({ type }) => (type === 'create' ? [{ right: 'create a schema' }] : []),
  mend: null,
};
