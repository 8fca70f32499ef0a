import type { Connection, Dialect, LiveState } from '../model/dialect.ts';
import { QueryError } from '../model/errors.ts';
import type { Look } from '../model/look.ts';
import { cockroach } from './cockroach/dialect.ts';
import { declare } from './declare.ts';
import { explain, isTransient } from './explain.ts';
import { absent, introspect } from './introspect.ts';
import { mend } from './kinds.ts';
import { tryLock } from './lock.ts';
import { completeUrl, open, placeOf } from './open.ts';
import { readPortably } from './portable/dialect.ts';
import { askServer, isPostgres, type Server } from './portable/server.ts';
import { readRecords, record } from './record.ts';
import { proof } from './prove.ts';
import { render } from './render.ts';
import { forSession } from './session.ts';
import { settle } from './settle.ts';

/** A server that cannot answer the catalog query may be another product: then information_schema is read. */
async function introspectEither(connection: Connection, look: Look): Promise<LiveState> {
  try {
    return await introspect(connection, look);
  } catch (error) {
    const server = error instanceof QueryError ? await otherThanPostgres(connection, look) : null;
    // What PostgreSQL cannot answer, and what kept any other from answering, says more than a second failure.
    if (server === null) throw error;
    return await readPortably(connection, look, speaking, server);
  }
}

async function otherThanPostgres(connection: Connection, look: Look): Promise<Server | null> {
  const server = await askServer(connection, look).catch(() => null);
  return server === null || isPostgres(server) ? null : server;
}

const speaking = (product: string): Dialect => (product === 'CockroachDB' ? cockroach : postgres);

export const postgres: Dialect = {
  name: 'postgres',
  // Every session looks for it, and made again it has none of the rights it had.
  // https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PUBLIC
  lastingSchema: 'public',
  session: forSession,
  // A statement that waits for its lock makes all writers wait behind it, so it gives up early and is tried again.
  begin: ['BEGIN', `SET LOCAL lock_timeout = '200ms'`, 'SET LOCAL statement_timeout = 0'],
  exclusion: 'session',
  open,
  completeUrl,
  placeOf,
  // A database of a server goes with DROP DATABASE only, which nobody asked for.
  discardIfEmpty: async () => {},
  tryLock,
  record,
  readRecords,
  isTransient,
  explain,
  mend,
  declare,
  introspect: introspectEither,
  absent,
  settle,
  proof,
  render,
};

/** The same, which reads information_schema alone. It shows less, and so nothing is written by it. */
export const postgresByInformationSchema: Dialect = {
  ...postgres,
  introspect: (connection, look) => readPortably(connection, look, speaking),
};
