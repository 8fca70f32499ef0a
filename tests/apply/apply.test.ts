import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import BetterSqlite from 'better-sqlite3';
import { Client } from 'pg';
import { apply, type Applied } from '../../src/apply/apply.ts';
import type { Database } from '../../src/apply/database.ts';
import { inspect } from '../../src/apply/inspect.ts';
import { UserError } from '../../src/model/errors.ts';
import { statementsOf } from '../../src/model/plan.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { userErrorOf } from '../support/rejection.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { options, postgresDatabase, type Run, sqliteDatabase, toDeclared } from './support.ts';

const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** Inspects and applies, as `migrate` does. */
async function migrate(database: Database): Promise<Applied> {
  const inspection = await inspect(database, toDeclared);
  try {
    return await apply(inspection, options);
  } finally {
    await inspection.opened.connection.close();
  }
}

/** A database on PostgreSQL that is as declared, with a second session on it. */
async function migrated(run: Run = {}): Promise<{ database: Database; other: Client; name: string }> {
  const url = await server.createDatabase('apply');
  const database = postgresDatabase(url, run);
  await migrate(database);
  const other = new Client({ connectionString: url, ssl: false });
  await other.connect();
  return { database, other, name: database.scope.database };
}

const namesOf = ({ plan }: Applied): readonly string[] => plan.changes.map(({ id }) => id);

describe('on PostgreSQL', () => {
  test('what is as declared is sent nothing', async () => {
    const { database, other, name } = await migrated();
    await other.end();
    await server.mark();
    expect((await migrate(database)).plan.segments).toEqual([]);
    expect(await server.messages(name)).toHaveLength(1);
  });

  test('a statement gives way to a lock, lets others through meanwhile, and comes again', async () => {
    const waits: string[] = [];
    const { database, other, name } = await migrated({ onWait: (what) => waits.push(what) });
    await other.query('ALTER TABLE dbos.things ALTER COLUMN value DROP NOT NULL');
    await other.query('BEGIN; LOCK TABLE dbos.things IN ROW EXCLUSIVE MODE');
    const run = migrate(database);
    while (waits.length === 0) await setTimeout(20);
    const started = Date.now();
    await server.query(`INSERT INTO dbos.things VALUES ('a', 'b')`, name);
    expect(Date.now() - started).toBeLessThan(2_000);
    await setTimeout(600);
    await other.query('COMMIT');
    await other.end();
    expect(namesOf(await run)).toEqual(['column:dbos.things.value']);
    // Told once, however often it is tried.
    expect(waits).toEqual(['a lock: ALTER TABLE "dbos"."things" ALTER COLUMN "value" SET NOT NULL']);
  });

  test('a run waits for another one, and does what is then left to do: nothing', async () => {
    const waits: string[] = [];
    const { database, other, name } = await migrated({ onWait: (what) => waits.push(what) });
    await other.query('DROP INDEX dbos.idx_things_value; SELECT pg_advisory_lock(1234567890)');
    const run = migrate(database);
    while (waits.length === 0) await setTimeout(20);
    await other.query('CREATE INDEX idx_things_value ON dbos.things (value)');
    await other.end();
    expect(waits).toEqual(['another migration of this database']);
    expect((await run).plan.segments).toEqual([]);
    expect(await server.query('SELECT count(*)::int AS n FROM dbos.migrations', name)).toEqual([{ n: 1 }]);
  });

  test('what does not stay as it was made is an error', async () => {
    const { database, other } = await migrated();
    await other.query(
      `DROP INDEX dbos.idx_things_value;
       CREATE FUNCTION public.undo() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         DROP INDEX IF EXISTS dbos.idx_things_value; END $$;
       CREATE EVENT TRIGGER undo ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.undo()`,
    );
    await other.end();
    const { message, where, hint } = await userErrorOf(() => migrate(database));
    expect(message).toBe(
      'after the plan was applied there is still something to do: index:dbos.things.idx_things_value',
    );
    expect(where).toBe('the database');
    expect(hint).toContain('run it again');
  });

  test('a plan that cannot be recorded is applied, and said not to be recorded', async () => {
    const { database, other } = await migrated();
    await other.query(
      `DROP INDEX dbos.idx_things_value;
       CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         RAISE EXCEPTION 'no records today'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT ON dbos.migrations FOR EACH ROW EXECUTE FUNCTION public.refuse()`,
    );
    await other.end();
    const applied = await migrate(database);
    expect(namesOf(applied)).toEqual(['index:dbos.things.idx_things_value']);
    expect(applied.unrecorded).toBe('no records today');
    expect((await migrate(database)).plan.segments).toEqual([]);
  });

  test('a record says what was done', async () => {
    const { database, other, name } = await migrated();
    await other.query('DROP INDEX dbos.idx_things_value');
    await other.end();
    const { plan } = await migrate(database);
    const rows = await server.query(
      `SELECT kind, summary, live_fingerprint AS live, declared_fingerprint AS declared, plan,
         tool_version AS tool, completed_at >= started_at AS completed, applied_by AS by
       FROM dbos.migrations ORDER BY started_at DESC LIMIT 1`,
      name,
    );
    expect(rows).toEqual([
      {
        kind: 'schema',
        summary: '1 created',
        live: plan.basis,
        declared: plan.goal,
        plan: statementsOf(plan).map(({ sql }) => sql),
        tool: '0.0.0',
        completed: true,
        by: 'postgres',
      },
    ]);
  });
});

describe('a run that is ended half-way', () => {
  test('records what it did, and not what was to be done when it began', async () => {
    const { database, other, name } = await migrated();
    await other.query(
      `DROP INDEX dbos.idx_things_value;
       CREATE FUNCTION public.undo() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
         DROP INDEX IF EXISTS dbos.idx_things_value; END $$;
       CREATE EVENT TRIGGER undo ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION public.undo()`,
    );
    const inspection = await inspect(database, toDeclared);
    await other.query('ALTER TABLE dbos.things DROP COLUMN note');
    await userErrorOf(() => apply(inspection, options));
    await inspection.opened.connection.close();
    const [row] = await server.query(
      `SELECT summary, live_fingerprint AS live, plan::text AS plan, completed_at AS completed FROM dbos.migrations
       ORDER BY started_at DESC LIMIT 1`,
      name,
    );
    // The column once, and the index three times.
    expect(row).toMatchObject({ summary: '4 created', completed: null });
    expect(row?.['plan']).toContain('ADD COLUMN');
    expect(row?.['live']).not.toBe(inspection.plan.basis);
    await other.query('DROP EVENT TRIGGER undo');
    await other.end();
    await migrate(database);
    expect((await migrate(database)).plan.segments).toEqual([]);
  });
});

describe('on SQLite', () => {
  /** What another process does, each time the database has been looked at, as often as it says. */
  function overtaken(times: number): { database: Database; path: string } {
    let [looks, changes] = [0, 0];
    const before = (): void => {
      looks += 1;
      // The first look is that of `inspect`; from the second on, one opens a plan and one is inside its transaction.
      if (looks < 2 || changes === times) return;
      const other = new BetterSqlite(path, { timeout: 0 });
      try {
        other.exec(`CREATE TABLE IF NOT EXISTS things (id TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
          ALTER TABLE things ADD COLUMN extra_${changes} TEXT`);
        changes += 1;
      } catch (error) {
        // Inside its transaction the run keeps others out.
        if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      } finally {
        other.close();
      }
    };
    const { path, ...database } = sqliteDatabase(temporaryDirectory(), { before });
    return { database, path };
  }

  test('a change between the look and the transaction makes a new plan', async () => {
    const { database } = overtaken(1);
    const applied = await migrate(database);
    expect(namesOf(applied)).toContain('column:main.things.note');
    expect(namesOf(applied)).not.toContain('table:main.things');
    expect((await migrate(database)).plan.segments).toEqual([]);
  });

  test('one after the other is an error at last, with nothing half done', async () => {
    const { database, path } = overtaken(Number.POSITIVE_INFINITY);
    const error = await userErrorOf(() => migrate(database));
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe('the schema is being changed by somebody else');
    expect(error.hint).toContain('run it again');
    const other = new BetterSqlite(path, { readonly: true });
    expect(other.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).all()).toEqual([{ name: 'things' }]);
    other.close();
  });

  test('a statement that is refused leaves nothing behind, and is named', async () => {
    const database = sqliteDatabase(temporaryDirectory());
    const other = new BetterSqlite(database.path);
    other.exec('CREATE TABLE things (id TEXT, value TEXT, note TEXT); INSERT INTO things (id) VALUES (NULL)');
    const schema = other.prepare('SELECT sql FROM sqlite_master').all();
    const { message, where, hint } = await userErrorOf(() => migrate(database));
    expect(message).toContain('NOT NULL constraint failed');
    expect(where).toMatch(/ · INSERT (?:OR ABORT )?INTO /);
    expect(hint).toContain('fill or delete them');
    expect(other.prepare('SELECT sql FROM sqlite_master').all()).toEqual(schema);
    expect(other.prepare('SELECT count(*) AS n FROM things').get()).toEqual({ n: 1 });
    other.close();
  });
});
