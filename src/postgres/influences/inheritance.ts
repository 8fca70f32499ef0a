import { identifierAsPrinted } from '../../sql/quote.ts';
import { printable } from '../encoding.ts';
import { qualified, tableOf } from '../kinds/draft.ts';
import type { Influence, Source } from './source.ts';

interface RelativeRow {
  readonly table: string;
  readonly schema: string;
  readonly name: string;
}

/** A table of ours, and the other one that it is tied to; tables both as a statement names them. */
interface Tie {
  readonly table: string;
  readonly other: string;
  readonly ours: string;
  readonly theirs: string;
}

/**
 * Tables that are tied to ours by inheritance. Partitions are none: they are refused with what they are partitions of,
 * or refused themselves. https://www.postgresql.org/docs/current/ddl-inherit.html
 */
const inheritance = (
  side: 'inhparent' | 'inhrelid',
  mayBeThere: string,
  told: (tie: Tie) => Pick<Influence, 'danger' | 'removal'>,
): Source<RelativeRow> => ({
  mayBeThere: () => mayBeThere,
  rows: () => `SELECT tab.relname AS "table", ${printable('n.nspname')} AS schema, ${printable('c.relname')} AS name
    FROM tab JOIN pg_inherits i ON i.${side} = tab.oid
    JOIN pg_class c ON c.oid = i.${side === 'inhparent' ? 'inhrelid' : 'inhparent'}
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT (SELECT relispartition FROM pg_class WHERE oid = i.inhrelid)`,
  read: ({ table, schema: own, name }, { schema }) => {
    const other = printed(own, name);
    return [
      {
        relation: table,
        name: other,
        ...told({ table, other, ours: tableOf({ schema, table }), theirs: qualified(own, name) }),
      },
    ];
  },
});

/** A dot within a name is told from the one between two. */
const printed = (schema: string, name: string): string => `${identifierAsPrinted(schema)}.${identifierAsPrinted(name)}`;

/** Tables that inherit from ours. */
export const child = inheritance(
  'inhparent',
  'EXISTS (SELECT FROM tab WHERE relhassubclass)',
  ({ table, other, ours, theirs }) => ({
    danger: `queries of the runtime on ${table} see the rows of ${other}, and its updates and deletes change them`,
    removal: `ALTER TABLE ${theirs} NO INHERIT ${ours}`,
  }),
);

/** Tables that ours inherit from. */
export const parent = inheritance(
  'inhrelid',
  'EXISTS (SELECT FROM pg_inherits WHERE inhrelid IN (SELECT oid FROM tab WHERE NOT relispartition))',
  ({ table, other, ours, theirs }) => ({
    danger: `updates and deletes of ${other} change rows of the runtime in ${table}, and so does what alters it`,
    removal: `ALTER TABLE ${ours} NO INHERIT ${theirs}`,
  }),
);
