import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect, isEncrypted, refusal } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { serverTls, tlsFile } from '../../support/tls.ts';

let plain: PostgresServer;
let secure: PostgresServer;

beforeAll(async () => {
  plain = await startPostgres({ password: 'Geheim' });
  secure = await startPostgres({
    password: 'Geheim',
    tls: serverTls,
    hba: [
      'hostssl all clear     127.0.0.1/32 password',
      'hostssl all hashed    127.0.0.1/32 md5',
      'hostssl all trusted   127.0.0.1/32 trust',
      'hostssl all certified 127.0.0.1/32 cert',
    ],
  });
  await secure.query(`
    CREATE ROLE clear LOGIN PASSWORD 'Geheim';
    CREATE ROLE trusted LOGIN;
    CREATE ROLE certified LOGIN;
    SET password_encryption = md5;
    CREATE ROLE hashed LOGIN PASSWORD 'Geheim'`);
});

afterAll(async () => {
  await plain.stop();
  await secure.stop();
});

const required = 'channel_binding=require';
const unbound = 'the server does not bind its authentication to TLS, which channel_binding=require asks for';

describe('channel_binding=require is met', () => {
  test.each(['', '&sslmode=require', '&sslmode=allow', `&sslmode=verify-ca&sslrootcert=${tlsFile('ca.crt')}`])(
    'by SCRAM over TLS: %j',
    async (more) => {
      expect(await isEncrypted(await connect(secure.url('postgres', { parameters: required + more })))).toBe(true);
    },
  );

  test('where the environment asks for it', async () => {
    expect(await isEncrypted(await connect(secure.url(), { PGCHANNELBINDING: 'require' }))).toBe(true);
    expect((await refusal(plain.url(), { PGCHANNELBINDING: 'require' })).message).toContain('channel_binding=require');
  });
});

describe('channel_binding=require is refused', () => {
  test.each(['', '&sslmode=prefer', '&sslmode=allow', '&sslmode=require'])(
    'where the server has no TLS: %j',
    async (more) => {
      await plain.mark();
      const error = await refusal(plain.url('postgres', { parameters: required + more }));
      expect(error.message).toBe('the server does not offer TLS, which channel_binding=require asks for');
      expect(error.hint).toContain('leave channel_binding out');
      expect(await plain.messages()).toEqual([]);
    },
  );

  test.each([
    ['a password in clear', 'clear', ''],
    ['a password as MD5', 'hashed', ''],
    ['nothing', 'trusted', ''],
    ['a certificate', 'certified', `&sslcert=${tlsFile('client.crt')}&sslkey=${tlsFile('client.key')}`],
  ])('where the server asks for %s', async (_, user, more) => {
    const url = (parameters: string) => secure.url('postgres', { user, password: 'Geheim', parameters });
    expect(await isEncrypted(await connect(url(`sslmode=require${more}`)))).toBe(true);
    await secure.mark();
    const error = await refusal(url(required + more));
    expect(error.message).toBe(unbound);
    expect(error.hint).toContain('SCRAM-SHA-256');
    expect(await secure.messages()).toEqual([]);
  });
});

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function authentication(code: number, text = ''): Uint8Array {
  const message = new DataView(new ArrayBuffer(9 + text.length));
  message.setUint8(0, 'R'.charCodeAt(0));
  message.setInt32(1, 8 + text.length);
  message.setInt32(5, code);
  for (let i = 0; i < text.length; i += 1) message.setUint8(9 + i, text.charCodeAt(i));
  return new Uint8Array(message.buffer);
}

const ready = Uint8Array.of(0x5a, 0, 0, 0, 5, 0x49);

describe('a server that somebody else has put in between', () => {
  /** Speaks TLS with a certificate of its own; gives what it is sent behind the start of the session. */
  async function impostor(answers: readonly Uint8Array[]) {
    const received: string[] = [];
    const server = createServer((socket: Socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write('S');
        const [key, cert] = [readFileSync(tlsFile('server.key')), readFileSync(tlsFile('server.crt'))];
        const channel = new TLSSocket(socket, { isServer: true, key, cert });
        channel.on('error', () => {});
        channel.once('data', () => {
          channel.on('data', (chunk: Buffer) => received.push(chunk.toString('latin1')));
          for (const answer of answers) channel.write(answer);
        });
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { received, url: `postgresql://me:Geheim@127.0.0.1:${port}/app?${required}&connect_timeout=5`, server };
  }

  test.each<[string, readonly Uint8Array[]]>([
    ['asks for the password in clear', [authentication(3)]],
    ['asks for the password as MD5', [authentication(5, 'salt')]],
    ['offers SCRAM without binding', [authentication(10, 'SCRAM-SHA-256\0\0')]],
    ['lets everybody in', [authentication(0), ready]],
    ['says that it knows the password', [authentication(12, 'v=AAAA'), authentication(0), ready]],
    [
      'lets everybody in once it has offered to bind',
      [authentication(10, 'SCRAM-SHA-256-PLUS\0\0'), authentication(0), ready],
    ],
    [
      'offers to bind and then asks for the password in clear',
      [authentication(10, 'SCRAM-SHA-256-PLUS\0\0'), authentication(3)],
    ],
  ])('%s gets nothing that is made from the password', async (_, answers) => {
    const { received, url, server } = await impostor(answers);
    const error = await refusal(url);
    expect(error.message).toMatch(
      /does not bind its authentication|asks to authenticate a second time|^no TLS connection: /,
    );
    const sent = received.join('');
    // The first message of SCRAM holds a number made by chance, and no proof.
    expect(sent).not.toMatch(/Geheim|md5|p=(?!tls-server-end-point)/);
    server.close();
  });
});
