import type { Socket } from 'node:net';
import type { Connection, QueryOptions, Row } from '../../model/dialect.ts';
import { QueryError, UserError } from '../../model/errors.ts';
import { isServerError } from './failure.ts';
import { Message, type Parsers } from './message.ts';
import type { Settings } from './settings.ts';

/** What is used of the driver's client. */
interface Client {
  query(message: Message): unknown;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** SQLSTATE connection_failure, for a connection that ended without a word from the server. */
const CONNECTION_FAILURE = '08006';

/** Milliseconds that a server gets to take leave. */
const FAREWELL = 2000;

/** The connection of a client that is connected through the socket. One query at a time. */
export function connectionOf(
  client: Client,
  socket: Socket,
  parsers: Parsers,
  { url, where }: Pick<Settings, 'url' | 'where'>,
): Connection {
  let lost: Error | undefined;
  // Without a listener, the end of an idle connection would end the process.
  client.on('error', (error) => {
    lost ??= error;
  });

  async function query(statements: string | readonly string[], options: QueryOptions = {}): Promise<readonly Row[]> {
    const texts = typeof statements === 'string' ? [statements] : statements;
    if (texts.length === 0) return [];
    // On lines of its own the semicolon ends no comment's part that a text may end with.
    const message = new Message(texts.join('\n;\n'), parsers);
    const watchdog = startWatchdog(options.timeout);
    client.query(message);
    try {
      return await message.rows;
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw queryError(error, lost, Math.min(message.completed, texts.length - 1));
    } finally {
      clearTimeout(watchdog);
    }
  }

  function startWatchdog(timeout: number | undefined): NodeJS.Timeout | undefined {
    if (timeout === undefined) return undefined;
    const silence = new UserError(`the server did not answer within ${timeout / 1000} s`, {
      where,
      hint: 'look whether the server hangs, or whether a lock on a catalog or a table holds it up, and run again',
    });
    return setTimeout(() => socket.destroy(silence), timeout);
  }

  async function close(): Promise<void> {
    const impatience = setTimeout(() => socket.destroy(), FAREWELL);
    await client.end();
    clearTimeout(impatience);
  }

  return { query, close, url };
}

/** What the server said, at the query or when it ended the connection, or that the connection ended without a word. */
function queryError(error: unknown, lost: Error | undefined, statement: number): QueryError {
  const said = [error, lost].find(isServerError);
  if (said === undefined) {
    return new QueryError('the connection to the server was lost', {
      code: CONNECTION_FAILURE,
      statement,
      detail: error instanceof Error ? error.message : undefined,
      cause: lost ?? error,
    });
  }
  const detail = [said.detail, said.hint].filter((line) => line !== undefined).join('\n');
  return new QueryError(said.message, { code: said.code, statement, detail: detail || undefined, cause: said });
}
