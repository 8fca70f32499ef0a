import type { Connection } from '../model/dialect.ts';
import { QueryError, UserError } from '../model/errors.ts';
import { withoutMakeshift } from '../model/makeshift.ts';
import type { Segment, Statement } from '../model/plan.ts';
import type { Inspection } from './inspect.ts';
import { pauseFor } from './pause.ts';

/** Milliseconds for which a segment is tried again while others hold the locks that it needs. */
const patience = 60_000;

/**
 * Runs one segment. One that gave way to others runs again from its start: it left nothing behind.
 * @param guard asked inside the transaction, before its first statement
 * @throws UserError naming the statement that was refused, and what to do.
 */
export async function runSegment(
  inspection: Inspection,
  connection: Connection,
  segment: Segment,
  guard?: () => Promise<void>,
): Promise<void> {
  const { database, dialect } = inspection;
  const deadline = Date.now() + patience;
  let announced: string | undefined;
  for (let pause = 100; ; pause = Math.min(pause * 2, 2_000)) {
    try {
      return await attempt(connection, segment, dialect.begin, guard);
    } catch (error) {
      const waits = error instanceof Refused && dialect.isTransient(error.reason, error.statement?.sql);
      if (!waits || Date.now() + pause > deadline)
        throw error instanceof Refused ? explained(error, inspection) : error;
      const what = awaited(error.statement);
      if (what !== announced) database.onWait(what);
      announced = what;
      await pauseFor(pause, database.signal);
    }
  }
}

function awaited(statement: Statement | undefined): string {
  const whom = statement?.on === 'server' ? 'others to leave the template database' : 'a lock';
  return `${whom}: ${firstLine(statement?.sql ?? 'the transaction')}`;
}

async function attempt(
  connection: Connection,
  { transaction, statements }: Segment,
  begin: readonly string[],
  guard: (() => Promise<void>) | undefined,
): Promise<void> {
  if (!transaction) return send(connection, [], statements);
  try {
    if (guard !== undefined) {
      await send(connection, begin, []);
      await guard();
    }
    await send(connection, guard === undefined ? begin : [], statements, ['COMMIT']);
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

const explained = ({ reason, statement }: Refused, { database, dialect, live }: Inspection): UserError => {
  const sql = statement?.sql ?? '';
  const message = reason.detail === undefined ? reason.message : `${reason.message} (${reason.detail})`;
  return new UserError(withoutMakeshift(message), {
    where: sql === '' ? database.where : `${database.where} · ${firstLine(sql)}`,
    hint: dialect.explain(reason, { scope: database.scope, user: live.server.user, sql }),
    cause: reason,
  });
};

const firstLine = (sql: string): string => sql.split('\n', 1)[0]?.replace(/\($/, '(…)') ?? sql;
