import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, ServerFacts } from '../model/dialect.ts';
import { QueryError, UserError } from '../model/errors.ts';
import type { Statement } from '../model/plan.ts';
import type { Database } from './database.ts';

/** Statements that run together: in one transaction, or one by one where the engine refuses a transaction. */
export interface Segment {
  readonly transactional: boolean;
  readonly statements: readonly Statement[];
}

/** Cuts a plan where transactions begin and end. */
export function segmentsOf(statements: readonly Statement[]): readonly Segment[] {
  const segments: { transactional: boolean; statements: Statement[] }[] = [];
  for (const statement of statements) {
    const last = segments.at(-1);
    if (last !== undefined && last.transactional === statement.transactional) last.statements.push(statement);
    else segments.push({ transactional: statement.transactional, statements: [statement] });
  }
  return segments;
}

export interface Runner {
  readonly database: Database;
  readonly connection: Connection;
  readonly server: ServerFacts;
  /** Told each time a statement gives way to somebody else's lock. */
  readonly onWait: (what: string) => void;
}

/** Milliseconds for which a segment is tried again while others hold the locks that it needs. */
const patience = 60_000;

/**
 * Runs one segment. One that gave way to others runs again from its start: its transaction left nothing behind.
 * @throws UserError naming the statement that was refused, and what to do.
 */
export async function runSegment(runner: Runner, segment: Segment, guard?: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + patience;
  let announced: string | undefined;
  for (let pause = 100; ; pause = Math.min(pause * 2, 2_000)) {
    try {
      return await attempt(runner, segment, guard);
    } catch (error) {
      const waits = error instanceof Refused && runner.database.dialect.isTransient(error.reason);
      if (!waits || Date.now() + pause > deadline) throw error instanceof Refused ? explained(error, runner) : error;
      const what = `a lock: ${firstLine(error.statement?.sql ?? 'the transaction')}`;
      if (what !== announced) runner.onWait(what);
      announced = what;
      await sleep(pause);
    }
  }
}

async function attempt(runner: Runner, segment: Segment, guard?: () => Promise<void>): Promise<void> {
  const { connection } = runner;
  if (!segment.transactional) {
    for (const statement of segment.statements) await send(connection, [], [statement]);
    return;
  }
  const { begin } = runner.database.dialect;
  try {
    if (guard !== undefined) {
      await send(connection, begin, []);
      await guard();
    }
    await send(connection, guard === undefined ? begin : [], segment.statements, ['COMMIT']);
  } catch (error) {
    // The connection may be gone with its transaction: then the first error is the one to tell.
    await connection.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Sends statements in one message, and knows which one was refused. */
async function send(
  connection: Connection,
  before: readonly string[],
  statements: readonly Statement[],
  after: readonly string[] = [],
): Promise<void> {
  try {
    await connection.query([...before, ...statements.map((statement) => statement.sql), ...after]);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    throw new Refused(error, statements[error.statement - before.length]);
  }
}

class Refused extends Error {
  readonly reason: QueryError;
  readonly statement: Statement | undefined;

  constructor(reason: QueryError, statement: Statement | undefined) {
    super(reason.message, { cause: reason });
    this.reason = reason;
    this.statement = statement;
  }
}

const explained = ({ reason, statement }: Refused, { database, server }: Runner): UserError => {
  const sql = statement?.sql ?? '';
  return new UserError(reason.detail === undefined ? reason.message : `${reason.message} (${reason.detail})`, {
    where: sql === '' ? database.where : `${database.where} · ${firstLine(sql)}`,
    hint: database.dialect.explain(reason, { scope: database.scope, user: server.user, sql }),
    cause: reason,
  });
};

const firstLine = (sql: string): string => sql.split('\n', 1)[0]?.replace(/\($/, '(…)') ?? sql;

/** Statements of a plan that run elsewhere, before the database is there. */
export const onServer = (statement: Statement): boolean => statement.on === 'server';
