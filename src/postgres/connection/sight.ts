import type { Socket } from 'node:net';
import { type Failure, isServerError } from './failure.ts';

/** What was seen of an attempt to connect, which the driver's errors do not tell. */
export interface Sight {
  reached: boolean;
  timedOut: boolean;
  passwordMissing: boolean;
  /** Whether the connection was given up as its authentication is not bound to its TLS channel. */
  isUnbound: boolean;
  /** What authentication the server asks for, where that is not allowed. */
  otherMethod: string | null;
  /** Whether the driver could not read what the server sent. */
  isMisread: boolean;
  /** The first bytes that came back. */
  answer: string | null;
}

/** How a connection begins: without TLS, with the question for it, or with TLS at once. */
export type Opening = 'plain' | 'asked' | 'direct';

/** Watches a socket that is not connected yet, and closes it on what does not speak PostgreSQL's protocol. */
export function watch(socket: Socket, opening: Opening): Sight {
  const sight: Sight = {
    reached: false,
    timedOut: false,
    passwordMissing: false,
    isUnbound: false,
    otherMethod: null,
    isMisread: false,
    answer: null,
  };
  socket.once('connect', () => {
    sight.reached = true;
  });
  socket.once('data', (chunk: Buffer) => {
    sight.answer = chunk.toString('latin1');
    if (isStranger(sight.answer, opening)) socket.destroy();
  });
  return sight;
}

/**
 * To a request for TLS a server answers with S, N or an error; to the startup message with a request for
 * authentication, an error, a notice or a protocol version.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 */
const answers: { readonly [O in Exclude<Opening, 'direct'>]: RegExp } = { plain: /^[RENv]/, asked: /^(?:[SN]$|E)/ };

/** What is read of a connection that begins with TLS goes past its socket's listeners. */
const isStranger = (answer: string, opening: Opening): boolean =>
  opening !== 'direct' && !answers[opening].test(answer);

/** Says how far an attempt came that ended with an error. */
export function classify(error: Error, sight: Sight, opening: Opening): Failure {
  const own = ownDecision(sight);
  if (own !== null) return own;
  if (isServerError(error)) return { stage: 'server', error };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (!sight.reached) return { stage: 'network', error, code };
  return opening === 'direct' ? directly(error, code) : asked(error, code, { sight, opening });
}

/** By what came back first. */
function asked(error: Error, code: string, { sight, opening }: { sight: Sight; opening: Opening }): Failure {
  if (sight.answer !== null && isStranger(sight.answer, opening)) return { stage: 'stranger' };
  if (sight.answer === null || opening === 'plain' || sight.isMisread) return { stage: 'broken', error };
  return sight.answer === 'S' ? { stage: 'tls', error, code } : { stage: 'no tls' };
}

/** By what Node says of the end of the socket, and of an answer that is no TLS, within the handshake. */
function directly(error: Error, code: string): Failure {
  if (code === 'ECONNRESET') return { stage: 'no direct tls', error };
  if (/wrong version number|packet length too long/i.test(error.message)) return { stage: 'stranger' };
  return code === '' ? { stage: 'broken', error } : { stage: 'tls', error, code };
}

/** Why this side gave the attempt up; null where it did not. */
function ownDecision({ timedOut, reached, isUnbound, otherMethod, passwordMissing }: Sight): Failure | null {
  if (timedOut) return { stage: 'timeout', reached };
  if (isUnbound) return { stage: 'unbound' };
  if (otherMethod !== null) return { stage: 'other method', method: otherMethod };
  return passwordMissing ? { stage: 'no password' } : null;
}
