import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { check, migrate, plan } from '../../../src/index.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { userErrorOf } from '../../support/rejection.ts';

let server: PostgresServer;
let original: string;

beforeAll(async () => {
  server = await startPostgres();
  original = await server.createDatabase('original');
  await migrate({ system: original });
});
afterAll(() => server.stop());

interface Place {
  readonly system: string;
  readonly name: string;
}

/** A database that is as declared, or an empty one, changed by the SQL. */
async function changed(sql: string, from?: string): Promise<Place> {
  const system = await server.createDatabase('blocked', from);
  const name = new URL(system).pathname.slice(1);
  await server.query(sql, name);
  return { system, name };
}

const told = async ({ system }: Place) => (await plan({ system })).databases[0]!.obstacles;

/** Plan and check tell it, migrate refuses before the first change, and the statement that is told helps. */
async function expectObstacle(
  place: Place,
  what: string,
  remedy: string,
  ignore: readonly string[] = [],
): Promise<void> {
  const { system, name } = place;
  expect(await told(place)).toEqual([{ what, remedy }]);
  const checked = await check({ system });
  expect([checked.equal, checked.databases[0]!.obstacles]).toEqual([false, [{ what, remedy }]]);
  await server.mark();
  expect(await userErrorOf(() => migrate({ system }))).toMatchObject({ message: what, hint: remedy });
  expect((await server.messages(name)).filter((message) => message.includes('BEGIN'))).toEqual([]);
  await server.query(remedy.split(';')[0]!, name);
  expect(await told(place)).toEqual([]);
  await migrate({ system });
  expect((await check({ system, ignore })).equal).toBe(true);
}

describe('a foreign key whose columns could not be compared after a change of type', () => {
  const ids = 'ALTER TABLE dbos.queues ALTER queue_id DROP DEFAULT, ALTER queue_id TYPE uuid USING queue_id::uuid';

  test.each([
    [
      'in another table, onto ours',
      `${ids}; CREATE TABLE public.mine (q uuid CONSTRAINT mine_q REFERENCES dbos.queues)`,
      'mine_q on table public.mine',
      ['column q of table public.mine (uuid)', 'column queue_id of table dbos.queues (text)'],
      'ALTER TABLE public.mine DROP CONSTRAINT mine_q',
    ],
    [
      'of domains, in a partitioned table',
      `${ids}; CREATE DOMAIN public.id AS uuid; CREATE DOMAIN public.own_id AS public.id;
       CREATE TABLE public."My" (q public.own_id CONSTRAINT "Q" REFERENCES dbos.queues) PARTITION BY LIST (q);
       CREATE TABLE public.part PARTITION OF public."My" DEFAULT`,
      'Q on table public."My"',
      ['column q of table public."My" (public.own_id)', 'column queue_id of table dbos.queues (text)'],
      'ALTER TABLE public."My" DROP CONSTRAINT "Q"',
    ],
    [
      'in ours, onto another table',
      `ALTER TABLE dbos.queues ALTER concurrency TYPE text; CREATE TABLE public.levels (l text PRIMARY KEY);
       ALTER TABLE dbos.queues ADD CONSTRAINT level FOREIGN KEY (concurrency) REFERENCES public.levels`,
      'level on table dbos.queues',
      ['column concurrency of table dbos.queues (integer)', 'column l of table public.levels (text)'],
      'ALTER TABLE dbos.queues DROP CONSTRAINT level',
    ],
    [
      'in one of its columns',
      `ALTER TABLE dbos.streams ALTER key TYPE bigint USING 1; CREATE TABLE public.pairs (a text, b bigint, PRIMARY KEY (a, b));
       ALTER TABLE dbos.streams ADD CONSTRAINT pair FOREIGN KEY (workflow_uuid, key) REFERENCES public.pairs`,
      'pair on table dbos.streams',
      ['column key of table dbos.streams (text)', 'column b of table public.pairs (bigint)'],
      'ALTER TABLE dbos.streams DROP CONSTRAINT pair',
    ],
  ])('%s', async (_, sql, by, [column, referenced], removal) => {
    await expectObstacle(
      await changed(sql, original),
      `blocked by constraint ${by}, which could not compare the ${column} with the ${referenced}`,
      `${removal};   then run it again, give both columns one type, and make it anew`,
    );
  });

  test.each([
    [
      'texts of any kind',
      `ALTER TABLE dbos.queues ALTER queue_id TYPE varchar(50); CREATE DOMAIN public.id AS varchar(9);
       CREATE TABLE public.mine (a text REFERENCES dbos.queues ON DELETE CASCADE,
         b varchar REFERENCES dbos.queues ON DELETE CASCADE, c public.id REFERENCES dbos.queues ON DELETE CASCADE)`,
    ],
    [
      'whole numbers of any length',
      `ALTER TABLE dbos.queues ALTER concurrency TYPE bigint; CREATE TABLE public.levels (l smallint PRIMARY KEY);
       ALTER TABLE dbos.queues ADD CONSTRAINT level FOREIGN KEY (concurrency) REFERENCES public.levels`,
    ],
    [
      'columns that keep their type',
      `${ids}; CREATE TABLE public.mine (q text REFERENCES dbos.workflow_status ON DELETE CASCADE)`,
    ],
  ])('is none between %s', async (_, sql) => {
    const place = await changed(sql, original);
    expect(await told(place)).toEqual([]);
    await migrate(place);
    expect(await plan(place)).toMatchObject({ databases: [{ plan: { changes: [] } }] });
  });
});

describe('a name that is needed and taken', () => {
  const other = 'CREATE TABLE dbos.mine (a int);';
  const schema = 'CREATE SCHEMA dbos;';

  test.each([
    ['table dbos.streams', 'SEQUENCE dbos.streams', 'sequence dbos.streams', 'SEQUENCE dbos.streams', 'streams'],
    ['table dbos.streams', 'TYPE dbos.streams AS ENUM ()', 'type dbos.streams', 'TYPE dbos.streams', 'streams'],
    ['table dbos.streams', 'DOMAIN dbos.streams text', 'type dbos.streams', 'TYPE dbos.streams', 'streams'],
    [
      'table dbos.streams',
      'TYPE dbos.streams AS (a int)',
      'composite type dbos.streams',
      'TYPE dbos.streams',
      'streams',
    ],
    [
      'index dbos.notifications.idx_workflow_topic',
      'INDEX idx_workflow_topic ON dbos.mine (a)',
      'index dbos.idx_workflow_topic',
      'INDEX dbos.idx_workflow_topic',
      'idx_workflow_topic',
    ],
    [
      'index dbos.notifications.idx_workflow_topic',
      'VIEW dbos.idx_workflow_topic AS SELECT 1 AS a',
      'view dbos.idx_workflow_topic',
      'VIEW dbos.idx_workflow_topic',
      'idx_workflow_topic',
    ],
    [
      'key dbos.queues.queues_name_key',
      'SEQUENCE dbos.queues_name_key',
      'sequence dbos.queues_name_key',
      'SEQUENCE dbos.queues_name_key',
      'queues_name_key',
    ],
  ])('the %s, by a %s', async (wanted, what, by, renamed, name) => {
    await expectObstacle(
      await changed(`${schema} ${other} CREATE ${what}`),
      `the ${wanted} cannot be created: its name is taken by the ${by}`,
      `ALTER ${renamed} RENAME TO ${name}_other;   or drop it, then run it again`,
    );
  });

  test('by a trigger that is a constraint on the same table', async () => {
    const name = 'streams_workflow_uuid_fkey';
    const place = await changed(
      `CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
       ALTER TABLE dbos.streams DROP CONSTRAINT ${name};
       CREATE CONSTRAINT TRIGGER ${name} AFTER INSERT ON dbos.streams FOR EACH ROW EXECUTE FUNCTION public.f()`,
      original,
    );
    await expectObstacle(
      place,
      `the foreign key dbos.streams.${name} cannot be created: its name is taken by the constraint ${name} on table dbos.streams`,
      `ALTER TABLE dbos.streams RENAME CONSTRAINT ${name} TO ${name}_other;   or drop it, then run it again`,
      ['trigger:dbos.streams.*'],
    );
  });

  test('is no matter in a schema that is still to be made, nor in another one, nor where nothing needs it', async () => {
    const place = await changed(
      `CREATE SEQUENCE public.streams; ${schema} CREATE SEQUENCE dbos.idx_workflow_status_in_flight`,
    );
    expect(await told(place)).toEqual([]);
    await migrate(place);
    expect(await plan(place)).toMatchObject({ databases: [{ plan: { changes: [] } }] });
  });
});

describe('what a table of ours is bound to', () => {
  test('a type, from which it takes its columns', async () => {
    const columns = (await server.query(
      `SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY attnum) AS list
       FROM pg_attribute WHERE attrelid = 'dbos.streams'::regclass AND attnum > 0 AND attname <> 'serialization'`,
      new URL(original).pathname.slice(1),
    )) as { list: string }[];
    await expectObstacle(
      await changed(
        `ALTER TABLE dbos.streams DROP COLUMN serialization; CREATE TYPE public.shape AS (${columns[0]?.list}); ALTER TABLE dbos.streams OF public.shape`,
        original,
      ),
      'blocked by the type public.shape, from which dbos.streams takes its columns',
      'ALTER TABLE dbos.streams NOT OF;   then run it again',
    );
  });

  test.each([
    ['another type', 'concurrency text', 'TYPE text'],
    ['a NULL', 'name text NOT NULL', 'SET NOT NULL'],
  ])('a parent, whose column has %s', async (_, column, change) => {
    const [name] = column.split(' ');
    const damaged = name === 'name' ? 'worker_concurrency' : name;
    await expectObstacle(
      await changed(
        name === 'name'
          ? `UPDATE dbos.queues SET worker_concurrency = 1; ALTER TABLE dbos.queues ALTER worker_concurrency ${change};
             CREATE TABLE public.every (worker_concurrency int NOT NULL); ALTER TABLE dbos.queues INHERIT public.every`
          : `ALTER TABLE dbos.queues ALTER ${damaged} ${change}; CREATE TABLE public.every (${column}); ALTER TABLE dbos.queues INHERIT public.every`,
        original,
      ),
      'blocked by the table public.every, from which dbos.queues inherits the column',
      'ALTER TABLE dbos.queues NO INHERIT public.every;   then run it again',
    );
  });

  test('an unlogged table of others to which it refers', async () => {
    await expectObstacle(
      await changed(
        `ALTER TABLE dbos.queues SET UNLOGGED; CREATE UNLOGGED TABLE public.levels (l int PRIMARY KEY);
         ALTER TABLE dbos.queues ADD CONSTRAINT level FOREIGN KEY (concurrency) REFERENCES public.levels`,
        original,
      ),
      'blocked by the unlogged table public.levels, to which dbos.queues has a foreign key and is not to be logged before it',
      'ALTER TABLE public.levels SET LOGGED;   then run it again',
      ['foreignKey:dbos.queues.level'],
    );
  });

  test('a column of its rows elsewhere, when one with a default is added', async () => {
    const place = await changed(
      'ALTER TABLE dbos.queues DROP COLUMN created_at; CREATE TABLE public.mine (q dbos.queues)',
      original,
    );
    const what = 'blocked by column q of table public.mine, which needs the type dbos.queues';
    expect(await told(place)).toMatchObject([{ what }]);
    expect((await userErrorOf(() => migrate(place))).message).toBe(what);
    await server.query('DROP TABLE public.mine', place.name);
    await migrate(place);
    expect((await check(place)).equal).toBe(true);
  });
});
