import { quoteIdentifier } from '../../sql/quote.ts';
import { tableOf } from '../kinds/draft.ts';
import type { Source } from './source.ts';

interface RuleRow {
  readonly table: string;
  readonly name: string;
  readonly event: keyof typeof statements;
  readonly instead: boolean;
}

const statements = { '2': 'an update', '3': 'an insert', '4': 'a delete' } as const;

/**
 * Rules that a session of an application meets: they are no objects that fire, but change a statement before it runs.
 * Views are made by rules too, and are no tables. https://www.postgresql.org/docs/current/catalog-pg-rewrite.html
 */
export const rule: Source<RuleRow> = {
  mayBeThere: () => 'EXISTS (SELECT FROM tab WHERE relhasrules)',
  rows: () => `SELECT tab.relname AS "table", r.rulename AS name, r.ev_type AS event, r.is_instead AS instead
    FROM tab JOIN pg_rewrite r ON r.ev_class = tab.oid
    WHERE tab.relhasrules AND r.ev_type IN ('2', '3', '4') AND r.ev_enabled IN ('O', 'A')`,
  read: ({ table, name, event, instead }, { schema }) => [
    {
      relation: table,
      name,
      danger: `${statements[event]} of the runtime in ${table} does ${instead ? 'something else, or nothing' : 'more than it says'}${event === '4' ? '' : upserts}`,
      removal: `DROP RULE ${quoteIdentifier(name)} ON ${tableOf({ schema, table })}`,
    },
  ],
};

/** https://www.postgresql.org/docs/current/sql-insert.html#SQL-ON-CONFLICT */
const upserts = ', and every insert with ON CONFLICT fails';
