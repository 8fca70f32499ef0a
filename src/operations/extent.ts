import type { Inspection } from '../apply/inspect.ts';
import { QueryError } from '../model/errors.ts';
import { relationName } from '../model/facts.ts';
import { quoteIdentifier } from '../sql/quote.ts';

/** How much stands in the system tables. */
export interface Extent {
  /** Workflows by status, the most frequent first; null where they are too many to count, or cannot be. */
  readonly statuses: readonly { readonly status: string; readonly count: number }[] | null;
  /** Workflows: counted, or as the engine estimates them. */
  readonly workflows: number;
  /** Bytes of the tables and their indexes. */
  readonly bytes: number;
}

/** From so many rows on, an operator would wait for the count. */
const countable = 200_000;

/** Finds out what a reset takes away. That it cannot be counted keeps nothing from being done. */
export async function extentOf({ plan, live, opened, database, dialect }: Inspection): Promise<Extent> {
  const { schema } = database.scope;
  const bytes = [...live.facts].reduce((sum, [name, facts]) => sum + (name.includes('.') ? facts.bytes : 0), 0);
  const workflows = live.facts.get(relationName(schema, 'workflow_status'))?.rows ?? 0;
  const isCounted = plan.changes.length > 0 && workflows > 0 && workflows < countable;
  if (!isCounted) return { statuses: null, workflows, bytes };
  const sql = `SELECT status, count(*) AS count FROM ${quoteIdentifier(schema)}.workflow_status GROUP BY status ORDER BY 2 DESC, 1`;
  // Nobody who holds a lock on the table is waited for.
  const limits =
    dialect.name === 'postgres' ? [`SET LOCAL lock_timeout = '1s'`, `SET LOCAL statement_timeout = '10s'`] : [];
  try {
    const rows = await opened.connection.query([...limits, sql]);
    const statuses = rows.map(({ status, count }) => ({
      status: typeof status === 'string' ? status : 'none',
      count: Number(count),
    }));
    return { statuses, workflows: statuses.reduce((sum, { count }) => sum + count, 0), bytes };
  } catch (error) {
    if (error instanceof QueryError) return { statuses: null, workflows, bytes };
    throw error;
  }
}
