import type { Opened, OpenOptions } from '../model/dialect.ts';
import type { Environment, Target } from '../model/target.ts';
import { connectMaintenance, connectPostgres } from './connection/connect.ts';
import { readPlaces } from './connection/places.ts';
import { resolveAll } from './connection/settings.ts';

/**
 * Connects to the database of a target; where it does not exist and is not to be written, to one from which it can be
 * created.
 * @throws UserError for everything that keeps it from connecting; with `write`, a missing database too
 */
export async function open(target: Target, { write, environment, signal, onWarning }: OpenOptions): Promise<Opened> {
  if (target.dialect !== 'postgres') throw new Error('not the URL of a PostgreSQL server');
  const options = { environment, signal, onWarning };
  const { connection, missing } = await connectPostgres(target, options);
  if (connection !== null) return { connection, exists: true, writable: true };
  if (write) throw missing;
  return { connection: await connectMaintenance(target, options), exists: false, writable: true };
}

/** The URL of a target with user, password, host and port wherever these come from. @throws UserError as `open` does */
export async function completeUrl(target: Target, environment: Environment | null): Promise<string> {
  if (target.dialect !== 'postgres') throw new Error('not the URL of a PostgreSQL server');
  return (await resolveAll(target, environment)).url;
}

/** The servers that URL and environment name, with the database. @throws UserError as `readPlaces` does */
export function placeOf(target: Target, environment: Environment | null): string {
  if (target.dialect !== 'postgres') throw new Error('not the URL of a PostgreSQL server');
  return JSON.stringify([readPlaces(target, environment ?? {}), target.database]);
}
