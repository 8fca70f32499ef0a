import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type CliResult, runCli } from '../../cli/run.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { migratedDatabase } from '../support/migrated.ts';
import { expectNothingToDo } from '../support/run.ts';

let server: PostgresServer;
let migrated: string;

beforeAll(async () => {
  server = await startPostgres();
  migrated = await migratedDatabase(
    server,
    `INSERT INTO dbos.workflow_status (workflow_uuid, status) VALUES ('w', 'PENDING'), ('free', 'SUCCESS')`,
  );
  await server.query(`CREATE ROLE app LOGIN PASSWORD 'app'; CREATE ROLE reader LOGIN; CREATE ROLE idle; CREATE ROLE other_admin SUPERUSER LOGIN;
    CREATE ROLE keeper LOGIN PASSWORD 'keeper'`);
});
afterAll(() => server.stop());

interface Prepared {
  readonly name: string;
  readonly url: string;
  readonly flags: readonly string[];
}

/** A migrated database with rows, changed by the SQL. */
async function prepared(sql: string): Promise<Prepared> {
  const url = await server.createDatabase('influence', migrated);
  const name = new URL(url).pathname.slice(1);
  await server.query(sql.replaceAll('DATABASE_NAME', name), name);
  return { name, url, flags: ['--sys-db-url', url] };
}

interface Unmanaged {
  readonly id: string;
  readonly danger: string | null;
  readonly mend: string | null;
}

async function toldBy(flags: readonly string[], exitCode = 2): Promise<readonly Unmanaged[]> {
  const result = await runCli(['migrate', ...flags, '--check', '--format', 'json']);
  expect([result.exitCode, result.stderr]).toEqual([exitCode, '']);
  const { databases } = JSON.parse(result.stdout) as { databases: { unmanaged: Unmanaged[]; changes: unknown[] }[] };
  expect(databases.flatMap(({ changes }) => changes)).toEqual([]);
  return databases.flatMap(({ unmanaged }) => unmanaged);
}

const migrate = (flags: readonly string[]): Promise<CliResult> => runCli(['migrate', ...flags]);

/** What somebody did, the statement of the runtime that it breaks, and what is said of it. */
interface Case {
  readonly sql: string;
  /** Fails, or counts something else than 1, until it is mended. */
  readonly broken: string;
  readonly id: string;
  readonly danger: RegExp;
  readonly mend: string;
  readonly since?: number;
  readonly user?: string;
}

const insert = `INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('x') RETURNING 1 AS n`;
const upsert = `INSERT INTO dbos.workflow_status (workflow_uuid) VALUES ('w')
  ON CONFLICT (workflow_uuid) DO UPDATE SET name = 'n' RETURNING 1 AS n`;
const update = `UPDATE dbos.workflow_status SET name = 'n' WHERE workflow_uuid = 'w' RETURNING 1 AS n`;
const remove = `DELETE FROM dbos.workflow_status WHERE workflow_uuid = 'w' RETURNING 1 AS n`;
const count = `SELECT count(*)::int AS n FROM dbos.workflow_status WHERE status = 'PENDING'`;
const send = `SELECT count(*)::int AS n FROM dbos.send_message('w', '1')`;

const status = '"dbos"."workflow_status"';
const rule = (event: string, what: string) => `CREATE RULE mine AS ON ${event} TO dbos.workflow_status DO ${what}`;
const dropRule = `DROP RULE "mine" ON ${status}`;
const ruleId = 'influence:dbos.workflow_status.rule.mine';
const identity = 'ALTER TABLE dbos.workflow_status REPLICA IDENTITY';
const published = 'influence:dbos.workflow_status.publication.mine';

const cases: Readonly<Record<string, Case>> = {
  'a rule that swallows inserts': {
    sql: rule('INSERT', 'INSTEAD NOTHING'),
    broken: insert,
    id: ruleId,
    danger:
      /^an insert of the runtime in workflow_status does something else, or nothing, and every insert with ON CON/,
    mend: dropRule,
  },
  'a rule that only adds to inserts, with which none may say ON CONFLICT': {
    sql: `CREATE TABLE public.log (n int); ${rule('INSERT', 'ALSO INSERT INTO public.log VALUES (1)')}`,
    broken: upsert,
    id: ruleId,
    danger: /^an insert .* does more than it says, and every insert with ON CONFLICT fails/,
    mend: dropRule,
  },
  'a rule on updates': {
    sql: rule('UPDATE', 'INSTEAD NOTHING'),
    broken: `WITH u AS (${update}) SELECT count(*)::int AS n FROM u`,
    id: ruleId,
    danger: /^an update .* does something else/,
    mend: dropRule,
  },
  'a rule on deletes': {
    sql: rule('DELETE', 'INSTEAD SELECT 1'),
    broken: remove,
    id: ruleId,
    danger: /^a delete of the runtime in workflow_status does something else, or nothing$/,
    mend: dropRule,
  },
  'a child with rows': {
    sql: `CREATE TABLE public."my own" () INHERITS (dbos.workflow_status);
      INSERT INTO public."my own" (workflow_uuid, status) VALUES ('theirs', 'PENDING')`,
    broken: count,
    id: 'influence:dbos.workflow_status.child."public.""my own"""',
    danger:
      /^queries of the runtime on workflow_status see the rows of public\."my own", and its updates and deletes chan/,
    mend: `ALTER TABLE "public"."my own" NO INHERIT ${status}`,
  },
  'a parent, whose deletes reach our rows': {
    sql: `CREATE TABLE public.every (workflow_uuid text); ALTER TABLE dbos.workflow_status INHERIT public.every`,
    broken: 'SELECT count(*)::int + 1 AS n FROM public.every',
    id: 'influence:dbos.workflow_status.parent."public.every"',
    danger: /^updates and deletes of public\.every change rows of the runtime in workflow_status/,
    mend: `ALTER TABLE ${status} NO INHERIT "public"."every"`,
  },
  'a publication with REPLICA IDENTITY NOTHING': {
    sql: `CREATE PUBLICATION mine FOR TABLE dbos.workflow_status; ${identity} NOTHING`,
    broken: update,
    id: published,
    danger: /^every update and delete of the runtime in workflow_status fails: .* nothing identifies the row$/,
    mend: `ALTER TABLE ${status} REPLICA IDENTITY DEFAULT`,
  },
  'a publication of all tables, of deletes only': {
    sql: `CREATE PUBLICATION mine FOR ALL TABLES WITH (publish = 'insert, delete'); ${identity} NOTHING`,
    broken: remove,
    id: published,
    danger: /^every delete of the runtime in workflow_status fails/,
    mend: `ALTER TABLE ${status} REPLICA IDENTITY DEFAULT`,
  },
  'a publication of the schema': {
    sql: `CREATE PUBLICATION mine FOR TABLES IN SCHEMA dbos; ${identity} NOTHING`,
    broken: upsert,
    id: published,
    danger: /nothing identifies the row$/,
    mend: `ALTER TABLE ${status} REPLICA IDENTITY DEFAULT`,
    since: 15,
  },
  'a publication with an identifying index that is gone': {
    sql: `CREATE PUBLICATION mine FOR TABLE dbos.workflow_status;
      CREATE UNIQUE INDEX gone ON dbos.workflow_status (workflow_uuid); ${identity} USING INDEX gone;
      DROP INDEX dbos.gone`,
    broken: update,
    id: published,
    danger: /nothing identifies the row$/,
    mend: `ALTER TABLE ${status} REPLICA IDENTITY DEFAULT`,
  },
  'a publication of columns without the key': {
    sql: 'CREATE PUBLICATION mine FOR TABLE dbos.workflow_status (status)',
    broken: update,
    id: published,
    danger: /leaves out \(workflow_uuid\), which identifies the row$/,
    mend: `ALTER PUBLICATION "mine" DROP TABLE ${status}`,
    since: 15,
  },
  'a publication of some columns where the whole row identifies it': {
    sql: `CREATE PUBLICATION mine FOR TABLE dbos.workflow_status (workflow_uuid, status); ${identity} FULL`,
    broken: update,
    id: published,
    danger: /leaves out columns of the row that identify it/,
    mend: `ALTER TABLE ${status} REPLICA IDENTITY DEFAULT`,
    since: 15,
  },
  'a publication of rows that are chosen by something else than the key': {
    sql: `CREATE PUBLICATION mine FOR TABLE dbos.workflow_status WHERE (status = 'SUCCESS')`,
    broken: update,
    id: published,
    danger: /rows are chosen by \(status\), which does not identify them$/,
    mend: `ALTER TABLE ${status} REPLICA IDENTITY FULL`,
    since: 15,
  },
  'a publication of a generated column that is left out, where the whole row identifies it': {
    sql: `CREATE PUBLICATION mine FOR TABLE dbos.workflow_status; ${identity} FULL;
      ALTER TABLE dbos.workflow_status ADD COLUMN g text GENERATED ALWAYS AS ('g') STORED`,
    broken: update,
    id: published,
    danger: /leaves out \(g\), which identifies the row too$/,
    mend: `ALTER TABLE ${status} REPLICA IDENTITY DEFAULT`,
    since: 18,
  },
  'a procedure beside a function of ours': {
    sql: `CREATE PROCEDURE dbos.send_message(a text, b json) LANGUAGE sql AS ''`,
    broken: send,
    id: 'influence:dbos.routine."send_message(text, json)"',
    danger: /^calls of send_message fail or mean the procedure/,
    mend: 'DROP ROUTINE "dbos"."send_message"(text, json)',
  },
  'an aggregate beside a function of ours': {
    sql: `CREATE FUNCTION public.pick(text, text, json) RETURNS text LANGUAGE sql AS 'SELECT $2';
      CREATE AGGREGATE dbos.send_message(text, json) (sfunc = public.pick, stype = text)`,
    broken: send,
    id: 'influence:dbos.routine."send_message(text, json)"',
    danger: /^calls of send_message fail or mean the aggregate/,
    mend: 'DROP ROUTINE "dbos"."send_message"(text, json)',
  },
  'a procedure that takes any number of texts': {
    sql: `CREATE PROCEDURE dbos.send_message(VARIADIC parts text[]) LANGUAGE sql AS ''`,
    broken: send,
    id: 'influence:dbos.routine."send_message(text[])"',
    danger: /^calls of send_message/,
    mend: 'DROP ROUTINE "dbos"."send_message"(text[])',
  },
  'a procedure that calls with names can mean': {
    sql: `CREATE PROCEDURE dbos.send_message(message json, destination_id text, OUT n int) LANGUAGE sql AS 'SELECT 1'`,
    broken: `SELECT count(*)::int AS n FROM dbos.send_message(destination_id => 'w', message => '1')`,
    id: 'influence:dbos.routine."send_message(json, text)"',
    danger: /^calls of send_message/,
    mend: 'DROP ROUTINE "dbos"."send_message"(json, text)',
  },
  'a setting of the database that makes sessions read-only': {
    sql: 'ALTER DATABASE DATABASE_NAME SET default_transaction_read_only = on',
    broken: update,
    id: 'influence:dbos.setting."default_transaction_read_only of all roles in database DATABASE_NAME"',
    danger: /begin with default_transaction_read_only = on: every insert, update and delete of the runtime fails$/,
    mend: 'BEGIN READ WRITE; ALTER DATABASE "DATABASE_NAME" RESET "default_transaction_read_only"; COMMIT',
  },
  'a setting of a role that switches triggers off': {
    sql: `GRANT USAGE ON SCHEMA dbos TO app; GRANT ALL ON ALL TABLES IN SCHEMA dbos TO app;
      INSERT INTO dbos.streams (workflow_uuid, key, value, "offset", function_id) VALUES ('free', 'k', 'v', 0, 0);
      ALTER ROLE app SET session_replication_role = 'replica'`,
    broken: `WITH d AS (DELETE FROM dbos.workflow_status WHERE workflow_uuid = 'free')
      SELECT CASE current_setting('session_replication_role') WHEN 'replica' THEN 0 ELSE 1 END AS n`,
    id: 'influence:dbos.setting."session_replication_role of role app"',
    danger: /begin with session_replication_role = replica: triggers and foreign keys do nothing/,
    mend: 'ALTER ROLE "app" RESET "session_replication_role"',
    user: 'app',
  },
  'a setting of a role under which rows change meanwhile': {
    sql: `GRANT USAGE ON SCHEMA dbos TO app; GRANT ALL ON ALL TABLES IN SCHEMA dbos TO app;
      ALTER ROLE app IN DATABASE DATABASE_NAME SET default_transaction_isolation = 'repeatable read'`,
    broken: `SELECT CASE current_setting('transaction_isolation') WHEN 'read committed' THEN 1 ELSE 0 END AS n`,
    id: 'influence:dbos.setting."default_transaction_isolation of role app in database DATABASE_NAME"',
    danger: /an update or delete of the runtime fails where somebody else has just changed the row$/,
    mend: 'ALTER ROLE "app" IN DATABASE "DATABASE_NAME" RESET "default_transaction_isolation"',
    user: 'app',
  },
  'a setting of a role that ends sessions': {
    sql: `GRANT USAGE ON SCHEMA dbos TO app; GRANT ALL ON ALL TABLES IN SCHEMA dbos TO app;
      ALTER ROLE app IN DATABASE DATABASE_NAME SET exit_on_error = on`,
    broken: `SELECT CASE current_setting('exit_on_error') WHEN 'off' THEN 1 ELSE 0 END AS n`,
    id: 'influence:dbos.setting."exit_on_error of role app in database DATABASE_NAME"',
    danger: /the first error of a statement ends the session of the runtime$/,
    mend: 'ALTER ROLE "app" IN DATABASE "DATABASE_NAME" RESET "exit_on_error"',
    user: 'app',
  },
  'a setting of a role in the database': {
    sql: `GRANT USAGE ON SCHEMA dbos TO app; GRANT ALL ON ALL TABLES IN SCHEMA dbos TO app;
      ALTER ROLE app IN DATABASE DATABASE_NAME SET default_transaction_read_only = 'yes'`,
    broken: update,
    id: 'influence:dbos.setting."default_transaction_read_only of role app in database DATABASE_NAME"',
    danger: /begin with default_transaction_read_only = yes/,
    mend: 'BEGIN READ WRITE; ALTER ROLE "app" IN DATABASE "DATABASE_NAME" RESET "default_transaction_read_only"; COMMIT',
    user: 'app',
  },
  "rights that the owner has lost, by which others' rows are checked": {
    sql: `GRANT USAGE, CREATE ON SCHEMA dbos TO keeper; ALTER TABLE dbos.workflow_status OWNER TO keeper;
      GRANT ALL ON ALL TABLES IN SCHEMA dbos TO keeper; REVOKE SELECT, UPDATE ON dbos.workflow_status FROM keeper`,
    broken: `INSERT INTO dbos.streams (workflow_uuid, key, value, "offset", function_id) VALUES ('w', 'k', 'v', 0, 0) RETURNING 1 AS n`,
    id: 'influence:dbos.workflow_status.rights.keeper',
    danger:
      /^the owner, keeper, has lost SELECT, UPDATE on workflow_status: statements of the runtime fail under that role/,
    mend: `GRANT SELECT, UPDATE ON ${status} TO "keeper"`,
  },
  'the schema that the owner may not use': {
    sql: 'ALTER TABLE dbos.workflow_status OWNER TO keeper',
    broken: `INSERT INTO dbos.streams (workflow_uuid, key, value, "offset", function_id) VALUES ('w', 'k', 'v', 0, 0) RETURNING 1 AS n`,
    id: 'influence:dbos.rights.keeper',
    danger: /^the owner, keeper, has lost USAGE on the schema dbos/,
    mend: 'GRANT USAGE ON SCHEMA "dbos" TO "keeper"',
  },
  'a foreign key without an action': {
    sql: `CREATE TABLE public.mine (w text CONSTRAINT mine_w REFERENCES dbos.workflow_status);
      INSERT INTO public.mine VALUES ('w')`,
    broken: remove,
    id: 'foreignKey:public.mine.mine_w',
    danger:
      /^a delete of the runtime in workflow_status fails while rows of mine refer to the row, with ON DELETE NO ACTION/,
    mend: 'ALTER TABLE "public"."mine" DROP CONSTRAINT "mine_w"',
  },
  'a foreign key that sets to NULL what may not be, in a table and with a name as one of ours': {
    sql: `CREATE TABLE public.streams (w text NOT NULL CONSTRAINT streams_workflow_uuid_foreign
        REFERENCES dbos.workflow_status ON DELETE SET NULL);
      INSERT INTO public.streams VALUES ('w')`,
    broken: remove,
    id: 'foreignKey:public.streams.streams_workflow_uuid_foreign',
    danger: /with ON DELETE SET NULL/,
    mend: 'ALTER TABLE "public"."streams" DROP CONSTRAINT "streams_workflow_uuid_foreign"',
  },
  'a foreign key that sets a default, which is no row': {
    sql: `CREATE TABLE public.mine (w text DEFAULT 'none' CONSTRAINT mine_w REFERENCES dbos.workflow_status
        ON DELETE SET DEFAULT);
      INSERT INTO public.mine VALUES ('w')`,
    broken: remove,
    id: 'foreignKey:public.mine.mine_w',
    danger: /with ON DELETE SET DEFAULT/,
    mend: 'ALTER TABLE "public"."mine" DROP CONSTRAINT "mine_w"',
  },
  'a foreign key of a partitioned table': {
    sql: `CREATE TABLE public.mine (w text CONSTRAINT mine_w REFERENCES dbos.workflow_status) PARTITION BY LIST (w);
      CREATE TABLE public.mine_w PARTITION OF public.mine FOR VALUES IN ('w'); INSERT INTO public.mine VALUES ('w')`,
    broken: remove,
    id: 'foreignKey:public.mine.mine_w',
    danger: /with ON DELETE NO ACTION/,
    mend: 'ALTER TABLE "public"."mine" DROP CONSTRAINT "mine_w"',
  },
  'a column whose sequence is nearly used up': {
    sql: `ALTER TABLE dbos.queues ADD COLUMN mine smallserial; SELECT setval('dbos.queues_mine_seq', 32767)`,
    broken: `INSERT INTO dbos.queues (name) VALUES ('q') RETURNING 1 AS n`,
    id: 'column:dbos.queues.mine',
    danger:
      /^an insert of the runtime into queues fails once the sequence that fills mine is used up: 0 numbers are left$/,
    mend: 'ALTER TABLE "dbos"."queues" ALTER COLUMN "mine" DROP DEFAULT, ALTER COLUMN "mine" DROP NOT NULL',
  },
  'an identity of few numbers': {
    sql: `ALTER TABLE dbos.queues ADD COLUMN mine int GENERATED ALWAYS AS IDENTITY (MAXVALUE 3); SELECT setval('dbos.queues_mine_seq', 3)`,
    broken: `INSERT INTO dbos.queues (name) VALUES ('q') RETURNING 1 AS n`,
    id: 'column:dbos.queues.mine',
    danger: /is used up: 0 numbers are left$/,
    mend: 'ALTER TABLE "dbos"."queues" ALTER COLUMN "mine" DROP IDENTITY, ALTER COLUMN "mine" DROP NOT NULL',
  },
  'a column of a domain that refuses NULL': {
    sql: `CREATE DOMAIN public.name AS text NOT NULL; CREATE TABLE public.empty (c public.name);
      ALTER TABLE dbos.queues ADD COLUMN mine public.name`,
    broken: `INSERT INTO dbos.queues (name) VALUES ('q') RETURNING 1 AS n`,
    id: 'column:dbos.queues.mine',
    danger: /^it needs a value and has no default/,
    mend: 'ALTER TABLE "dbos"."queues" ALTER COLUMN "mine" TYPE text',
  },
  'a column of a domain whose condition NULL does not meet, under another domain': {
    sql: `CREATE DOMAIN public.filled AS varchar(9) CHECK (coalesce(VALUE, '') <> '');
      CREATE DOMAIN public.short AS public.filled CHECK (VALUE <> 'x'); ALTER TABLE dbos.queues ADD COLUMN mine public.short`,
    broken: `INSERT INTO dbos.queues (name) VALUES ('q') RETURNING 1 AS n`,
    id: 'column:dbos.queues.mine',
    danger:
      /^an insert of the runtime into queues fails where what mine then is, NULL, does not meet .*COALESCE.* of its domain$/,
    mend: 'ALTER TABLE "dbos"."queues" ALTER COLUMN "mine" TYPE character varying(9)',
  },
  'a column whose default its domain refuses': {
    sql: `CREATE DOMAIN public.high AS int DEFAULT 0 CHECK (VALUE > 0); ALTER TABLE dbos.queues ADD COLUMN mine public.high`,
    broken: `INSERT INTO dbos.queues (name) VALUES ('q') RETURNING 1 AS n`,
    id: 'column:dbos.queues.mine',
    danger: /what mine then is, 0, does not meet/,
    mend: 'ALTER TABLE "dbos"."queues" ALTER COLUMN "mine" TYPE integer',
  },
  'a generated column that raises': {
    sql: `ALTER TABLE dbos.queues ADD COLUMN mine int GENERATED ALWAYS AS (1 / (length(name) - 1)) STORED NOT NULL`,
    broken: `INSERT INTO dbos.queues (name) VALUES ('q') RETURNING 1 AS n`,
    id: 'column:dbos.queues.mine',
    danger: /^an insert or update of the runtime in queues fails where .* cannot be computed/,
    mend: 'ALTER TABLE "dbos"."queues" ALTER COLUMN "mine" DROP EXPRESSION, ALTER COLUMN "mine" DROP NOT NULL',
  },
  'a default that raises': {
    sql: `ALTER TABLE dbos.queues ADD COLUMN mine int NOT NULL DEFAULT 7;
      CREATE FUNCTION public.nothing() RETURNS int LANGUAGE sql AS 'SELECT NULL::int';
      ALTER TABLE dbos.queues ALTER COLUMN mine SET DEFAULT public.nothing()`,
    broken: `INSERT INTO dbos.queues (name) VALUES ('q') RETURNING 1 AS n`,
    id: 'column:dbos.queues.mine',
    danger: /fails where its default, public\.nothing\(\), cannot be computed/,
    mend: 'ALTER TABLE "dbos"."queues" ALTER COLUMN "mine" DROP DEFAULT, ALTER COLUMN "mine" DROP NOT NULL',
  },
};

/** Whether the statement of the runtime does what it should, in a session of its own that leaves nothing behind. */
async function works(sql: string, { name, url }: Prepared, user?: string): Promise<boolean> {
  const client = new Client({
    connectionString: user === undefined ? url : server.url(name, { user, password: user }),
  });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rows } = (await client.query(sql)) as { rows: { n: number }[] };
    return rows[0]?.n === 1;
  } catch {
    return false;
  } finally {
    await client.query('ROLLBACK');
    await client.end();
  }
}

const major = Number(process.env['PG_MAJOR'] ?? 18);

describe('what acts on our tables from elsewhere is told with what mends it, and left alone', () => {
  test.each(Object.entries(cases).filter(([, { since = 14 }]) => major >= since))('%s', async (_, one) => {
    const database = await prepared(one.sql);
    const [id, mend] = [one.id, one.mend].map((text) => text.replaceAll('DATABASE_NAME', database.name));
    const { flags, name } = database;
    expect(await works(one.broken, database, one.user)).toBe(false);

    const dangerous = (await toldBy(flags)).filter(({ danger }) => danger !== null);
    expect(dangerous).toMatchObject([{ id, danger: expect.stringMatching(one.danger), mend }]);
    const run = await migrate(flags);
    expect([run.exitCode, run.stdout.split('\n').at(-2)]).toEqual([
      0,
      'System database: nothing to do, the schema is up to date',
    ]);
    expect(run.stderr).toContain(`warning: ${id} is yours and can break the runtime: `);
    expect(run.stderr).toContain(`\n  do     ${mend};\n`);
    await expectNothingToDo([...flags, '--ignore', id!]);

    await server.query(mend!, name);
    expect(await works(one.broken, database, one.user)).toBe(true);
    await expectNothingToDo(flags);
  });
});

describe('what changes no statement of the runtime is harmless', () => {
  test.each([
    ['REPLICA IDENTITY NOTHING without a publication', `${identity} NOTHING`],
    [
      'and with one of inserts',
      `${identity} NOTHING; CREATE PUBLICATION mine FOR ALL TABLES WITH (publish = 'insert')`,
    ],
    ['a publication of our tables', 'CREATE PUBLICATION mine FOR ALL TABLES'],
    [
      'a rule that is switched off',
      `${rule('UPDATE', 'INSTEAD NOTHING')}; ALTER TABLE dbos.workflow_status DISABLE RULE mine`,
    ],
    ['a role that only reads', 'ALTER ROLE reader IN DATABASE DATABASE_NAME SET default_transaction_read_only = on'],
    [
      'a role that cannot connect',
      `GRANT ALL ON dbos.workflow_status TO idle; ALTER ROLE idle IN DATABASE DATABASE_NAME SET default_transaction_read_only = on`,
    ],
    [
      'what another setting of the role takes back in this database',
      `GRANT ALL ON dbos.workflow_status TO keeper; ALTER ROLE keeper SET default_transaction_read_only = on;
       ALTER ROLE keeper IN DATABASE DATABASE_NAME SET default_transaction_read_only = off`,
    ],
    [
      'settings that the runtime does without, and what our own sessions set anew',
      `ALTER DATABASE DATABASE_NAME SET row_security = off; ALTER DATABASE DATABASE_NAME SET search_path = public;
       ALTER DATABASE DATABASE_NAME SET session_replication_role = replica;
       ALTER DATABASE DATABASE_NAME SET default_transaction_isolation = serializable`,
    ],
    ['a superuser', 'ALTER ROLE other_admin IN DATABASE DATABASE_NAME SET default_transaction_read_only = on'],
    [
      'a privilege that the runtime does not need',
      'REVOKE TRUNCATE, TRIGGER ON dbos.workflow_status FROM CURRENT_USER',
    ],
  ])('%s', async (_, sql) => {
    const { flags } = await prepared(sql);
    expect(await toldBy(flags, 0)).toEqual([]);
    await server.query('ALTER ROLE keeper RESET ALL');
  });

  test.each([
    ['a procedure of other arguments', `CREATE PROCEDURE dbos.send_message(a text) LANGUAGE sql AS ''`],
    [
      'and of as many, the first of which is no text',
      `CREATE PROCEDURE dbos.send_message(a int, b json) LANGUAGE sql AS ''`,
    ],
    [
      'a foreign key that follows',
      'CREATE TABLE public.mine (w text REFERENCES dbos.workflow_status ON DELETE CASCADE)',
    ],
    ['and one that lets go', 'CREATE TABLE public.mine (w text REFERENCES dbos.workflow_status ON DELETE SET DEFAULT)'],
    [
      'a column of a domain that NULL meets',
      `CREATE DOMAIN public.word AS text CHECK (VALUE <> '' AND VALUE <> 'x'); ALTER TABLE dbos.queues ADD COLUMN mine public.word`,
    ],
    [
      'and one with a default of the domain',
      `CREATE DOMAIN public.word AS text NOT NULL DEFAULT 'x'; ALTER TABLE dbos.queues ADD COLUMN mine public.word`,
    ],
  ])('and listed: %s', async (_, sql) => {
    const database = await prepared(sql);
    const told = await toldBy(database.flags, 0);
    expect(told.map(({ danger, mend }) => [danger, mend])).toEqual([[null, null]]);
    for (const statement of [send, remove, `INSERT INTO dbos.queues (name) VALUES ('q') RETURNING 1 AS n`])
      expect(await works(statement, database)).toBe(true);
  });

  test('columns whose sequences last, and one that the role of the application may not use, which is told', async () => {
    const { flags, name } = await prepared(`ALTER TABLE dbos.queues ADD COLUMN big bigserial, ADD COLUMN plain serial,
      ADD COLUMN round smallint GENERATED ALWAYS AS IDENTITY (CYCLE)`);
    expect((await migrate([...flags, '--app-role', 'app'])).exitCode).toBe(0);
    const told = await toldBy(flags, 0);
    expect(told.map(({ id, danger }) => [id, danger])).toEqual(
      ['big', 'plain', 'round'].map((column) => [`column:dbos.queues.${column}`, null]),
    );
    await server.query('REVOKE ALL ON SEQUENCE dbos.queues_big_seq FROM app', name);
    const lacking = (await toldBy([...flags, '--app-role', 'app'])).find(({ id }) => id === 'column:dbos.queues.big');
    expect(lacking?.danger).toMatch(/^an insert into queues by app fails: the sequence that fills big may not be used/);
    expect(lacking?.mend).toBe('GRANT USAGE ON SEQUENCE dbos.queues_big_seq TO "app"');
  });

  test('columns of a foreign key that keep their values', async () => {
    if (major < 15) return;
    const { flags } = await prepared(
      `CREATE TABLE public.mine (w text, k text NOT NULL, CONSTRAINT mine_wk FOREIGN KEY (w, k)
         REFERENCES dbos.workflow_events (workflow_uuid, key) ON DELETE SET NULL (w))`,
    );
    expect(await toldBy(flags, 0)).toContainEqual(
      expect.objectContaining({ id: 'foreignKey:public.mine.mine_wk', danger: null }),
    );
  });
});

describe('rows of a table that inherits from ours', () => {
  const child = (table: string) => `CREATE TABLE public.theirs () INHERITS (dbos.${table})`;
  const detached = (table: string) => `ALTER TABLE public.theirs NO INHERIT dbos.${table}`;

  test('say nothing of the version, and stay when its rows are mended', async () => {
    const { flags, name } = await prepared(`${child('dbos_migrations')}; INSERT INTO public.theirs VALUES (999);
      INSERT INTO dbos.dbos_migrations VALUES (7)`);
    expect((await migrate(flags)).exitCode).toBe(0);
    expect(await server.query('SELECT version FROM ONLY dbos.dbos_migrations', name)).toEqual([{ version: '125' }]);
    expect(await server.query('SELECT version FROM public.theirs', name)).toEqual([{ version: '999' }]);
    await server.query(detached('dbos_migrations'), name);
    await expectNothingToDo(flags);
  });

  test('are no inputs to copy', async () => {
    const { flags, name } =
      await prepared(`${child('workflow_inputs')}; INSERT INTO public.theirs VALUES ('theirs', 'i');
      INSERT INTO dbos.workflow_inputs VALUES ('w', 'ours'); DROP TABLE dbos.workflow_input`);
    expect((await migrate(flags)).exitCode).toBe(0);
    const inputs = await server.query('SELECT workflow_uuid, inputs FROM dbos.workflow_input', name);
    expect(inputs).toEqual([{ workflow_uuid: 'w', inputs: 'ours' }]);
    await server.query(detached('workflow_inputs'), name);
    await expectNothingToDo(flags);
  });

  test('are not filled as inputs of ours', async () => {
    const { flags, name } =
      await prepared(`${child('workflow_status')}; INSERT INTO public.theirs (workflow_uuid) VALUES ('w');
      INSERT INTO dbos.workflow_inputs VALUES ('w', 'ours'); DROP TABLE dbos.workflow_input`);
    expect((await migrate(flags)).exitCode).toBe(0);
    expect(await server.query('SELECT inputs FROM public.theirs', name)).toEqual([{ inputs: null }]);
    const inputs = `SELECT inputs FROM ONLY dbos.workflow_status WHERE workflow_uuid = 'w'`;
    expect(await server.query(inputs, name)).toEqual([{ inputs: 'ours' }]);
    await server.query(detached('workflow_status'), name);
    await expectNothingToDo(flags);
  });

  test.each([
    ['a column is missing', 'ALTER TABLE dbos.streams DROP COLUMN serialization'],
    ['a column has another type', `ALTER TABLE dbos.streams ALTER COLUMN serialization TYPE varchar(9)`],
    ['a column takes NULL', `ALTER TABLE dbos.streams ALTER COLUMN value DROP NOT NULL`],
  ])('and the table itself keep the plan from being applied where %s', async (_, damage) => {
    const { flags, name } = await prepared(`${damage}; ${child('streams')}`);
    const before = `SELECT attname, atttypid, attnotnull FROM pg_attribute WHERE attrelid = 'public.theirs'::regclass`;
    const columns = await server.query(before, name);
    const blocked = 'blocked by the table public.theirs, which inherits from dbos.streams and would be altered with it';
    const mend = 'ALTER TABLE "public"."theirs" NO INHERIT "dbos"."streams"';
    const plan = await runCli(['migrate', ...flags, '--plan']);
    expect([plan.exitCode, plan.stdout.replaceAll(/\s+/g, ' ')]).toEqual([0, expect.stringContaining(blocked)]);
    const refused = await migrate(flags);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(blocked) });
    expect(refused.stderr).toContain(`${mend};`);
    expect(await server.query(before, name)).toEqual(columns);
    await server.query(mend, name);
    expect(await migrate(flags)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await server.query(before, name)).toEqual(columns);
    await expectNothingToDo(flags);
  });

  test('are in the way of no index and no key', async () => {
    const { flags, name } = await prepared(`${child('streams')}; DROP INDEX dbos.idx_workflow_status_pending;
      ALTER TABLE dbos.streams DROP CONSTRAINT streams_pkey`);
    expect((await migrate(flags)).exitCode).toBe(0);
    await server.query(detached('streams'), name);
    await expectNothingToDo(flags);
  });

  test('keep a reset from being done, which leaves them and their table', async () => {
    const { flags, name } = await prepared(`${child('workflow_status')};
      INSERT INTO public.theirs (workflow_uuid) SELECT i FROM generate_series(1, 9) i`);
    const refused = await runCli(['reset', ...flags, '--cascade', '--yes']);
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('table public.theirs') });
    await server.query(detached('workflow_status'), name);
    expect(await runCli(['reset', ...flags, '--yes'])).toMatchObject({ exitCode: 0 });
    expect(await server.query('SELECT count(*)::int AS n FROM public.theirs', name)).toEqual([{ n: 9 }]);
  });
});

test('a procedure with the very signature of a function that is missing is refused before anything is changed', async () => {
  const { flags, name } = await prepared(`DROP FUNCTION dbos.send_message; DROP INDEX dbos.idx_workflow_status_pending;
    CREATE PROCEDURE dbos.send_message(text, json, text, text) LANGUAGE sql AS ''`);
  const refused = await migrate(flags);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('the function dbos.send_message(text, json, text, text) cannot be created');
  await server.query('DROP ROUTINE dbos.send_message(text, json, text, text)', name);
  expect(await migrate(flags)).toMatchObject({ exitCode: 0, stderr: '' });
  await expectNothingToDo(flags);
});

test('a foreign key of somebody else does not keep a column of ours from its type, and is there behind it', async () => {
  const { flags, name } = await prepared(
    `ALTER TABLE dbos.workflow_schedules ALTER COLUMN schedule_name TYPE varchar(40);
     CREATE TABLE public.mine (s varchar(40) CONSTRAINT mine_s REFERENCES dbos.workflow_schedules (schedule_name) ON DELETE CASCADE)`,
  );
  expect(await migrate(flags)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(await server.query(`SELECT convalidated FROM pg_constraint WHERE conname = 'mine_s'`, name)).toHaveLength(1);
  expect(await toldBy(flags, 0)).toMatchObject([{ id: 'foreignKey:public.mine.mine_s', danger: null }]);
});

test('a reset takes rules down with their tables, and asks for a word for what would not survive', async () => {
  const { flags, name } = await prepared(
    `${rule('INSERT', 'INSTEAD NOTHING')}; CREATE PUBLICATION mine FOR TABLE dbos.workflow_status; ${identity} NOTHING;
     CREATE PROCEDURE dbos.send_message(a text, b json) LANGUAGE sql AS '';
     CREATE TABLE public.kept (w text REFERENCES dbos.workflow_status)`,
  );
  const refused = await runCli(['reset', ...flags, '--yes']);
  expect(refused.exitCode).toBe(3);
  expect(refused.stderr).toContain('--cascade');
  expect(await runCli(['reset', ...flags, '--yes', '--cascade'])).toMatchObject({ exitCode: 0 });
  const left = `SELECT proname AS name FROM pg_proc WHERE pronamespace = 'dbos'::regnamespace
    UNION ALL SELECT relname FROM pg_class WHERE relnamespace = 'dbos'::regnamespace`;
  expect(await server.query(left, name)).toEqual([{ name: 'send_message' }]);
});

test('a reset takes a table out of a publication of some of its columns, and says how to put it back', async () => {
  if (major < 15) return;
  const { flags, name } = await prepared('CREATE PUBLICATION mine FOR TABLE dbos.queues (queue_id, name)');
  await expectNothingToDo(flags);
  const done = await runCli(['reset', ...flags, '--yes', '--cascade']);
  expect(done.exitCode).toBe(0);
  expect(done.stdout + done.stderr).toContain('ALTER PUBLICATION mine ADD TABLE dbos.queues (queue_id, name);');
  expect(await server.query(`SELECT to_regclass('dbos.queues') AS t`, name)).toEqual([{ t: null }]);
});
