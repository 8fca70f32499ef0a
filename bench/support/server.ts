import { escapeIdentifier } from 'pg';
import { nameOf } from '../../tests/conformance/support/postgres-engine.ts';
import { type PostgresServer, startPostgres } from '../../tests/support/postgres.ts';

/** Lends a real PostgreSQL that has room for big tables and logs no statements, and stops it afterwards. */
export async function withServer<T>(use: (server: PostgresServer) => Promise<T>): Promise<T> {
  const server = await startPostgres({
    settings: { log_statement: 'none', shared_buffers: '128MB', max_wal_size: '4GB', max_locks_per_transaction: 1024 },
  });
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/** Lends a new database: an empty one, or a copy of the one that the URL names and nobody is connected to. */
export async function withDatabase<T>(
  server: PostgresServer,
  use: (url: string) => Promise<T>,
  template?: string,
): Promise<T> {
  const url = await server.createDatabase('bench');
  const name = escapeIdentifier(nameOf(url));
  try {
    if (template !== undefined) {
      await server.query(`DROP DATABASE ${name}`);
      await server.query(`CREATE DATABASE ${name} TEMPLATE ${escapeIdentifier(nameOf(template))}`);
    }
    return await use(url);
  } finally {
    await server.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}
