import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { UserError } from '../../model/errors.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { lookUp } from './look-up.ts';

/** Where files are named, or looked for. */
interface Naming {
  readonly target: PostgresTarget;
  readonly environment: Environment;
  /** The directory of libpq's default files; null for none. */
  readonly home: string | null;
}

/**
 * Reads the authority with what it has revoked, the certificate and its key: no more of them than there are.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-FILEUSAGE
 * @throws UserError for files that cannot be read or do not fit together
 */
export async function readFiles(naming: Naming, trustsSystem: boolean): Promise<ConnectionOptions> {
  const ca = trustsSystem ? null : await read(naming, 'sslrootcert', 'root.crt');
  const cert = await read(naming, 'sslcert', 'postgresql.crt');
  const key = cert === null ? null : await read(naming, 'sslkey', 'postgresql.key');
  const passphrase = naming.target.parameters.get('sslpassword') ?? null;
  const lists = await readLists(naming);
  const given = Object.entries({ ca, cert, key, passphrase, crl: lists.length === 0 ? null : lists });
  const files = Object.fromEntries(given.filter(([, value]) => value !== null));
  try {
    // Found out here, it is not taken for something that the server did.
    if (ca !== null || cert !== null || lists.length > 0) createSecureContext(files);
  } catch (error) {
    throw new UserError(`the files of TLS do not fit together: ${(error as Error).message}`, {
      hint: 'give PEM files, the key being that of the certificate: sslrootcert, sslcert, sslkey, sslpassword, sslcrl',
      cause: error,
    });
  }
  return files;
}

/** `0a1b2c3d.r0`: the hash of the authority's name, and a number. https://docs.openssl.org/master/man1/openssl-rehash/ */
const hashed = /^[0-9a-f]{8}\.r\d+$/i;

/** Lists of revoked certificates: of a file, and of a directory as `openssl rehash` makes it. */
async function readLists(naming: Naming): Promise<readonly Buffer[]> {
  const directory = named(naming, 'sslcrldir');
  // The default file counts where no directory is named.
  const file = await read(directory === null ? naming : { ...naming, home: null }, 'sslcrl', 'root.crl');
  const lists = file === null ? [] : [file];
  if (directory === null) return lists;
  try {
    const names = (await readdir(directory)).filter((name) => hashed.test(name)).toSorted();
    return [...lists, ...(await Promise.all(names.map(async (name) => readFile(join(directory, name)))))];
  } catch (error) {
    throw unreadable('sslcrldir', directory, error);
  }
}

const variableOf = (parameter: string): string => `PG${parameter.toUpperCase()}`;

const named = ({ target, environment }: Naming, parameter: string): string | null =>
  lookUp(target, parameter, environment, variableOf(parameter));

/** Reads the file that a parameter names, or the one of the default name where that exists. */
async function read(naming: Naming, parameter: string, defaultName: string): Promise<Buffer | null> {
  const given = named(naming, parameter);
  const path = given ?? (naming.home === null ? null : join(naming.home, '.postgresql', defaultName));
  if (path === null || (given === null && !existsSync(path))) return null;
  try {
    // A pipe would wait for somebody who writes.
    if (!(await stat(path)).isFile()) throw new Error('it is no regular file');
    return await readFile(path);
  } catch (error) {
    throw unreadable(parameter, path, error);
  }
}

function unreadable(parameter: string, path: string, error: unknown): UserError {
  const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  return new UserError(
    `the ${parameter === 'sslcrldir' ? 'directory' : 'file'} of ${parameter} cannot be read: ${reason}`,
    {
      where: path,
      hint: `correct ${parameter} in the URL, or ${variableOf(parameter)}`,
      cause: error,
    },
  );
}
