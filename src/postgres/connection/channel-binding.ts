import type { EventEmitter } from 'node:events';

/** What was seen of the binding of an authentication to its TLS channel. */
export interface Binding {
  /** Whether the server offers it: before, no password goes out, nor anything that is made from it. */
  isOffered: boolean;
  /** Whether the server has shown that it knows the password, over this very channel. */
  isProven: boolean;
}

/** The mechanism with which PostgreSQL binds. https://www.postgresql.org/docs/current/sasl-authentication.html */
const MECHANISM = 'SCRAM-SHA-256-PLUS';

/**
 * Watches the authentication of a client that has not connected yet. The driver takes the mechanism where it is offered,
 * and verifies what the server answers; it does not mind a server that offers or answers something else.
 */
export function watchBinding({ connection }: { readonly connection: EventEmitter }): Binding {
  const binding: Binding = { isOffered: false, isProven: false };
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    binding.isOffered = mechanisms.includes(MECHANISM);
  });
  connection.on('authenticationSASLFinal', () => {
    binding.isProven = binding.isOffered;
  });
  return binding;
}
