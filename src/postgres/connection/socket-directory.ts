import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where servers put their unix socket unless told otherwise: Debian's and Red Hat's packages, and PostgreSQL itself. */
export const defaultSocketDirectories: readonly string[] = ['/var/run/postgresql', '/tmp'];

/**
 * Tells a unix socket's directory from a host name, as libpq does.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-HOST
 */
export const isSocketDirectory = (host: string): boolean => host.startsWith('/');

/** The host where none is named: the directory of a local server's socket where there is one, or `localhost`. */
export function defaultHost(port: number): string {
  const name = `.s.PGSQL.${port}`;
  return defaultSocketDirectories.find((directory) => existsSync(join(directory, name))) ?? 'localhost';
}
