import { quoteIdentifier } from '../../sql/quote.ts';
import { impossible, type KindModule, writing } from './draft.ts';

export const database: KindModule<'database'> = {
  // One row: whoever can ask is in it. A pooler may have another name for it than the server.
  rows: () => 'SELECT',
  read: (_, place) => [{ kind: 'database', name: place.database }],
  declare: (_, place) => [{ kind: 'database', name: place.database }],
  write: writing({
    // https://www.postgresql.org/docs/current/sql-createdatabase.html: not inside a transaction block.
    create: ({ to }) => [
      { sql: `CREATE DATABASE ${quoteIdentifier(to.name)}`, commits: 'no transaction', on: 'server' },
    ],
    alter: impossible,
    rename: impossible,
    drop: impossible,
  }),
  // The right to create one is asked for before anything of it is known.
  needs: () => [],
  mend: null,
};
