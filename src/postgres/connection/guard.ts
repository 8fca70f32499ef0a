import type { Duplex } from 'node:stream';
import type { Sight } from './sight.ts';

/** What is used of the driver's connection: it listens to the socket, or to the TLS channel that is made over it. */
interface DriverConnection {
  attachListeners(stream: Duplex): void;
}

/**
 * What the driver throws while it reads what the server sent, an authentication that it does not know among it, is thrown
 * into the event loop, where nobody can catch it: it ends the connection instead, for as long as that lives.
 * @param sight is told of it
 */
export function guard(client: object, sight: Pick<Sight, 'isMisread'>): void {
  const { connection } = client as { readonly connection: DriverConnection };
  const attach = connection.attachListeners.bind(connection);
  connection.attachListeners = (stream) => {
    const emit = stream.emit.bind(stream);
    stream.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      try {
        return emit(event, ...args);
      } catch (error) {
        if (event !== 'data') throw error;
        sight.isMisread = true;
        stream.destroy(error as Error);
        return true;
      }
    };
    attach(stream);
  };
}
