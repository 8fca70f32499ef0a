import type { Catalog } from '../model/catalog.ts';
import type { Alter, Change } from '../model/change.ts';
import type { Connection, Dialect } from '../model/dialect.ts';
import { QueryError } from '../model/errors.ts';
import type { ColumnObject, ObjectId } from '../model/objects.ts';

/** Milliseconds for which the values of one column are looked through. What is not shown by then counts as not shown. */
const patience = 60_000;

/**
 * Looks through columns whose type is to change in a way that need not keep every value. Nothing is asked where there is
 * none.
 * @returns ids of the changes that keep every value that is there; undefined where the engine cannot tell
 */
export async function prove(
  { proof }: Dialect,
  connection: Connection,
  changes: readonly Change[],
  target: Catalog,
): Promise<ReadonlySet<ObjectId> | undefined> {
  if (proof === undefined) return undefined;
  const proved = new Set<ObjectId>();
  for (const change of changes) {
    if (!isRetyping(change) || !proof.isNeeded(change, target)) continue;
    const kept = await proof.isKept(connection, change, patience).catch((error: unknown) => {
      if (error instanceof QueryError) return false;
      throw error;
    });
    if (kept) proved.add(change.id);
  }
  return proved;
}

const isRetyping = (change: Change): change is Alter<ColumnObject> =>
  change.type === 'alter' && change.to.kind === 'column';
