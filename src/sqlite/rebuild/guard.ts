import type { ForeignKeyObject } from '../../model/objects.ts';
import type { RenderContext } from '../../model/dialect.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { type Draft, mayFail } from '../kinds/draft.ts';
import { orphans } from '../kinds/foreign-key.ts';

/** What must be zero, or the transaction fails with the message. */
interface Condition extends Pick<Draft, 'scans' | 'hazards'> {
  readonly message: string;
  readonly query: string;
}

/** Inside a transaction PRAGMA foreign_keys does nothing at all, silently. https://www.sqlite.org/pragma.html#pragma_foreign_keys */
const foreignKeysAreOff: Condition = {
  message: 'foreign keys must be off while tables are dropped',
  query: 'SELECT foreign_keys FROM pragma_foreign_keys',
};

function noOrphans(key: ForeignKeyObject, context: RenderContext): Condition {
  const { table, columns, referencedTable } = key;
  const message = `rows of ${table} (${columns.join(', ')}) refer to rows that are not in ${referencedTable}`;
  return {
    message,
    query: `SELECT count(*) ${orphans(key)}`,
    scans: [table, referencedTable],
    hazards: mayFail(context, table, message.replace(' refer ', ' may refer '), `SELECT c.* ${orphans(key)}`),
  };
}

export interface Guard {
  readonly before: readonly Draft[];
  readonly after: readonly Draft[];
}

/**
 * Statements around a transaction that runs with foreign keys off. They fail where foreign keys are on after all,
 * and where a foreign key that the transaction makes does not hold: a copied row keeps what it refers to, so no other
 * key can be broken by it. PRAGMA foreign_key_check serves for neither: it is no error to find something, and it is one
 * to look while the parent's key is missing, which may be what is being repaired.
 * The conditions are named checks of a temporary table, which every version of SQLite reports by name.
 */
export function guard(created: readonly ForeignKeyObject[], context: RenderContext): Guard {
  const conditions = [foreignKeysAreOff, ...created.map((key) => noOrphans(key, context))];
  const columns = conditions.map(
    ({ message }, i) => `\n  c${i} CONSTRAINT ${quoteIdentifier(message)} CHECK (c${i} = 0)`,
  );
  const inserts = conditions.map(({ query, scans = [], hazards = [] }, i): Draft => ({
    sql: `INSERT INTO temp.dbos_guard (c${i}) ${query}`,
    writes: false,
    scans,
    hazards,
  }));
  return {
    before: [{ sql: `CREATE TEMP TABLE dbos_guard (${columns.join(',')}\n)`, writes: false }, ...inserts.slice(0, 1)],
    after: [...inserts.slice(1), { sql: 'DROP TABLE temp.dbos_guard', writes: false }],
  };
}
