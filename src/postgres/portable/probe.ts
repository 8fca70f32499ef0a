import type { Row } from '../../model/dialect.ts';
import { QueryError } from '../../model/errors.ts';
import { qualified } from '../kinds/draft.ts';
import type { Ask } from './server.ts';

const undefinedTable = '42P01';

/**
 * SQLSTATEs of class 42, which say that something is not there, is not known here, or may not be used.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const isAnswer = (error: unknown): error is QueryError => error instanceof QueryError && error.code.startsWith('42');

/** The rows of a query that this server need not be able to answer; where it is not, the SQLSTATE that it says. */
export const ifAnswered = (ask: Ask, sql: string): Promise<readonly Row[] | string> =>
  ask(sql).catch((error: unknown) => {
    if (isAnswer(error)) return error.code;
    throw error;
  });

/** The same, with none where it is not. */
export async function rowsIfAny(ask: Ask, sql: string): Promise<readonly Row[]> {
  const answer = await ifAnswered(ask, sql);
  return typeof answer === 'string' ? [] : answer;
}

/**
 * Those of the tables that are there and were not shown: a server tells by its refusal a table that may not be read
 * from one that is not there.
 */
export async function hiddenAmong(ask: Ask, tables: readonly string[], schema: string): Promise<ReadonlySet<string>> {
  const hidden = new Set<string>();
  for (const table of tables) if (await isThere(ask, qualified(schema, table))) hidden.add(table);
  return hidden;
}

async function isThere(ask: Ask, table: string): Promise<boolean> {
  return (await ifAnswered(ask, `SELECT 1 FROM ${table} WHERE false`)) !== undefinedTable;
}
