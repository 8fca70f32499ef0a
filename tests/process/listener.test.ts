import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { findListener } from '../../src/process/listener.ts';

test.each(['127.0.0.1', '0.0.0.0', '::1', '::'])('the process that listens at %s', async (address) => {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await findListener(port, process.env)).toEqual({ pid: process.pid, name: 'node' });
  server.close();
  await once(server, 'close');
  expect(await findListener(port, process.env)).toBeNull();
});
