import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { check, migrate, plan, RefusedError, UserError } from '../../../src/index.ts';
import { statementsOf } from '../../../src/model/plan.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { userErrorOf } from '../../support/rejection.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres({ settings: { log_statement: 'none' } });
  await server.query(`CREATE ROLE keeper LOGIN PASSWORD 'secret'; CREATE ROLE reader LOGIN PASSWORD 'secret'`);
});
afterAll(() => server.stop());

interface Place {
  readonly name: string;
  readonly url: string;
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>;
  /** The URL of somebody who is no superuser. */
  readonly as: (user: string) => string;
}

/** A database whose schema belongs to `keeper` and is as declared. */
async function migrated(): Promise<Place> {
  const url = await server.createDatabase('rows');
  const name = new URL(url).pathname.slice(1);
  await server.query(`GRANT CREATE ON DATABASE ${name} TO keeper`);
  const as = (user: string): string => server.url(name, { user, password: 'secret' });
  await migrate({ system: as('keeper') });
  return { name, url, as, query: (sql) => server.query(sql, name) };
}

const behind = 'UPDATE dbos.dbos_migrations SET version = 60';

/** As an old release left it: inputs in their own table only. */
async function old(rows = 3, more = ''): Promise<Place> {
  const place = await migrated();
  await place.query(`INSERT INTO dbos.workflow_status (workflow_uuid, status, updated_at) SELECT 'w' || i, 'PENDING', i FROM generate_series(1, ${rows}) i;
    INSERT INTO dbos.workflow_inputs SELECT 'w' || i, 'input ' || i FROM generate_series(1, ${rows}) i; ${behind}; ${more}`);
  return place;
}

const inputs = (place: Place) =>
  place.query(`SELECT s.workflow_uuid AS id, s.inputs AS status, i.inputs AS input
    FROM dbos.workflow_status s LEFT JOIN dbos.workflow_input i USING (workflow_uuid) ORDER BY 1 LIMIT 5`);

const version = async (place: Place) =>
  (await place.query('SELECT version::text FROM dbos.dbos_migrations ORDER BY version')).map((row) => row['version']);

const everywhere = [1, 2, 3].map((i) => ({ id: `w${i}`, status: `input ${i}`, input: `input ${i}` }));

async function expectUpToDate(place: Place): Promise<void> {
  expect(await check({ system: place.url })).toMatchObject({ equal: true });
}

describe('inputs that stand in workflow_inputs only', () => {
  test('are copied to workflow_input and to workflow_status, where the last runtimes that decode them look', async () => {
    const place = await old();
    await migrate({ system: place.as('keeper') });
    expect(await inputs(place)).toEqual(everywhere);
    expect(await version(place)).toEqual(['125']);
    await expectUpToDate(place);
  });

  test('are copied in batches, and no other value of any row changes', async () => {
    const place = await old(25_000, `UPDATE dbos.workflow_status SET inputs = 'its own' WHERE workflow_uuid = 'w7'`);
    const rest = `SELECT md5(string_agg((to_jsonb(s) - 'inputs')::text, '' ORDER BY workflow_uuid)) AS rest FROM dbos.workflow_status s`;
    const before = await place.query(rest);
    await migrate({ system: place.as('keeper') });
    expect(await place.query(rest)).toEqual(before);
    expect(
      await place.query(`SELECT count(*) FILTER (WHERE s.inputs = o.inputs)::int AS status, count(i.inputs = o.inputs)::int AS input,
          min(s.inputs) FILTER (WHERE s.workflow_uuid = 'w7') AS own
        FROM dbos.workflow_inputs o JOIN dbos.workflow_status s USING (workflow_uuid) LEFT JOIN dbos.workflow_input i USING (workflow_uuid)`),
    ).toEqual([{ status: 24_999, input: 25_000, own: 'its own' }]);
  });

  test.each([
    ['only workflow_status lacks them', `INSERT INTO dbos.workflow_input SELECT * FROM dbos.workflow_inputs`],
    ['only workflow_input lacks them', `UPDATE dbos.workflow_status SET inputs = 'input ' || substr(workflow_uuid, 2)`],
    ['workflow_status has no such column', 'ALTER TABLE dbos.workflow_status DROP COLUMN inputs'],
    [
      'workflow_input is not there, though the version says that all is',
      'DROP TABLE dbos.workflow_input; UPDATE dbos.dbos_migrations SET version = 125',
    ],
    [
      'the id of workflow_input is a uuid',
      'ALTER TABLE dbos.workflow_input ALTER workflow_uuid TYPE uuid USING workflow_uuid::uuid',
    ],
    [
      'the id of workflow_status has another collation',
      'ALTER TABLE dbos.workflow_inputs ALTER workflow_uuid TYPE text COLLATE "C"',
    ],
    [
      'columns have the names of variables',
      `ALTER TABLE dbos.workflow_inputs ADD done text, ADD upto text, ADD first text, ADD last text, ADD written text, ADD lost text, ADD k text, ADD work text;
      ALTER TABLE dbos.workflow_input ADD done text, ADD first text, ADD last text, ADD written text, ADD lost text, ADD k text, ADD n text;
      ALTER TABLE dbos.workflow_status ADD o text, ADD first text, ADD last text, ADD written text, ADD lost text, ADD k text`,
    ],
  ])('where %s', async (_, sql) => {
    const place = await old(
      3,
      sql.replace('INTO dbos.workflow_input SELECT *', 'INTO dbos.workflow_input (workflow_uuid, inputs) SELECT *'),
    );
    expect(await check({ system: place.url })).toMatchObject({ equal: false });
    await migrate({ system: place.as('keeper') });
    expect(await inputs(place)).toEqual(everywhere);
    await expectUpToDate(place);
  });

  test('stay where they are once the schema calls itself complete', async () => {
    const place = await old(3, 'UPDATE dbos.dbos_migrations SET version = 125');
    await expectUpToDate(place);
  });
});

describe('an id that was given another name', () => {
  const rename = 'ALTER TABLE dbos.workflow_input RENAME workflow_uuid TO workflow_id';

  test('stops the copy, and takes NULL once it has been told to', async () => {
    const place = await old(3, rename);
    expect(await check({ system: place.url })).toMatchObject({ equal: false });
    const { message, hint } = await userErrorOf(() => migrate({ system: place.url }));
    expect(message).toContain('column "workflow_id" of relation "workflow_input"');
    expect(hint).toContain('ALTER COLUMN … DROP NOT NULL');
    expect(await version(place)).toEqual(['60']);
    await place.query('ALTER TABLE dbos.workflow_input ALTER COLUMN workflow_id DROP NOT NULL');
    await migrate({ system: place.url });
    expect(await inputs(place)).toEqual(everywhere);
    await expectUpToDate(place);
  });

  test('of a table with rows can be given back', async () => {
    const place = await old(
      3,
      `INSERT INTO dbos.workflow_input (workflow_uuid, inputs) VALUES ('w1', 'input 1'); ${rename}`,
    );
    const { message } = await userErrorOf(() => migrate({ system: place.url }));
    expect(message).toContain('column "workflow_uuid" of relation "workflow_input" contains null values');
    await place.query('ALTER TABLE dbos.workflow_input RENAME workflow_id TO workflow_uuid');
    await migrate({ system: place.url });
    expect(await inputs(place)).toEqual(everywhere);
  });

  test.each(['workflow_inputs', 'workflow_status'])(
    'of %s is missed before the version says that all is there',
    async (table) => {
      const place = await old(3, `ALTER TABLE dbos.${table} RENAME workflow_uuid TO workflow_id`);
      await userErrorOf(() => migrate({ system: place.url }));
      expect(await version(place)).toEqual(['60']);
    },
  );
});

describe('rows that do not arrive as they are', () => {
  const trigger = (body: string, table: string, when: string): string =>
    `CREATE FUNCTION public.meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$;
     CREATE TRIGGER meddler ${when} ON dbos.${table} FOR EACH ROW EXECUTE FUNCTION public.meddle()`;

  test.each([
    ['kept out', 'workflow_input', trigger('RETURN NULL;', 'workflow_input', 'BEFORE INSERT')],
    ['altered', 'workflow_input', trigger(`NEW.inputs := 'x'; RETURN NEW;`, 'workflow_input', 'BEFORE INSERT')],
    [
      'altered afterwards',
      'workflow_input',
      trigger(`UPDATE dbos.workflow_input SET inputs = NULL; RETURN NULL;`, 'workflow_input', 'AFTER INSERT'),
    ],
    [
      'renamed',
      'workflow_input',
      trigger(`NEW.workflow_uuid := 'x' || NEW.workflow_uuid; RETURN NEW;`, 'workflow_input', 'BEFORE INSERT'),
    ],
    [
      'altered at the end of the transaction',
      'workflow_input',
      trigger(`UPDATE dbos.workflow_input SET inputs = NULL; RETURN NULL;`, 'workflow_input', 'AFTER INSERT')
        .replace('CREATE TRIGGER', 'CREATE CONSTRAINT TRIGGER')
        .replace('FOR EACH ROW', 'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW'),
    ],
    ['not filled', 'workflow_status', trigger('RETURN NULL;', 'workflow_status', 'BEFORE UPDATE')],
    [
      'filled otherwise',
      'workflow_status',
      trigger(`NEW.inputs := 'x'; RETURN NEW;`, 'workflow_status', 'BEFORE UPDATE'),
    ],
  ])('leave the version row unwritten: %s', async (_, table, sql) => {
    const place = await old(3, sql);
    const error = await userErrorOf(() => migrate({ system: place.url }));
    expect(error.message).toBe(
      `a row of dbos.workflow_inputs does not arrive in dbos.${table} as it is: w1 (triggers and rules on the table: meddler)`,
    );
    expect(error.hint).toContain('DISABLE TRIGGER');
    expect(await version(place)).toEqual(['60']);
    await place.query(`ALTER TABLE dbos.${table} DISABLE TRIGGER meddler`);
    await migrate({ system: place.url });
    expect(await inputs(place)).toEqual(everywhere);
    expect(await version(place)).toEqual(['125']);
  });

  test.each([
    [
      'a rule keeps them out',
      'CREATE RULE meddler AS ON INSERT TO dbos.workflow_input DO INSTEAD NOTHING',
      'workflow_input',
    ],
    [
      'a rule keeps the version out',
      'CREATE RULE meddler AS ON INSERT TO dbos.dbos_migrations DO INSTEAD NOTHING',
      'dbos_migrations',
    ],
  ])('name what is at work: %s', async (_, sql, table) => {
    const place = await old(3, sql);
    const { hint } = await userErrorOf(() => migrate({ system: place.url }));
    expect(hint).toMatch(
      /the rules on the table, which dbos migrate --plan names|rule\.meddler may be at work: DROP RULE/,
    );
    expect(await version(place)).toEqual(['60']);
    await place.query(`DROP RULE meddler ON dbos.${table}`);
    await migrate({ system: place.url });
    await expectUpToDate(place);
  });

  test.each([
    ['swallowed', 'RETURN NULL;'],
    ['altered', 'NEW.version := 99; RETURN NEW;'],
  ])('name the trigger by which the version is %s', async (_, body) => {
    const place = await old(3, trigger(body, 'dbos_migrations', 'BEFORE INSERT'));
    const { message, hint } = await userErrorOf(() => migrate({ system: place.url }));
    expect(message).toContain('there is still something to do: version:dbos.dbos_migrations');
    expect(hint).toContain('trigger:dbos.dbos_migrations.meddler may be at work: ');
    await place.query('ALTER TABLE dbos.dbos_migrations DISABLE TRIGGER meddler');
    await migrate({ system: place.url });
    expect(await version(place)).toEqual(['125']);
  });

  test('are told of where all are copied at once, too', async () => {
    const place = await old(
      3,
      `DROP TABLE dbos.workflow_input; UPDATE dbos.dbos_migrations SET version = 125;
       ${trigger(`NEW.inputs := 'x'; RETURN NEW;`, 'workflow_status', 'BEFORE UPDATE')}`,
    );
    const { message } = await userErrorOf(() => migrate({ system: place.url }));
    expect(message).toContain('does not arrive in dbos.workflow_status as it is: w1');
    expect(await place.query(`SELECT to_regclass('dbos.workflow_input') AS made`)).toEqual([{ made: null }]);
  });

  test('are no longer of interest where a runtime has written them itself', async () => {
    const place = await old(3, `INSERT INTO dbos.workflow_input (workflow_uuid, inputs) VALUES ('w2', 'newer')`);
    await migrate({ system: place.url });
    expect((await inputs(place))[1]).toEqual({ id: 'w2', status: 'input 2', input: 'newer' });
    await expectUpToDate(place);
  });
});

describe('an event trigger that changes what is created', () => {
  const eventTrigger = (action: string): string =>
    `CREATE FUNCTION public.secure() RETURNS event_trigger LANGUAGE plpgsql AS $$
       DECLARE made record; BEGIN
       FOR made IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' LOOP
         EXECUTE format('ALTER TABLE %s ${action}', made.object_identity); END LOOP; END $$;
     CREATE EVENT TRIGGER secure_new_tables ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION public.secure()`;

  test('is answered by a second round', async () => {
    const url = await server.createDatabase('rows');
    const name = new URL(url).pathname.slice(1);
    await server.query(eventTrigger('ENABLE ROW LEVEL SECURITY'), name);
    const request = { system: url, application: await server.createDatabase('rows'), schema: 'public' };
    await server.query(eventTrigger('ENABLE ROW LEVEL SECURITY'), new URL(request.application).pathname.slice(1));
    await migrate(request);
    expect(await check(request)).toMatchObject({ equal: true });
    expect(
      await server.query(
        'SELECT count(*)::int AS n, bool_and(completed_at IS NOT NULL) AS done FROM public.migrations',
        name,
      ),
    ).toEqual([{ n: 1, done: true }]);
  });

  test('is named where it remains, and the run is recorded', async () => {
    const { url, name, query } = await migrated();
    await query(`DROP INDEX dbos.workflow_status_created_at_index;
      CREATE FUNCTION public.undo() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN DROP INDEX IF EXISTS dbos.workflow_status_created_at_index; END $$;
      CREATE EVENT TRIGGER "no indexes" ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.undo()`);
    const error = await userErrorOf(() => migrate({ system: url }));
    expect(error.message).toContain(
      'still something to do: index:dbos.workflow_status.workflow_status_created_at_index',
    );
    expect(error.hint).toContain('no indexes');
    expect(error.hint).toContain('ALTER EVENT TRIGGER "no indexes" DISABLE;');
    expect(
      await server.query('SELECT completed_at FROM dbos.migrations ORDER BY started_at DESC LIMIT 1', name),
    ).toEqual([{ completed_at: null }]);
  });
});

describe('rows that row security may hide', () => {
  const force = (table: string): string =>
    `ALTER TABLE dbos.${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`;

  test.each(['workflow_inputs', 'workflow_input', 'workflow_status'])(
    'are copied all the same, since the plan switches it off first: %s',
    async (table) => {
      const place = await old(3, force(table));
      await migrate({ system: place.as('keeper') });
      expect(await inputs(place)).toEqual(everywhere);
      await expectUpToDate(place);
    },
  );

  test('are not decided on: a version that is ahead stays', async () => {
    const place = await migrated();
    await place.query(`UPDATE dbos.dbos_migrations SET version = 130; ${force('dbos_migrations')}`);
    for (const run of [migrate, check, plan]) {
      const error = await userErrorOf(() => run({ system: place.as('keeper') }));
      expect(error.message).toBe('row security may hide rows of the table dbos_migrations in schema dbos');
      expect(error.hint).toContain('ALTER TABLE "dbos"."dbos_migrations" NO FORCE ROW LEVEL SECURITY;');
      expect(error.hint).toContain('BYPASSRLS');
    }
    expect(await version(place)).toEqual(['130']);
    await place.query('ALTER TABLE dbos.dbos_migrations NO FORCE ROW LEVEL SECURITY');
    await migrate({ system: place.as('keeper') });
    expect(await version(place)).toEqual(['130']);
  });

  test('are those of the owner alone, for a role that only reads', async () => {
    const place = await migrated();
    await place.query(`ALTER TABLE dbos.dbos_migrations ENABLE ROW LEVEL SECURITY;
      GRANT USAGE ON SCHEMA dbos TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA dbos TO reader`);
    const { hint } = await userErrorOf(() => check({ system: place.as('reader') }));
    expect(hint).toContain('as the owner: ALTER TABLE "dbos"."dbos_migrations" DISABLE ROW LEVEL SECURITY;');
  });
});

describe('a role that may read the version and not the rows to copy', () => {
  test('is told that the schema is behind, and what the work needs', async () => {
    const place = await old(3, 'GRANT USAGE ON SCHEMA dbos TO reader; GRANT SELECT ON dbos.dbos_migrations TO reader');
    const request = { system: place.as('reader') };
    expect(await check(request)).toMatchObject({ equal: false });
    const { databases } = await plan(request);
    expect(databases.flatMap((database) => database.plan.changes.map(({ id }) => id))).toContain(
      'version:dbos.dbos_migrations',
    );
    const error = await userErrorOf(() => migrate(request));
    expect(error).toBeInstanceOf(UserError);
    expect(error.hint).toContain('GRANT SELECT ON "dbos"."workflow_inputs" TO "reader";');
    expect(error.hint).toContain('GRANT SELECT, INSERT ON "dbos"."workflow_input" TO "reader";');
    expect(error.hint).toContain('GRANT SELECT, UPDATE ON "dbos"."workflow_status" TO "reader";');
    expect(await version(place)).toEqual(['60']);
  });
});

describe('a version row', () => {
  test('is read in whatever type it has been given', async () => {
    const place = await migrated();
    await place.query(`ALTER TABLE dbos.dbos_migrations DROP CONSTRAINT dbos_migrations_pkey;
      ALTER TABLE dbos.dbos_migrations ALTER version TYPE json USING to_json(version)`);
    await migrate({ system: place.url });
    await expectUpToDate(place);
  });
});

describe('a type that is brought back', () => {
  const values = (place: Place, column: string) =>
    place.query(`SELECT ${column}::text AS value FROM dbos.workflow_status`);

  /** One row that has the value, in a column of another type. */
  async function retyped(column: string, type: string, value: string): Promise<Place> {
    const place = await migrated();
    await place.query(`DROP INDEX dbos.idx_workflow_status_rate_limited, dbos.idx_workflow_status_attributes;
      ALTER TABLE dbos.workflow_status ALTER ${column} DROP DEFAULT, ALTER ${column} TYPE ${type} USING NULL::${type}; INSERT INTO dbos.workflow_status (workflow_uuid, ${column}) VALUES ('w', ${value})`);
    return place;
  }

  test.each([
    ['workflow_timeout_ms', 'numeric', '1.5', 'bigint'],
    ['workflow_timeout_ms', 'double precision', '2.5', 'bigint'],
    ['workflow_timeout_ms', 'text', `'007'`, 'bigint'],
    ['output', 'bytea', `'hello'`, 'text'],
    ['output', 'boolean', 'true', 'text'],
    ['output', 'timestamptz', 'now()', 'text'],
    ['class_name', 'text', `repeat('x', 300)`, 'character varying(255)'],
    ['class_name', 'timestamp(3)', 'now()', 'character varying(255)'],
    ['attributes', 'json', `'{"a": 1, "a": 2}'`, 'jsonb'],
  ])('is refused where a value would be another one: %s as %s with %s', async (column, type, value, declared) => {
    const place = await retyped(column, type, value);
    const before = await values(place, column);
    const { databases } = await plan({ system: place.url });
    expect(
      databases
        .flatMap((database) => statementsOf(database.plan))
        .flatMap(({ hazards }) => hazards.map(({ name }) => name)),
    ).toContain('data-loss');
    const error = await userErrorOf(() => migrate({ system: place.url }));
    expect(error).toBeInstanceOf(RefusedError);
    expect(error.message).toContain(`the column ${column} of dbos.workflow_status may not be the same as ${declared}`);
    expect(error.hint).toContain('--allow data-loss');
    expect(await values(place, column)).toEqual(before);
    expect(await place.query('SELECT to_regclass($$dbos.idx_workflow_status_rate_limited$$) AS made')).toEqual([
      { made: null },
    ]);
  });

  test.each([
    ['workflow_timeout_ms', 'numeric', '15'],
    ['workflow_timeout_ms', 'text', `'7'`],
    ['workflow_timeout_ms', 'double precision', '7'],
    ['workflow_timeout_ms', 'smallint', '7'],
    ['workflow_timeout_ms', 'json', `'7'`],
    ['output', 'uuid', 'gen_random_uuid()'],
    ['output', 'bigint', '12'],
    ['output', 'varchar(40)', `'x'`],
    ['output', 'character(5)', `'x'`],
    ['output', 'name', `'x'`],
    ['class_name', 'text', `'x'`],
    ['attributes', 'json', `'{"a": 1}'`],
    ['attributes', 'text', `'{"a": 1}'`],
  ])('is done where every value is shown to survive: %s as %s with %s', async (column, type, value) => {
    const place = await retyped(column, type, value);
    const before = await values(place, column);
    await migrate({ system: place.url });
    expect(await values(place, column)).toEqual(before);
    await expectUpToDate(place);
  });

  test('is done where the operator lets values go', async () => {
    const place = await retyped('workflow_timeout_ms', 'numeric', '1.5');
    await migrate({ system: place.url, allow: ['data-loss'] });
    expect(await values(place, 'workflow_timeout_ms')).toEqual([{ value: '2' }]);
  });

  test('is not looked at where row security may hide values', async () => {
    const place = await retyped('workflow_timeout_ms', 'numeric', '1.5');
    await place.query('ALTER TABLE dbos.workflow_status ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY');
    expect(await userErrorOf(() => migrate({ system: place.as('keeper') }))).toBeInstanceOf(RefusedError);
  });
});
