import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseDatabaseUrl } from '../../../src/config/database-url.ts';
import { connectPostgres } from '../../../src/postgres/connection/connect.ts';
import { resolveAll } from '../../../src/postgres/connection/settings.ts';
import { bare, closeLater, connect, isEncrypted, refusal, targetOf } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { serverTls, tlsFile } from '../../support/tls.ts';

const makeDirectory = temporaryDirectories();
let writer: PostgresServer;
let reader: PostgresServer;

beforeAll(async () => {
  writer = await startPostgres({
    password: 'Geheim',
    tls: serverTls,
  });
  reader = await startPostgres({ password: 'Geheim', settings: { default_transaction_read_only: true } });
});

afterAll(async () => {
  await writer.stop();
  await reader.stop();
});

const at = (hosts: string, parameters = ''): string => `postgresql://postgres:Geheim@${hosts}/postgres?${parameters}`;
const both = (): string => `127.0.0.1:${reader.port},127.0.0.1:${writer.port}`;

async function portOf(url: string, environment = {}): Promise<unknown> {
  const [row] = await (await connect(url, environment)).query(`SELECT current_setting('port')::int AS port`);
  return row?.['port'];
}

describe('several hosts', () => {
  test('are tried in their order', async () => {
    expect(await portOf(at(both()))).toBe(reader.port);
    expect(await portOf(at(`127.0.0.1:1,127.0.0.1:${writer.port},127.0.0.1:2`))).toBe(writer.port);
    const { port, socketDirectory } = writer;
    expect(await portOf(at('', `host=/nowhere,${socketDirectory}&port=${port}`))).toBe(port);
    expect(await portOf(at(''), { PGHOST: '127.0.0.1,127.0.0.1', PGPORT: `1,${port}` })).toBe(port);
  });

  test('have the URL of the one that is connected to', async () => {
    const connection = await connect(at(both(), 'target_session_attrs=read-write'));
    expect(connection.url).toBe(`postgresql://postgres:Geheim@127.0.0.1:${writer.port}/postgres`);
  });

  test('are all named where none can be used', async () => {
    const error = await refusal(at('127.0.0.1:1,127.0.0.1:2'));
    expect(error.message).toBe(
      'none of 2 servers could be used: nothing listens at 127.0.0.1:1; nothing listens at 127.0.0.1:2',
    );
    expect(error.hint).toBe('start the server, or correct host and port');
  });

  test('are not all asked with a password that is wrong', async () => {
    await writer.mark();
    const error = await refusal(at(`127.0.0.1:1,${both()}`).replace('Geheim', 'Geheimnis'), {}, 'Geheimnis');
    expect(error.message).toMatch(
      /nothing listens at 127\.0\.0\.1:1; 127\.0\.0\.1:\d+: password authentication failed/,
    );
    expect(await writer.log()).not.toContain('password authentication failed');
  });

  test('may be tried in an order of chance', async () => {
    const ports = new Set<unknown>();
    for (let i = 0; i < 60 && ports.size < 2; i += 1) ports.add(await portOf(at(both(), 'load_balance_hosts=random')));
    expect(ports).toEqual(new Set([reader.port, writer.port]));
  });

  test('lead to one database that is missing', async () => {
    const url = at(`127.0.0.1:1,127.0.0.1:${writer.port}`).replace('/postgres?', '/absent?');
    const { missing } = await connectPostgres(targetOf(url), { environment: bare });
    expect(missing?.message).toContain('database "absent" does not exist');
  });

  test.each([
    ['h', 'port=1,2', '2 ports are named for 1 of the hosts'],
    ['a:1,b:2', 'port=1,2,3', '3 ports are named for 2 of the hosts'],
    ['a:1,b:2', 'hostaddr=10.0.0.1', 'host and hostaddr do not name as many hosts'],
    ['a', 'hostaddr=db', 'hostaddr "db" is no address'],
    ['a', 'target_session_attrs=writable', 'target_session_attrs "writable" is unknown'],
    ['a', 'load_balance_hosts=yes', 'load_balance_hosts "yes" is unknown'],
  ])('that do not fit together are refused: %s %s', async (hosts, parameters, message) => {
    await expect(resolveAll(targetOf(at(hosts, parameters)), bare)).rejects.toMatchObject({
      name: 'UserError',
      message,
      hint: expect.any(String),
    });
  });

  test('stand in the query string of the complete URL', async () => {
    const url = at('a:1,b', 'target_session_attrs=read-write');
    expect((await resolveAll(targetOf(url), bare)).url).toBe(
      'postgresql://postgres:Geheim@/postgres?host=a%2Cb&port=1%2C5432&target_session_attrs=read-write',
    );
  });
});

describe('target_session_attrs', () => {
  test.each([
    ['any', 'reader'],
    ['read-write', 'writer'],
    ['read-only', 'reader'],
    ['primary', 'reader'],
    ['prefer-standby', 'reader'],
  ])('%s finds the %s', async (wanted, found) => {
    const { port } = found === 'reader' ? reader : writer;
    expect(await portOf(at(both(), `target_session_attrs=${wanted}`))).toBe(port);
    expect(await portOf(at(both()), { PGTARGETSESSIONATTRS: wanted })).toBe(port);
  });

  test('refuses servers of another kind by their names', async () => {
    const error = await refusal(at(both(), 'target_session_attrs=standby'));
    expect(error.message).toBe(
      `none of 2 servers could be used: 127.0.0.1:${reader.port} is read-only, and target_session_attrs=standby asks for another server; ` +
        `127.0.0.1:${writer.port} takes writes, and target_session_attrs=standby asks for another server`,
    );
    expect(error.hint).toContain('commands that write need read-write or primary');
  });

  test('holds for a single host, and asks the server nothing that it reports', async () => {
    await writer.mark();
    await connect(at(`127.0.0.1:${writer.port}`, 'target_session_attrs=read-write'));
    expect(await writer.messages()).toEqual([]);
    const { message } = await refusal(at(`127.0.0.1:${reader.port}`, 'target_session_attrs=read-write'));
    expect(message).toContain('is read-only');
  });
});

describe('hostaddr', () => {
  const tls = `sslmode=verify-full&sslrootcert=${tlsFile('ca.crt')}`;

  test('is connected to, and the certificate is that of host', async () => {
    const url = at(`localhost:${writer.port}`, `hostaddr=127.0.0.1&${tls}`);
    expect(await isEncrypted(await connect(url))).toBe(true);
    expect((await refusal(at(`db:${writer.port}`, `hostaddr=127.0.0.1&${tls}`))).message).toMatch(
      /^no TLS connection: /,
    );
    expect((await refusal(at(`:${writer.port}`, `hostaddr=127.0.0.1&${tls}`))).message).toMatch(/^no TLS connection: /);
  });

  test('looks no name up, may come from PGHOSTADDR, and stays in the URL', async () => {
    const connection = await connect(at(`no.such.host:${writer.port}`), { PGHOSTADDR: '127.0.0.1' });
    expect(connection.url).toContain(`@no.such.host:${writer.port}/postgres?hostaddr=127.0.0.1`);
    const error = await refusal(at('no.such.host:1', 'hostaddr=127.0.0.1'));
    expect(error.message).toBe('nothing listens at no.such.host:1 (127.0.0.1)');
  });

  test('leaves the password file to the name of the host', async () => {
    const passfile = join(makeDirectory({ pass: 'db:*:*:*:Geheim\n' }), 'pass');
    chmodSync(passfile, 0o600);
    const url = `postgresql://postgres@db:${writer.port}/postgres?hostaddr=127.0.0.1&passfile=${passfile}`;
    expect(await (await connect(url)).query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

test('a service leads to its server', async () => {
  const HOME = makeDirectory({
    '.pg_service.conf': `[prod]\nhost=127.0.0.1,127.0.0.1\nport=1,${writer.port}\nuser=postgres\npassword=Geheim\ndbname=postgres\n`,
  });
  const named = parseDatabaseUrl('postgresql://?service=prod', 'test', { HOME });
  if (named.dialect !== 'postgres') throw new Error('not PostgreSQL');
  const { connection } = await connectPostgres(named, { environment: { HOME } });
  expect(await closeLater(connection!).query(`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
});
