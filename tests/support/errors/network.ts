import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import type { Cases, Given, Place } from './case.ts';

const to = (host: string, parameters = ''): Given => ({
  args: ['migrate', '--check', '-s', `postgresql://me@${host}/a?connect_timeout=1${parameters}`],
});

/** Something that listens and is no PostgreSQL. */
async function listener(server: Server): Promise<Given> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { ...to(`127.0.0.1:${port}`), after: () => server.close() };
}

/** Servers that cannot be reached, or are none. */
export const networkCases: Cases<Place> = {
  'nothing listens at …': () => to('127.0.0.1:1'),
  'no server has its socket at …': ({ directory }) => to('', `&host=${encodeURIComponent(directory())}`),
  'host …': () => to('nowhere.invalid'),
  'none of … servers could be used: …': () => to('127.0.0.1:1,127.0.0.1:2'),
  'what listens at … is not PostgreSQL': () => listener(createHttpServer()),
  '… takes connections but did not answer within …': () => listener(createServer()),
  '… ended the connection while it was being made: …': () => listener(createServer((socket) => socket.destroy())),
};
