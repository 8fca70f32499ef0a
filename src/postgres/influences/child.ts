import { identifierAsPrinted } from '../../sql/quote.ts';
import { printable } from '../encoding.ts';
import { qualified, tableOf } from '../kinds/draft.ts';
import type { Source } from './source.ts';

interface ChildRow {
  readonly table: string;
  readonly schema: string;
  readonly name: string;
}

/**
 * Tables that inherit from ours. Partitions are none: they are refused with what they are partitions of.
 * https://www.postgresql.org/docs/current/ddl-inherit.html
 */
export const child: Source<ChildRow> = {
  mayBeThere: () => 'EXISTS (SELECT FROM tab WHERE relhassubclass)',
  rows: () => `SELECT tab.relname AS "table", ${printable('n.nspname')} AS schema, ${printable('c.relname')} AS name
    FROM tab JOIN pg_inherits i ON i.inhparent = tab.oid JOIN pg_class c ON c.oid = i.inhrelid AND NOT c.relispartition
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE tab.relhassubclass`,
  read: ({ table, schema: own, name }, { schema }) => [
    {
      relation: table,
      name: printed(own, name),
      danger: `queries of the runtime on ${table} see the rows of ${printed(own, name)}, and its updates and deletes change them`,
      removal: `ALTER TABLE ${qualified(own, name)} NO INHERIT ${tableOf({ schema, table })}`,
    },
  ],
};

/** A dot within a name is told from the one between two. */
export const printed = (schema: string, name: string): string =>
  `${identifierAsPrinted(schema)}.${identifierAsPrinted(name)}`;
