import { Client } from 'pg';
import type { Cases } from './case.ts';
import { as, migrateIn, nameOf, type ServerPlace } from './server.ts';

const narrow = 'ALTER TABLE dbos.streams ALTER COLUMN value TYPE varchar(40)';

/** What keeps a migration or a reset on PostgreSQL from being carried out. */
export const migratingCases: Cases<ServerPlace> = {
  'role … may not … create the database …': ({ migrated }) =>
    migrateIn(as(migrated, 'guest').replace(nameOf(migrated), 'not_there')),
  'role … may not … create the schema …': async ({ server }) =>
    migrateIn(as(await server.createDatabase('empty'), 'guest')),
  'role … may not … change what … owns: …': async ({ changed }) =>
    migrateIn(
      as(
        await changed(
          `GRANT USAGE, CREATE ON SCHEMA dbos TO guest; GRANT SELECT ON ALL TABLES IN SCHEMA dbos TO guest;
           ALTER TABLE dbos.streams DROP COLUMN function_id`,
        ),
        'guest',
      ),
    ),
  'role … may not read the table dbos_migrations …': async ({ changed }) =>
    migrateIn(as(await changed('SELECT 1'), 'guest'), '--check'),
  'role … does not exist': ({ migrated }) => migrateIn(migrated, '--app-role', 'not_there'),
  'nothing can be changed here: …': async ({ server, changed }) => {
    const url = await changed('DROP TABLE dbos.streams');
    await server.query(`ALTER DATABASE ${nameOf(url)} SET default_transaction_read_only = on`);
    return migrateIn(url);
  },
  'blocked by …, which needs the …': async ({ changed }) =>
    migrateIn(await changed(`${narrow}; CREATE VIEW public.v AS SELECT value FROM dbos.streams`)),
  'blocked by the table …, which inherits from …': async ({ changed }) =>
    migrateIn(await changed(`${narrow}; CREATE TABLE public.mine () INHERITS (dbos.streams)`)),
  'blocked by …, which could not compare the … with the …': async ({ changed }) =>
    migrateIn(
      await changed(
        `ALTER TABLE dbos.queues ALTER queue_id DROP DEFAULT, ALTER queue_id TYPE uuid USING queue_id::uuid;
         CREATE TABLE public.mine (q uuid CONSTRAINT mine_q REFERENCES dbos.queues)`,
      ),
    ),
  'these objects have names that DBOS needs, and are not of DBOS: …': async ({ server }) => {
    const url = await server.createDatabase('foreign');
    await server.query('CREATE SCHEMA dbos; CREATE TABLE dbos.workflow_status (colour text)', nameOf(url));
    return migrateIn(url);
  },
  '… cannot be created: its name is taken by …': async ({ server }) => {
    const url = await server.createDatabase('taken');
    await server.query('CREATE SCHEMA dbos; CREATE SEQUENCE dbos.streams', nameOf(url));
    return migrateIn(url);
  },
  'could not create unique index …': async ({ changed }) =>
    migrateIn(
      await changed(
        `ALTER TABLE dbos.queues DROP CONSTRAINT queues_pkey;
         INSERT INTO dbos.queues (queue_id, name) SELECT 'same', n::text FROM generate_series(1, 2) n`,
      ),
    ),
  'values of … may not be the same as … that they are as …': async ({ changed }) =>
    migrateIn(
      await changed(
        `ALTER TABLE dbos.workflow_status DROP attributes; ALTER TABLE dbos.workflow_status ADD attributes json;
         INSERT INTO dbos.workflow_status (workflow_uuid, attributes) VALUES ('w', '{"a": 1, "a": 2}')`,
      ),
    ),
  'foreign key constraint … cannot be implemented': async ({ changed }) =>
    migrateIn(
      await changed(
        `ALTER TABLE dbos.queues ALTER queue_id DROP DEFAULT, ALTER queue_id TYPE uuid USING queue_id::uuid;
         ALTER TABLE dbos.streams ALTER key TYPE uuid USING key::uuid;
         ALTER TABLE dbos.streams ADD CONSTRAINT mine FOREIGN KEY (key) REFERENCES dbos.queues`,
      ),
    ),
  '… is a … table': async ({ changed }) =>
    migrateIn(
      await changed(
        `ALTER TABLE dbos.streams RENAME TO old;
         CREATE TABLE dbos.streams (LIKE dbos.old INCLUDING DEFAULTS) PARTITION BY LIST (key); DROP TABLE dbos.old`,
      ),
    ),
  '… is a partition of …': async ({ changed }) =>
    migrateIn(
      await changed(
        'CREATE TABLE public.whole (LIKE dbos.streams) PARTITION BY LIST (key); ALTER TABLE public.whole ATTACH PARTITION dbos.streams DEFAULT; ALTER TABLE public.whole ADD COLUMN mine int',
      ),
    ),
  'after the plan was applied there is still something to do: …': async ({ changed }) =>
    migrateIn(
      await changed(`DROP INDEX dbos.idx_workflow_status_pending;
    CREATE FUNCTION public.undo() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN DROP INDEX IF EXISTS dbos.idx_workflow_status_pending; END $$;
    CREATE EVENT TRIGGER undo ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.undo()`),
    ),
  // Waited for, for a minute.
  'source database … is being accessed by other users': async ({ server }) => {
    const session = new Client({ connectionString: server.url('template1'), ssl: false });
    await session.connect();
    return { ...migrateIn(server.url('not_there')), after: async () => session.end() };
  },
  'these objects of yours depend on the system tables: …': async ({ changed }) => ({
    args: ['reset', '--yes', '-s', await changed('CREATE VIEW public.v AS SELECT value FROM dbos.streams')],
  }),
};
