import { printed } from './child.ts';
import { qualified, tableOf } from '../kinds/draft.ts';
import { printable } from '../encoding.ts';
import type { Source } from './source.ts';

interface ParentRow {
  readonly table: string;
  readonly schema: string;
  readonly name: string;
}

/**
 * Tables that ours inherit from. A partition is refused instead.
 * https://www.postgresql.org/docs/current/ddl-inherit.html
 */
export const parent: Source<ParentRow> = {
  mayBeThere: () => 'EXISTS (SELECT FROM pg_inherits WHERE inhrelid IN (SELECT oid FROM tab WHERE NOT relispartition))',
  rows: () => `SELECT tab.relname AS "table", ${printable('n.nspname')} AS schema, ${printable('c.relname')} AS name
    FROM tab JOIN pg_inherits i ON i.inhrelid = tab.oid JOIN pg_class c ON c.oid = i.inhparent
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT tab.relispartition`,
  read: ({ table, schema: own, name }, { schema }) => [
    {
      relation: table,
      name: printed(own, name),
      danger: `updates and deletes of ${printed(own, name)} change rows of the runtime in ${table}, and so does what alters it`,
      removal: `ALTER TABLE ${tableOf({ schema, table })} NO INHERIT ${qualified(own, name)}`,
    },
  ],
};
