import { once } from 'node:events';
import { type AddressInfo, connect as dial, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { QueryError, UserError } from '../../../src/model/errors.ts';
import { connect } from '../../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.stop());

const failure = async (query: Promise<unknown>): Promise<QueryError> => {
  const error: unknown = await query.catch((reason: unknown) => reason);
  if (!(error instanceof QueryError)) throw new Error('no QueryError', { cause: error });
  return error;
};

describe('a message', () => {
  test('gives the rows of its last statement', async () => {
    const connection = await connect(server.url());
    expect(await connection.query('SELECT 1 AS a UNION ALL SELECT 2 ORDER BY 1')).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await connection.query(['SELECT 1 AS a', 'SELECT 2 AS b'])).toEqual([{ b: 2 }]);
    expect(await connection.query(['SELECT 1 AS a', 'CREATE TEMP TABLE t ()'])).toEqual([]);
    expect(await connection.query('SELECT 1 WHERE false')).toEqual([]);
    expect(await connection.query('')).toEqual([]);
  });

  test('is one round trip, and none where it is empty', async () => {
    const database = 'round_trips';
    await server.query(`CREATE DATABASE ${database}`);
    const connection = await connect(server.url(database));
    await server.mark();
    await connection.query(['BEGIN', 'CREATE TABLE t ()', 'COMMIT']);
    await connection.query([]);
    expect(await server.messages(database)).toEqual(['BEGIN\n;\nCREATE TABLE t ()\n;\nCOMMIT']);
  });

  test('takes statements with semicolons, dollar quotes and a comment at their end', async () => {
    const connection = await connect(server.url());
    const rows = await connection.query([
      'CREATE FUNCTION pg_temp.f() RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN $$a;b$$; END; $f$ -- ;',
      "SELECT pg_temp.f() || ';' AS text -- the end",
    ]);
    expect(rows).toEqual([{ text: 'a;b;' }]);
  });

  test('gives values as JavaScript has them, and int8 as text', async () => {
    const connection = await connect(server.url());
    const rows = await connection.query(
      `SELECT 1::int4 AS i, 9007199254740993::int8 AS big, true AS b, NULL AS n, '{"a":[1]}'::jsonb AS j,
              '{a,"b c"}'::text[] AS list, 'x'::name AS name, 1 AS "__proto__"`,
    );
    expect(JSON.parse(JSON.stringify(rows))).toEqual(
      JSON.parse(
        '[{"i":1,"big":"9007199254740993","b":true,"n":null,"j":{"a":[1]},"list":["a","b c"],"name":"x","__proto__":1}]',
      ),
    );
  });

  test('ignores notices', async () => {
    const connection = await connect(server.url());
    expect(await connection.query(["DO $$ BEGIN RAISE WARNING 'mind'; END $$", 'SELECT 1 AS a'])).toEqual([{ a: 1 }]);
  });
});

describe('a refused statement', () => {
  test.each([
    [['SELECT 1', 'SELECT 2', 'SELECT * FROM missing', 'SELECT 4'], 2, '42P01'],
    [['BEGIN', 'CREATE TEMP TABLE a (n int)', 'INSERT INTO a VALUES (1), (2)', 'SELECT 1/0'], 3, '22012'],
    [['SELECT 1/0'], 0, '22012'],
  ])('%j: index %d', async (statements, statement, code) => {
    const connection = await connect(server.url());
    expect(await failure(connection.query(statements))).toMatchObject({ statement, code });
    await connection.query('ROLLBACK');
    expect(await connection.query('SELECT 1 AS a')).toEqual([{ a: 1 }]);
  });

  test('comes with what the server says of it', async () => {
    const connection = await connect(server.url());
    await connection.query('CREATE TEMP TABLE keys (id int CONSTRAINT keys_pkey PRIMARY KEY)');
    expect(await failure(connection.query('INSERT INTO keys VALUES (1), (1)'))).toMatchObject({
      message: 'duplicate key value violates unique constraint "keys_pkey"',
      code: '23505',
      detail: 'Key (id)=(1) already exists.',
    });
    expect((await failure(connection.query('SELECT no_such(1)'))).detail).toMatch(/^No function matches/);
  });

  test('may be a COPY, which has no data here', async () => {
    const connection = await connect(server.url());
    await connection.query('CREATE TEMP TABLE copied (n int)');
    expect(await failure(connection.query('COPY copied FROM STDIN'))).toMatchObject({ code: '57014' });
    expect(await connection.query('SELECT 1 AS a')).toEqual([{ a: 1 }]);
  });
});

describe('a server that goes away', () => {
  const kill = async (application: string): Promise<void> => {
    await server.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${application}'`,
    );
  };

  test('while it runs a statement', async () => {
    const connection = await connect(server.url('postgres', { parameters: 'application_name=busy' }));
    const query = failure(connection.query(['SELECT 1', 'SELECT pg_sleep(20)']));
    while (
      (await server.query("SELECT FROM pg_stat_activity WHERE application_name = 'busy' AND wait_event = 'PgSleep'"))
        .length === 0
    );
    await kill('busy');
    expect(await query).toMatchObject({ code: '57P01', statement: 1 });
    expect(await failure(connection.query('SELECT 1'))).toMatchObject({ code: '08006', statement: 0 });
  });

  test('between two statements', async () => {
    const connection = await connect(server.url('postgres', { parameters: 'application_name=idle' }));
    await kill('idle');
    while ((await server.query("SELECT FROM pg_stat_activity WHERE application_name = 'idle'")).length > 0);
    expect(await failure(connection.query('SELECT 1'))).toMatchObject({
      code: '57P01',
      message: 'terminating connection due to administrator command',
    });
  });

  test('without a word', async () => {
    const sockets: Socket[] = [];
    const proxy = createServer((socket) => {
      const onward = dial(server.port, '127.0.0.1');
      sockets.push(socket, onward);
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const connection = await connect(
      server.url().replace(String(server.port), String((proxy.address() as AddressInfo).port)),
    );
    const query = failure(connection.query('SELECT pg_sleep(20)'));
    for (const socket of sockets) socket.destroy();
    expect(await query).toMatchObject({ code: '08006', message: 'the connection to the server was lost' });
    expect(await failure(connection.query('SELECT 1'))).toMatchObject({ code: '08006' });
    proxy.close();
  });

  test('by going silent', async () => {
    const connection = await connect(server.url());
    const start = Date.now();
    const error: unknown = await connection.query('SELECT pg_sleep(20)', { timeout: 300 }).catch((e: unknown) => e);
    expect(Date.now() - start).toBeLessThan(2000);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      message: 'the server did not answer within 0.3 s',
      where: `postgresql://postgres:***@127.0.0.1:${server.port}/postgres`,
    });
    expect(await failure(connection.query('SELECT 1'))).toMatchObject({ code: '08006' });
  });

  test('not at all, where it answers in time', async () => {
    const connection = await connect(server.url());
    expect(await connection.query('SELECT 1 AS a', { timeout: 5000 })).toEqual([{ a: 1 }]);
  });
});
