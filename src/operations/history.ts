import { explained, openDatabase } from '../apply/database.ts';
import { QueryError } from '../model/errors.ts';
import type { KeptRecord } from '../model/migration-record.ts';
import { databasesOf, type RunDatabase } from './databases.ts';
import type { Request } from './request.ts';

export interface DatabaseHistory {
  /** `System database`, `Application database`, or both in one. */
  readonly title: string;
  /** Masked. */
  readonly url: string;
  /** The newest first; null where there is no database, or no record in it. */
  readonly records: readonly KeptRecord[] | null;
}

/** So many records of each database are told unless more are asked for. */
const many = 20;

/**
 * Tells what earlier runs have recorded in `migrations`: applied plans and custom commands. Nothing is changed.
 * @param most how many records of each database at most
 * @throws UserError for what keeps a database from being read
 * @throws the signal's reason once that is aborted
 */
export async function history(
  request: Request,
  most = many,
): Promise<{ readonly databases: readonly DatabaseHistory[] }> {
  const databases: DatabaseHistory[] = [];
  for (const entry of await databasesOf(request)) {
    databases.push({ title: entry.title, url: entry.database.where, records: await recordsOf(entry, most) });
  }
  return { databases };
}

async function recordsOf({ database }: RunDatabase, most: number): Promise<readonly KeptRecord[] | null> {
  const { connection, exists } = await openDatabase(database, { write: false });
  try {
    return exists ? await database.dialect.readRecords(connection, database.scope, most) : null;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw explained(database, error, { message: `the records in migrations cannot be read: ${error.message}` });
  } finally {
    await connection.close();
  }
}
