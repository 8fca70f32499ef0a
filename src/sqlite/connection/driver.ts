import type Driver from 'better-sqlite3';
import type { Row } from '../../model/dialect.ts';

/** What the driver said of a statement that was refused. */
export class DriverError extends Error {
  /** The name of SQLite's result code. */
  readonly code: string;
  /** Whether some of a text of several statements may have been done. */
  readonly isPartial: boolean;

  constructor(
    message: string,
    facts: { readonly code: string; readonly isPartial: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause: facts.cause });
    this.name = 'DriverError';
    this.code = facts.code;
    this.isPartial = facts.isPartial;
  }
}

/** The name of SQLite's result code; misuse is what the driver itself refuses. https://www.sqlite.org/rescode.html */
export const codeOf = (error: unknown): string => (error as { readonly code?: string }).code ?? 'SQLITE_MISUSE';

/** Opens a file, or a database in memory with what a file holds. Nothing is read before the first statement. */
export async function openDriver(source: string | Buffer, options: Driver.Options): Promise<OpenFile> {
  const { default: Database } = await import('better-sqlite3');
  return new Database(source, options);
}

export type OpenFile = Driver.Database;

/** The part of the driver's database that is used for statements. */
interface Database {
  prepare(sql: string): Prepared;
  exec(sql: string): unknown;
}

interface Prepared {
  /** True where it gives rows. */
  readonly reader: boolean;
  all(): unknown[];
  run(): unknown;
}

/**
 * Runs one text and gives its rows; a text of several statements gives none.
 * @throws DriverError
 */
export function perform(database: Database, sql: string): readonly Row[] {
  let isPartial = false;
  try {
    const statement = prepare(database, sql);
    if (statement?.reader === true) return statement.all() as Row[];
    isPartial = statement === null;
    if (statement === null) database.exec(sql);
    else statement.run();
    return [];
  } catch (error) {
    throw new DriverError((error as Error).message, { code: codeOf(error), isPartial, cause: error });
  }
}

/** The driver prepares one statement at a time. Null for a text of several. */
function prepare(database: Database, sql: string): Prepared | null {
  try {
    return database.prepare(sql);
  } catch (error) {
    if ((error as Error).name !== 'RangeError') throw error;
    return null;
  }
}
