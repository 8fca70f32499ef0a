import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type Duplex, PassThrough, pipeline, Transform } from 'node:stream';

/** A way to a server on which everything takes longer. */
export interface Line {
  /** The same database, reached over this line. */
  url(direct: string): string;
  /** How often a client spoke that had an answer to what it said before, since the last time this was asked. */
  roundTrips(): number;
  close(): Promise<void>;
}

/** Listens on loopback, and hands on to the port what comes, so many milliseconds later in each direction. */
export async function openLine(port: number, delay: number): Promise<Line> {
  const clients = new Set<Socket>();
  let trips = 0;
  const listener = createServer((client) => {
    clients.add(client.setNoDelay(true).on('close', () => clients.delete(client)));
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    // However TCP cuts a message, it is one until there is an answer.
    let isAnswered = true;
    client.on('data', () => {
      if (isAnswered) trips += 1;
      isAnswered = false;
    });
    server.on('data', () => {
      isAnswered = true;
    });
    // An end that breaks takes the other one with it, and is an error of who is connected, not of the line.
    pipeline(client, later(delay), server, () => {});
    pipeline(server, later(delay), client, () => {});
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const own = (listener.address() as AddressInfo).port;
  return {
    url: (direct) => Object.assign(new URL(direct), { port: own }).href,
    roundTrips() {
      const counted = trips;
      trips = 0;
      return counted;
    },
    async close() {
      for (const client of clients) client.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}

/** Timers of one length fire in the order in which they were set, so nothing is overtaken. */
function later(delay: number): Duplex {
  if (delay === 0) return new PassThrough();
  return new Transform({
    transform(chunk, _, done) {
      setTimeout(() => this.push(chunk), delay);
      done();
    },
    flush: (done) => void setTimeout(done, delay),
  });
}
