import type { Catalog } from '../model/catalog.ts';
import type { Alter, Change } from '../model/change.ts';
import type { Connection } from '../model/dialect.ts';
import { QueryError } from '../model/errors.ts';
import type { ColumnObject, ObjectId } from '../model/objects.ts';
import { canBeShown, comparing } from './retype.ts';
import { forTransaction } from './session.ts';

/** Milliseconds for which the values of one column are looked through. What is not shown by then counts as not shown. */
const patience = 60_000;

/**
 * Looks through columns whose type is to change in a way that need not keep every value. Nothing is asked where there is
 * none.
 * @returns ids of the changes that keep every value that is there
 */
export async function prove(
  connection: Connection,
  changes: readonly Change[],
  target: Catalog,
): Promise<ReadonlySet<ObjectId>> {
  const proved = new Set<ObjectId>();
  for (const change of changes) {
    if (isRetyping(change) && canBeShown(change, target) && (await isKept(connection, change))) proved.add(change.id);
  }
  return proved;
}

const isRetyping = (change: Change): change is Alter<ColumnObject> =>
  change.type === 'alter' && change.to.kind === 'column';

/** A value that cannot go there and back, or cannot be read, is not shown to be kept. */
async function isKept(connection: Connection, change: Alter<ColumnObject>): Promise<boolean> {
  const limits = ['statement_timeout', 'lock_timeout'].map((name) => `SET LOCAL ${name} = ${patience}`);
  try {
    const [row] = await connection.query([...forTransaction, ...limits, comparing(change)], {
      timeout: patience + 5_000,
    });
    return row?.['kept'] === true;
  } catch (error) {
    if (error instanceof QueryError) return false;
    throw error;
  }
}
