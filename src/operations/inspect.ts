import { inspect, type Inspection } from '../apply/inspect.ts';
import { UserError } from '../model/errors.ts';
import type { Goal } from '../model/goal.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import type { RunDatabase } from './databases.ts';
import type { Request } from './request.ts';

export interface Inspected extends RunDatabase {
  readonly inspection: Inspection;
}

/** Milliseconds after which a caller is told that a database has not answered yet. */
const patience = 2_000;

export const goalOf = ({ allow = [], adopt = [] }: Request, aim: Goal['aim']): Goal => ({
  aim,
  allow: new Set(allow),
  adopt: new Set(adopt),
});

/**
 * Connects to all databases and plans for each, before any is changed; closes all when the work is done, whatever
 * becomes of it.
 * @throws UserError for the first that cannot be reached, or where the role to grant to does not exist.
 */
export async function withInspected<T>(
  databases: readonly RunDatabase[],
  goal: Goal,
  request: Request,
  work: (inspected: readonly Inspected[]) => Promise<T>,
): Promise<T> {
  const inspected: Inspected[] = [];
  request.signal?.throwIfAborted();
  try {
    await patiently(request, async () => {
      for (const entry of databases) {
        inspected.push({ ...entry, inspection: await inspect(entry.database, goal) });
        refuseMissingRole(inspected.at(-1)!.inspection);
      }
    });
    return await work(inspected);
  } catch (error) {
    // What the abort broke off is told by its reason, and not by how it broke.
    request.signal?.throwIfAborted();
    throw error;
  } finally {
    for (const { inspection } of inspected) await inspection.opened.connection.close();
  }
}

/** Tells why nothing happens, once a database has not answered for a while. */
async function patiently({ on }: Request, look: () => Promise<void>): Promise<void> {
  const what = 'the database to answer; a lock may hold it up';
  const timer = setTimeout(() => on?.wait?.({ database: null, what }), patience);
  try {
    await look();
  } finally {
    clearTimeout(timer);
  }
}

function refuseMissingRole({ database, live }: Inspection): void {
  if (live.server.roleExists) return;
  const role = database.scope.role ?? '';
  throw new UserError(`role "${role}" does not exist`, {
    where: database.where,
    hint: `CREATE ROLE ${quoteIdentifier(role)} LOGIN PASSWORD '…';   then run migrate again`,
  });
}
