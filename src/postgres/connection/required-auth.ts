import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { UserError } from '../../model/errors.ts';
import type { Environment, PostgresTarget } from '../../model/target.ts';
import { quoted } from '../../secrets/printable.ts';
import { lookUp } from './look-up.ts';

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH */
const methods = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'];

/** The ways of authentication that the server may ask for. */
export interface RequiredAuth {
  /** As it was given. */
  readonly text: string;
  readonly allowed: ReadonlySet<string>;
}

/** Null where any will do. @throws UserError for a method that nobody knows, and for names with and without `!` at once */
export function readRequiredAuth(target: PostgresTarget, environment: Environment): RequiredAuth | null {
  const text = lookUp(target, 'require_auth', environment, 'PGREQUIREAUTH');
  if (text === null) return null;
  const words = text.split(',').map((word) => word.trim());
  const names = words.map((word) => word.replace(/^!/, ''));
  const denied = words.filter((word) => word.startsWith('!')).length;
  const isMeant = names.every((name) => methods.includes(name)) && (denied === 0 || denied === words.length);
  if (isMeant)
    return { text, allowed: new Set(denied === 0 ? names : methods.filter((name) => !names.includes(name))) };
  throw new UserError(`require_auth ${quoted(text)} cannot be read`, {
    hint: `name some of ${methods.join(', ')} with commas between, or all that are not allowed with a ! before each`,
  });
}

interface Client {
  readonly connection: EventEmitter & { readonly stream: Duplex };
}

/** What is told of an authentication that is not allowed. */
interface Asked {
  otherMethod: string | null;
}

/**
 * Watches which authentication the server asks a client for that has not connected yet, and ends the connection before
 * anything is sent where that is not allowed. So it does where the server asks a second time: the driver has the password
 * by then, and would send it in whatever way.
 * @param sight is told what was asked for
 * @returns to call once it is connected: whether the server has asked for what it must, and gone through with it
 */
export function watchAuthentication(
  { connection }: Client,
  required: RequiredAuth | null,
  sight: Asked,
): () => boolean {
  let asked: string | null = null;
  let isProven = false;
  const on = (event: string, method: string): void =>
    void connection.on(event, () => {
      const isAllowed = asked === null && (required === null || required.allowed.has(method));
      asked ??= method;
      if (isAllowed) return;
      sight.otherMethod = method;
      connection.stream.destroy(new Error('another authentication'));
    });
  on('authenticationCleartextPassword', 'password');
  on('authenticationMD5Password', 'md5');
  on('authenticationSASL', 'scram-sha-256');
  connection.on('authenticationSASLFinal', () => {
    isProven = true;
  });
  return () => {
    const given = asked === 'scram-sha-256' && !isProven ? 'none' : (asked ?? 'none');
    if (required === null || required.allowed.has(given)) return true;
    sight.otherMethod = given;
    return false;
  };
}
