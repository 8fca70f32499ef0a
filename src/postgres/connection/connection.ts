import type { Socket } from 'node:net';
import type { Connection, QueryOptions, Row } from '../../model/dialect.ts';
import { QueryError, UserError } from '../../model/errors.ts';
import { isServerError } from './failure.ts';
import { Message, type Parsers } from './message.ts';
import type { Settings } from './settings.ts';

/** What is used of the driver's client. */
interface Client {
  readonly processID?: number | null;
  query(message: Message): unknown;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** SQLSTATE connection_failure, for a connection that ended without a word from the server. */
const CONNECTION_FAILURE = '08006';

/** Milliseconds that a server gets to take leave. */
const FAREWELL = 2000;

/** Milliseconds that a server gets to answer a statement that was cancelled. */
const LAST_WORD = 1_500;

export interface Circumstances {
  readonly parsers: Parsers;
  readonly settings: Pick<Settings, 'url' | 'where'>;
  readonly signal?: AbortSignal | undefined;
  /** Asks the server to cancel what it is doing for the client. */
  readonly cancel: () => Promise<void>;
}

/** The connection of a client that is connected through the socket. One query at a time. */
export function connectionOf(client: Client, socket: Socket, circumstances: Circumstances): Connection {
  const { parsers, settings, signal } = circumstances;
  const { url, where } = settings;
  let lost: Error | undefined;
  // Without a listener, the end of an idle connection would end the process.
  client.on('error', (error) => {
    lost ??= error;
  });

  async function query(statements: string | readonly string[], options: QueryOptions = {}): Promise<readonly Row[]> {
    const texts = typeof statements === 'string' ? [statements] : statements;
    signal?.throwIfAborted();
    if (texts.length === 0) return [];
    // On lines of its own the semicolon ends no comment's part that a text may end with.
    const message = new Message(texts.join('\n;\n'), parsers);
    const endWatch = watch(socket, { ...circumstances, where, timeout: options.timeout });
    client.query(message);
    try {
      return await message.rows;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof UserError) throw error;
      throw queryError(error, lost, Math.min(message.completed, texts.length - 1));
    } finally {
      endWatch();
    }
  }

  async function close(): Promise<void> {
    const impatience = setTimeout(() => socket.destroy(), FAREWELL);
    await client.end();
    clearTimeout(impatience);
  }

  const backend = typeof client.processID === 'number' ? client.processID : null;
  return { query, close, url, backend };
}

interface Watched extends Circumstances {
  readonly where: string;
  /** Milliseconds after which a silent server is given up. */
  readonly timeout: number | undefined;
}

/**
 * Ends a query that a server does not answer in time, or that is aborted: the server is asked to cancel it, and what it
 * does not answer then is not waited for. What was committed before stays, and the rest is rolled back by the server.
 * @returns the function that ends the watch
 */
function watch(socket: Socket, { signal, cancel, where, timeout }: Watched): () => void {
  const timers: NodeJS.Timeout[] = [];
  const after = (milliseconds: number, error: Error): void =>
    void timers.push(setTimeout(() => socket.destroy(error), milliseconds));
  const abort = (): void => {
    void cancel();
    after(LAST_WORD, new Error('aborted'));
  };
  if (timeout !== undefined) {
    const hint = 'look whether the server hangs, or whether a lock on a catalog or a table holds it up, and run again';
    after(timeout, new UserError(`the server did not answer within ${timeout / 1000} s`, { where, hint }));
  }
  signal?.addEventListener('abort', abort);
  return () => {
    signal?.removeEventListener('abort', abort);
    for (const timer of timers) clearTimeout(timer);
  };
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
