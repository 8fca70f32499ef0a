import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { check } from '../../../src/index.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { migratedDatabase } from '../support/migrated.ts';

let server: PostgresServer;
let migrated: string;

beforeAll(async () => {
  server = await startPostgres();
  migrated = await migratedDatabase(
    server,
    `INSERT INTO dbos.workflow_status (workflow_uuid, status) VALUES ('w', 'PENDING')`,
  );
  await server.query('CREATE ROLE keeper LOGIN');
});
afterAll(() => server.stop());

const follows =
  'CREATE TABLE public.mine (id int PRIMARY KEY, w text REFERENCES dbos.workflow_status ON DELETE CASCADE)';
const frees = (column: string, more = ''): string =>
  `CREATE TABLE public.mine (id int PRIMARY KEY, w ${column} REFERENCES dbos.workflow_status ON DELETE SET NULL${more})`;
const row = `INSERT INTO public.mine (id, w) VALUES (1, 'w')`;
const raising = (event: string, more = ''): string =>
  `CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
   CREATE TRIGGER never ${event} ON public.mine ${more} EXECUTE FUNCTION public.no()`;
const child = (action: string, more = ''): string =>
  `CREATE TABLE public.child (m int NOT NULL${more} CONSTRAINT of_mine REFERENCES public.mine ${action}); INSERT INTO public.child VALUES (1)`;

/** The first foreign key to a table of ours that is told of, and whether a delete of the runtime works. */
async function told(sql: string): Promise<{ danger: string | null | undefined; deletes: boolean }> {
  const system = await server.createDatabase('incoming', migrated);
  const name = new URL(system).pathname.slice(1);
  await server.query(sql, name);
  const { databases } = await check({ system });
  const key = databases[0]?.unmanaged.find(({ object }) => object.kind === 'foreignKey');
  const remove = `DELETE FROM dbos.workflow_status WHERE workflow_uuid = 'w'`;
  const deletes = await server.query(remove, name).then(
    () => true,
    () => false,
  );
  return { danger: key?.danger?.replaceAll('public.', '') ?? null, deletes };
}

describe('a foreign key of others whose rows follow a delete', () => {
  test.each([
    ['a trigger', `${follows}; ${row}; ${raising('BEFORE DELETE', 'FOR EACH ROW')}`, 'trigger never on table mine'],
    ['a trigger of statements', `${follows}; ${row}; ${raising('AFTER DELETE')}`, 'trigger never on table mine'],
    [
      'a trigger of updates',
      `${frees('text')}; ${row}; ${raising('BEFORE UPDATE OF w', 'FOR EACH ROW')}`,
      'trigger never on table mine',
    ],
    [
      'a deferred trigger',
      `${follows}; ${row}; ${raising('AFTER DELETE', 'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW').replace('CREATE TRIGGER', 'CREATE CONSTRAINT TRIGGER')}`,
      'trigger never on table mine',
    ],
    ['a further key', `${follows}; ${row}; ${child('')}`, 'constraint of_mine on table child'],
    ['a further key with RESTRICT', `${follows}; ${row}; ${child('ON DELETE RESTRICT')}`, 'constraint of_mine on'],
    [
      'a further key that sets NULL where none may be',
      `${follows}; ${row}; ${child('ON DELETE SET NULL')}`,
      'column m of table child',
    ],
    [
      'a further key that sets a default',
      `${follows}; ${row}; ${child('ON DELETE SET DEFAULT', ' DEFAULT 7')}`,
      'column m of table child',
    ],
    [
      'a trigger at the end of two keys',
      `${follows}; ${row}; ${child('ON DELETE CASCADE')}; ${raising('BEFORE DELETE', 'FOR EACH ROW').replace('ON public.mine', 'ON public.child')}`,
      'trigger never on table child',
    ],
    [
      'a key of the table to itself',
      `${follows}; ALTER TABLE public.mine ADD up int CONSTRAINT of_itself REFERENCES public.mine; ${row}; INSERT INTO public.mine (id, up) VALUES (2, 1)`,
      'constraint of_itself on table mine',
    ],
    [
      'a check',
      `${frees('text', ', CONSTRAINT needed CHECK (w IS NOT NULL)')}; ${row}`,
      'constraint needed on table mine',
    ],
    [
      'a domain',
      `CREATE DOMAIN public.word AS text NOT NULL; ${frees('public.word')}; ${row}`,
      'column w of table mine',
    ],
    [
      'a generated column',
      `${frees('text', `, g int GENERATED ALWAYS AS (CASE WHEN w IS NULL THEN 1 / (id - 1) END) STORED`)}; ${row}`,
      'column g of table mine',
    ],
    [
      'a unique index of an expression',
      `${frees('text')}; CREATE UNIQUE INDEX once ON public.mine ((coalesce(w, '')));
       ${row}; INSERT INTO public.mine VALUES (2, NULL)`,
      'index once',
    ],
    [
      'a unique index of some rows',
      `${frees('text')}; CREATE UNIQUE INDEX once ON public.mine ((1)) WHERE w IS NULL; ${row}; INSERT INTO public.mine VALUES (2, NULL)`,
      'index once',
    ],
    [
      'a key with MATCH FULL',
      `CREATE TABLE public.pair (a int, b text, PRIMARY KEY (a, b)); INSERT INTO public.pair VALUES (1, 'w');
       ${frees('text', ', CONSTRAINT of_pair FOREIGN KEY (id, w) REFERENCES public.pair MATCH FULL')}; ${row}`,
      'constraint of_pair on table mine',
    ],
    [
      'a key to what is set to NULL',
      `${frees('text UNIQUE')}; CREATE TABLE public.child (m text CONSTRAINT of_mine REFERENCES public.mine (w)); ${row}; INSERT INTO public.child VALUES ('w')`,
      'constraint of_mine on table child',
    ],
    [
      'rights that the owner has lost',
      `${follows}; ${row}; ALTER TABLE public.mine OWNER TO keeper; REVOKE DELETE ON public.mine FROM keeper`,
      'lost rights of its owner, keeper, on table mine',
    ],
    [
      'a publication',
      `CREATE PUBLICATION feed FOR ALL TABLES WITH (publish = 'delete'); ${follows}; ALTER TABLE public.mine REPLICA IDENTITY NOTHING; ${row}`,
      'a publication of table mine, whose rows nothing identifies',
    ],
    [
      'a partition with a trigger',
      `CREATE TABLE public.mine (id int, w text REFERENCES dbos.workflow_status ON DELETE CASCADE) PARTITION BY LIST (id);
       CREATE TABLE public.part PARTITION OF public.mine FOR VALUES IN (1); ${row};
       ${raising('BEFORE DELETE', 'FOR EACH ROW').replace('ON public.mine', 'ON public.part')}`,
      'trigger never on table part',
    ],
  ])('is dangerous with %s', async (_, sql, what) => {
    const { danger, deletes } = await told(sql);
    expect(deletes).toBe(false);
    expect(danger).toMatch(/^a delete of the runtime in workflow_status (?:changes rows of mine too|fails while)/);
    if (danger?.includes('fails while') !== true) expect(danger).toContain(what);
  });

  test.each([
    [
      'a rule',
      `${follows}; CREATE RULE none AS ON DELETE TO public.mine DO INSTEAD NOTHING`,
      'rule none on table mine',
    ],
  ])('is dangerous with %s, which leaves rows that refer to nothing or fails', async (_, sql, what) => {
    expect((await told(`${sql}; ${row}`)).danger).toContain(what);
  });

  test.each([
    [
      'triggers of other events, or switched off',
      `${follows}; ${raising('BEFORE INSERT', 'FOR EACH ROW')}; ${raising('BEFORE DELETE', 'FOR EACH ROW')
        .replace(/CREATE FUNCTION[\s\S]*?\$\$;/, '')
        .replace(
          'never',
          'off',
        )}; ALTER TABLE public.mine DISABLE TRIGGER ALL; ALTER TABLE public.mine ENABLE TRIGGER USER; ALTER TABLE public.mine DISABLE TRIGGER off`,
    ],
    ['further keys that follow', `${follows}; ${row}; ${child('ON DELETE CASCADE')}`],
    [
      'checks and indexes of other columns',
      `${frees('text', ', n int CHECK (n > 1) UNIQUE')}; CREATE INDEX ON public.mine (w); ${row}`,
    ],
    ['a publication that needs nothing', `CREATE PUBLICATION feed FOR ALL TABLES; ${follows}; ${row}`],
  ])('is harmless with %s', async (_, sql) => {
    const { danger, deletes } = await told(sql);
    expect([danger, deletes]).toEqual([null, true]);
  });
});
