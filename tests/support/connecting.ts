import { inspect } from 'node:util';
import { afterEach, expect } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/config/database-url.ts';
import type { Connection } from '../../src/model/dialect.ts';
import { UserError } from '../../src/model/errors.ts';
import { connectPostgres } from '../../src/postgres/connection/connect.ts';
import type { Environment, PostgresTarget } from '../../src/model/target.ts';

const open: Connection[] = [];

/** An environment in which nobody's own password file or certificates are found. */
export const bare: Environment = { HOME: '/nowhere' };

export function targetOf(url: string): PostgresTarget {
  const target = parseDatabaseUrl(url, 'test');
  if (target.dialect !== 'postgres') throw new Error(url);
  return target;
}

/** Connects to a database that exists; closed when the test is done. */
export async function connect(url: string, environment: Environment = {}): Promise<Connection> {
  const { connection, missing } = await connectPostgres(targetOf(url), { environment: { ...bare, ...environment } });
  if (connection === null) throw missing;
  return closeLater(connection);
}

export function closeLater(connection: Connection): Connection {
  open.push(connection);
  return connection;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});

/** Why it does not connect. Neither the error nor its cause may hold the secret. */
export async function refusal(url: string, environment: Environment = {}, secret = 'Geheim'): Promise<UserError> {
  const error: unknown = await connect(url, environment).catch((reason: unknown) => reason);
  if (!(error instanceof UserError)) throw new Error(`connected, or no UserError: ${inspect(error)}`);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(encodeURIComponent(secret));
  expect(error.where).toMatch(/^postgres/);
  return error;
}

/** Whether the server says that this very connection is encrypted. */
export async function isEncrypted(connection: Connection): Promise<boolean> {
  const [row] = await connection.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  return row?.['ssl'] === true;
}
