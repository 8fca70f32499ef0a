import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { UserError } from '../../model/errors.ts';
import { type SslMode, sslModeOf, sslModes, type SslParameter, strictest } from '../../model/ssl-mode.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { quoted } from '../../secrets/printable.ts';
import { lookUp } from './look-up.ts';

/** The ways to connect in the order in which they are tried: null is without TLS. */
export type Attempts = readonly (ConnectionOptions | null)[];

export interface Ssl {
  readonly mode: SslMode;
  readonly attempts: Attempts;
}

/**
 * Which kinds of connection a mode tries, and what it verifies of the server's certificate.
 * https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
const modes = {
  disable: { tries: ['plain'], verifies: 'nothing' },
  allow: { tries: ['plain', 'tls'], verifies: 'nothing' },
  prefer: { tries: ['tls', 'plain'], verifies: 'nothing' },
  require: { tries: ['tls'], verifies: 'nothing' },
  'verify-ca': { tries: ['tls'], verifies: 'authority' },
  'verify-full': { tries: ['tls'], verifies: 'authority and name' },
} as const satisfies Readonly<Record<SslMode, unknown>>;

/**
 * Reads what URL and environment say about TLS, and the files that they name.
 * Where a mode asks for verification and no authority is named, those that node trusts are taken.
 * @param home the directory of libpq's default files; null for none
 * @throws UserError for an unknown mode and a file that cannot be read.
 */
export async function readSsl(target: PostgresTarget, environment: Environment, home: string | null): Promise<Ssl> {
  const root = lookUp(target, 'sslrootcert', environment, 'PGSSLROOTCERT');
  const mode = readMode(target, environment, root);
  if (mode === 'disable') return { mode, attempts: [null] };
  const { tries, verifies } = modes[mode];
  const files = await readFiles(target, fileReader(target, environment, home), root);
  const tls: ConnectionOptions = {
    ...files,
    // A mode that verifies nothing verifies the authority all the same where one is named.
    rejectUnauthorized: verifies !== 'nothing' || 'ca' in files || root === 'system',
    ...(verifies === 'authority and name' ? {} : { checkServerIdentity: () => undefined }),
  };
  return { mode, attempts: tries.map((kind) => (kind === 'tls' ? tls : null)) };
}

/** Gives the authority, the certificate and its key: no more of them than there are. */
async function readFiles(target: PostgresTarget, read: FileReader, root: string | null): Promise<ConnectionOptions> {
  const ca = root === 'system' ? null : await read('sslrootcert', 'PGSSLROOTCERT', 'root.crt');
  const cert = await read('sslcert', 'PGSSLCERT', 'postgresql.crt');
  const key = cert === null ? null : await read('sslkey', 'PGSSLKEY', 'postgresql.key');
  const passphrase = target.parameters.get('sslpassword') ?? null;
  const files = Object.fromEntries(Object.entries({ ca, cert, key, passphrase }).filter(([, value]) => value !== null));
  try {
    // Found out here, it is not taken for something that the server did.
    if (ca !== null || cert !== null) createSecureContext(files);
  } catch (error) {
    throw new UserError(`the files of TLS do not fit together: ${(error as Error).message}`, {
      hint: 'give PEM files, the key being that of the certificate: sslrootcert, sslcert, sslkey, sslpassword',
      cause: error,
    });
  }
  return files;
}

/**
 * The stricter one of `sslmode` and `ssl`, which libpq knows as `ssl=true`, and drivers with the modes of `sslmode` too.
 * https://magicstack.github.io/asyncpg/current/api/index.html#asyncpg.connection.connect
 */
function readMode(target: PostgresTarget, environment: Environment, root: string | null): SslMode {
  const ofUrl = (parameter: SslParameter): SslMode | null => {
    const text = target.parameters.get(parameter);
    return text ? modeOf(parameter, text) : null;
  };
  const byDefault = root === 'system' ? 'verify-full' : 'prefer';
  return (
    strictest(ofUrl('ssl'), ofUrl('sslmode')) ?? modeOf('sslmode', environment['PGSSLMODE'] || byDefault) ?? byDefault
  );
}

/** Null where nothing is asked for. */
function modeOf(parameter: SslParameter, text: string): SslMode | null {
  const mode = sslModeOf(parameter, text);
  if (mode !== undefined) return mode;
  throw new UserError(`${parameter} ${quoted(text)} is unknown`, { hint: `use one of ${sslModes.join(', ')}` });
}

type FileReader = (parameter: string, variable: string, defaultName: string) => Promise<Buffer | null>;

/** Reads the file that a parameter names, or the one of the default name where that exists. */
function fileReader(target: PostgresTarget, environment: Environment, home: string | null): FileReader {
  return async (parameter, variable, defaultName) => {
    const named = lookUp(target, parameter, environment, variable);
    const path = named ?? (home === null ? null : join(home, '.postgresql', defaultName));
    if (path === null || (named === null && !existsSync(path))) return null;
    try {
      // A pipe would wait for somebody who writes.
      if (!(await stat(path)).isFile()) throw new Error('it is no regular file');
      return await readFile(path);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw new UserError(`the file of ${parameter} cannot be read: ${reason}`, {
        where: path,
        hint: `correct ${parameter} in the URL, or ${variable}`,
        cause: error,
      });
    }
  };
}
