import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { once } from 'node:events';
import type { Settings } from './settings.ts';
import { isSocketDirectory } from './socket-directory.ts';

/** What the server gave the client at the start, by which it knows whose statement is meant. */
interface BackendKey {
  readonly processID?: number | null;
  readonly secretKey?: number | null;
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;

/** Milliseconds that a request may take: whoever waits for it wants to go. */
const LIMIT = 1_000;

/**
 * Gives the function that asks the server to cancel what the client is doing, on a connection of its own, with TLS
 * where the client has it. It never fails: a server that cannot be asked answers the statement itself in the end.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function cancellation(settings: Settings, tls: ConnectionOptions | null, client: object): () => Promise<void> {
  return async () => {
    const { processID, secretKey } = client as BackendKey;
    if (typeof processID !== 'number' || typeof secretKey !== 'number') return;
    const socket = dial(settings);
    const timer = setTimeout(() => socket.destroy(), LIMIT);
    try {
      await once(socket, 'connect');
      const channel = tls === null ? socket : await secured(socket, tls, settings);
      channel.end(message(CANCEL_REQUEST, processID, secretKey));
      // The server closes the connection once it has passed the request on.
      channel.resume();
      await once(channel, 'close');
    } catch {
      socket.destroy();
    } finally {
      clearTimeout(timer);
    }
  };
}

function dial({ host, port, address }: Settings): Socket {
  const socket = isSocketDirectory(host)
    ? connectSocket(`${host}/.s.PGSQL.${port}`)
    : connectSocket(port, address ?? host);
  // `once` listens while it waits; an error behind that must not end the process.
  socket.on('error', () => {});
  return socket;
}

async function secured(socket: Socket, tls: ConnectionOptions, { host, ssl }: Settings): Promise<Socket> {
  if (!ssl.isDirect) await ask(socket);
  const channel = connectTls({
    ...tls,
    ...(ssl.isDirect ? { ALPNProtocols: ['postgresql'] } : {}),
    socket,
    ...(isIP(host) === 0 ? { servername: host } : { host }),
  });
  channel.on('error', () => {});
  await once(channel, 'secureConnect');
  return channel;
}

async function ask(socket: Socket): Promise<void> {
  socket.write(message(SSL_REQUEST));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  if (answer.toString('latin1') !== 'S') throw new Error('the server does without TLS for this connection');
}

/** The request, which begins with its own length and its code, as a sequence of numbers of four bytes. */
function message(...numbers: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * (numbers.length + 1)));
  [view.byteLength, ...numbers].forEach((number, i) => view.setInt32(4 * i, number));
  return new Uint8Array(view.buffer);
}
