import { migrate } from '../../src/index.ts';
import type { PostgresServer } from './postgres.ts';

const originals = new WeakMap<PostgresServer, Promise<string>>();

/** Makes a database with the declared system tables, as one `migrate` leaves it: on each server the copy of a first one. */
export async function completeDatabase(server: PostgresServer, prefix?: string): Promise<string> {
  let original = originals.get(server);
  if (original === undefined) {
    original = migrated(server);
    originals.set(server, original);
  }
  return server.createDatabase(prefix, await original);
}

async function migrated(server: PostgresServer): Promise<string> {
  const url = await server.createDatabase('original');
  await migrate({ system: url });
  return url;
}
