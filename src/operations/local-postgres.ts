import type { Answer, Probe } from '../docker/ready.ts';
import { type Started, type StartRequest, startServer } from '../docker/start.ts';
import { serverStatus, type Status, type StatusRequest } from '../docker/status.ts';
import { QueryError, UserError } from '../model/errors.ts';
import type { PostgresTarget } from '../model/target.ts';

export {
  removeServer as removeLocalPostgres,
  stopServer as stopLocalPostgres,
  type Removal,
  type RemoveRequest,
  type Stopped,
  type StopRequest,
} from '../docker/stop.ts';
export type { Started } from '../docker/start.ts';
export type { Status } from '../docker/status.ts';

/** Milliseconds in which a started server must answer. */
const TIMEOUT = 60_000;

export type LocalPostgresRequest = Omit<StartRequest, 'probe' | 'timeout'> & {
  /** Milliseconds in which the server must answer once its container runs; a minute unless given. */
  readonly timeout?: number | undefined;
};

/**
 * Starts a local PostgreSQL in a container, or says that it runs.
 * @throws UserError for everything that keeps it from running
 */
export const startLocalPostgres = ({ timeout = TIMEOUT, ...request }: LocalPostgresRequest): Promise<Started> =>
  startServer({ ...request, timeout, probe });

/** Looks at the local PostgreSQL. @returns null where there is no container @throws UserError where the engine fails */
export const localPostgresStatus = (request: Omit<StatusRequest, 'probe'>): Promise<Status | null> =>
  serverStatus({ ...request, probe });

/** SQLSTATE invalid_password. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const WRONG_PASSWORD = '28P01';

/** Asks what everybody connects to: the published port, with the password, over TCP. */
const probe: Probe = async ({ port, password }, { timeout, signal }) => {
  const limit = new AbortController();
  const stop = (): void => limit.abort();
  const timer = setTimeout(stop, timeout);
  signal?.addEventListener('abort', stop);
  try {
    return await ask(targetAt(port, password), limit.signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (limit.signal.aborted) return { is: 'silent', why: `no answer within ${timeout / 1000} s` };
    return failedAnswer(error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
};

const targetAt = (port: number, password: string): PostgresTarget => ({
  dialect: 'postgres',
  text: `postgresql://postgres@127.0.0.1:${port}/postgres`,
  user: 'postgres',
  password,
  host: '127.0.0.1',
  port,
  database: 'postgres',
  parameters: new Map([['sslmode', 'prefer']]),
  maintenanceDatabase: null,
});

async function ask(target: PostgresTarget, signal: AbortSignal): Promise<Answer> {
  const { connectPostgres } = await import('../postgres/connection/connect.ts');
  const { connection, missing } = await connectPostgres(target, { environment: null, signal });
  if (connection === null) return failedAnswer(missing);
  try {
    await connection.query('SELECT 1');
    return { is: 'ready' };
  } finally {
    await connection.close();
  }
}

function failedAnswer(error: unknown): Answer {
  if (!(error instanceof UserError || error instanceof QueryError)) throw error;
  const isRefused = (error.cause as { readonly code?: string } | undefined)?.code === WRONG_PASSWORD;
  return { is: isRefused ? 'other password' : 'silent', why: error.message };
}
