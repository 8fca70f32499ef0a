import type { ForeignKeyObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { orphans } from '../kinds/foreign-key.ts';

/** What must be zero, or the transaction fails with the message. */
interface Condition {
  readonly message: string;
  readonly query: string;
}

/** Inside a transaction PRAGMA foreign_keys does nothing at all, silently. https://www.sqlite.org/pragma.html#pragma_foreign_keys */
const foreignKeysAreOff: Condition = {
  message: 'foreign keys must be off while tables are dropped',
  query: 'SELECT foreign_keys FROM pragma_foreign_keys',
};

const noOrphans = (key: ForeignKeyObject): Condition => ({
  message: `rows of ${key.table} (${key.columns.join(', ')}) refer to rows that are not in ${key.referencedTable}`,
  query: orphans(key),
});

export interface Guard {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Statements around a transaction that runs with foreign keys off. They fail where foreign keys are on after all,
 * and where a foreign key that the transaction makes does not hold: a copied row keeps what it refers to, so no other
 * key can be broken by it. PRAGMA foreign_key_check serves for neither: it is no error to find something, and it is one
 * to look while the parent's key is missing, which may be what is being repaired.
 * The conditions are named checks of a temporary table, which every version of SQLite reports by name.
 */
export function guard(created: readonly ForeignKeyObject[]): Guard {
  const conditions = [foreignKeysAreOff, ...created.map(noOrphans)];
  const columns = conditions.map(
    ({ message }, i) => `\n  c${i} CONSTRAINT ${quoteIdentifier(message)} CHECK (c${i} = 0)`,
  );
  const inserts = conditions.map(({ query }, i) => `INSERT INTO temp.dbos_guard (c${i}) ${query}`);
  return {
    before: [`CREATE TEMP TABLE dbos_guard (${columns.join(',')}\n)`, ...inserts.slice(0, 1)],
    after: [...inserts.slice(1), 'DROP TABLE temp.dbos_guard'],
  };
}
