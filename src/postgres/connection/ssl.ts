import type { ConnectionOptions } from 'node:tls';
import { UserError } from '../../model/errors.ts';
import { type SslMode, sslModeOf, sslModes, type SslParameter, strictest } from '../../model/ssl-mode.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { quoted } from '../../secrets/printable.ts';
import { lookUp } from './look-up.ts';
import { readFiles } from './tls-files.ts';
import { readVersions } from './tls-versions.ts';

/** The ways to connect in the order in which they are tried: null is without TLS. */
export type Attempts = readonly (ConnectionOptions | null)[];

export interface Ssl {
  readonly mode: SslMode;
  /** Whether TLS begins at once, without asking the server for it in PostgreSQL's own way. */
  readonly isDirect: boolean;
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
  const isDirect = readIsDirect(target, environment, mode);
  if (mode === 'disable') return { mode, isDirect, attempts: [null] };
  const { tries, verifies } = modes[mode];
  const files = await readFiles({ target, environment, home }, root === 'system');
  const tls: ConnectionOptions = {
    ...files,
    ...readVersions(target, environment),
    // A mode that verifies nothing verifies the authority all the same where one is named.
    rejectUnauthorized: verifies !== 'nothing' || 'ca' in files || root === 'system',
    ...(verifies === 'authority and name' ? {} : { checkServerIdentity: () => undefined }),
  };
  return { mode, isDirect, attempts: tries.map((kind) => (kind === 'tls' ? tls : null)) };
}

/**
 * Where a server without TLS might be meant too, it has to be asked.
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSLNEGOTIATION
 */
function readIsDirect(target: PostgresTarget, environment: Environment, mode: SslMode): boolean {
  const text = lookUp(target, 'sslnegotiation', environment, 'PGSSLNEGOTIATION') ?? 'postgres';
  if (text === 'postgres') return false;
  if (text !== 'direct') {
    throw new UserError(`sslnegotiation ${quoted(text)} is unknown`, { hint: 'use postgres or direct' });
  }
  if (modes[mode].tries.every((kind) => kind === 'tls')) return true;
  throw new UserError(`sslnegotiation=direct may not be used with sslmode=${mode}`, {
    hint: 'use sslmode=require, verify-ca or verify-full',
  });
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
