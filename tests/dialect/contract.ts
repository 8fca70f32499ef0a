import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applicationDefinitions, systemDefinitions } from '../../schema/index.ts';
import { apply, type ApplyOptions } from '../../src/apply/apply.ts';
import type { Database } from '../../src/apply/database.ts';
import { type Inspection, inspect } from '../../src/apply/inspect.ts';
import { combine } from '../../src/model/definition.ts';
import type { Connection, Dialect, Opened, Row } from '../../src/model/dialect.ts';
import { QueryError } from '../../src/model/errors.ts';
import { type RelationFacts, relationName } from '../../src/model/facts.ts';
import type { Goal } from '../../src/model/goal.ts';
import { idOf, kinds } from '../../src/model/kinds.ts';
import { lookFor, type Scope } from '../../src/model/look.ts';
import type { MigrationRecord } from '../../src/model/migration-record.ts';
import type { CatalogObject, ObjectKind } from '../../src/model/objects.ts';
import { type Statement, statementsOf } from '../../src/model/plan.ts';
import type { Target } from '../../src/model/target.ts';
import { catalogText } from '../support/apply-changes.ts';

/** A place of its own for each test. */
export interface Place {
  readonly target: Target;
  readonly scope: Scope;
}

/** An engine, as the tests of all dialects need to know it. */
export interface Engine {
  readonly dialect: Dialect;
  /** The kinds that the dialect's registry has. */
  readonly kinds: Readonly<Record<string, unknown>>;
  /** A name under which no database is. */
  absent(): Promise<Place>;
  /** A database in which nothing stands but what comes with every one. */
  empty(): Promise<Place>;
  /** Opens a transaction that keeps others from changing the tables, given qualified; ROLLBACK ends it. */
  readonly lock: (tables: readonly string[]) => readonly string[];
  /** A table's name in SQL. */
  readonly qualified: (table: string) => string;
  stop(): Promise<void>;
}

const definitions = combine(systemDefinitions, applicationDefinitions);

/** A place with all that is declared, as where one database serves as both. */
export const scopeOf = (place: Omit<Scope, 'definitions'>): Scope => ({ ...place, definitions });

const toDeclared: Goal = { aim: 'declared', allow: new Set(), adopt: new Set() };
const toNothing: Goal = { aim: 'nothing', allow: new Set(), adopt: new Set() };

const unrecorded: ApplyOptions = { record: null };

/** All that the dialects do alike, whatever their engines are. */
export function contractOf(name: string, start: () => Promise<Engine>): void {
  describe(`${name} keeps the contract`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());

    const open = ({ target }: Place, write = false, signal?: AbortSignal): Promise<Opened> =>
      engine.dialect.open(target, { write, environment: null, signal });

    async function using<T>(place: Place, work: (connection: Connection) => Promise<T>, write = false): Promise<T> {
      const { connection } = await open(place, write);
      try {
        return await work(connection);
      } finally {
        await connection.close();
      }
    }

    const databaseAt = ({ target, scope }: Place, own: Partial<Database> = {}): Database => ({
      dialect: engine.dialect,
      target,
      scope,
      where: name,
      environment: null,
      history: async () => ({ states: [], objects: {} }),
      onWait: () => {},
      ...own,
    });

    async function inspected<T>(database: Database, goal: Goal, use: (found: Inspection) => Promise<T>): Promise<T> {
      const found = await inspect(database, goal);
      try {
        return await use(found);
      } finally {
        await found.opened.connection.close();
      }
    }

    const reach = (database: Database, goal: Goal): Promise<readonly Statement[]> =>
      inspected(database, goal, async (found) => statementsOf((await apply(found, unrecorded)).plan));

    const leftToDo = (place: Place): Promise<readonly string[]> =>
      inspected(databaseAt(place), toDeclared, async ({ plan }) => plan.changes.map(({ id }) => id));

    const rowsOf = (place: Place, sql: string): Promise<readonly Row[]> =>
      using(place, (connection) => connection.query(sql));

    const kindsIn = (objects: Iterable<CatalogObject>): ReadonlySet<ObjectKind> =>
      new Set([...objects].map(({ kind }) => kind));

    /** The drops of all indexes, or of those of one table, written here and by no renderer. */
    async function dropsIn(connection: Connection, { scope }: Place, table?: string): Promise<readonly string[]> {
      const { catalog } = await engine.dialect.introspect(connection, lookFor(scope));
      return [...catalog.values()].flatMap((o) =>
        o.kind === 'index' && (table ?? o.table) === o.table ? [`DROP INDEX ${engine.qualified(o.name)}`] : [],
      );
    }

    async function made(): Promise<Place> {
      const place = await engine.empty();
      await reach(databaseAt(place), toDeclared);
      return place;
    }

    test('every kind of object has its module, and no other has', () => {
      expect(Object.keys(engine.kinds).toSorted()).toEqual(Object.keys(kinds).toSorted());
    });

    describe('opening', () => {
      test('a database that is there', async () => {
        const place = await engine.empty();
        const { connection, exists } = await open(place);
        expect(exists).toBe(true);
        expect(await connection.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await connection.close();
        const { connection: other, exists: still, writable } = await open(place, true);
        expect([still, writable]).toEqual([true, true]);
        await other.close();
      });

      test('one that is not: something answers for it, in which nothing of it stands', async () => {
        const place = await engine.absent();
        const { connection, exists } = await open(place);
        expect(exists).toBe(false);
        expect(await connection.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
        await connection.close();
        expect((await open(place).then(close)).exists).toBe(false);
        expect(kindsIn(engine.dialect.absent(place.scope).values()).has('table')).toBe(false);
      });

      test('with a signal that is aborted rejects with its reason', async () => {
        const reason = new Error('enough');
        const place = await engine.empty();
        await expect(open(place, true, AbortSignal.abort(reason))).rejects.toBe(reason);
      });
    });

    const close = async (opened: Opened): Promise<Opened> => {
      await opened.connection.close();
      return opened;
    };

    test('a message gives the rows of its last statement, and says which one was refused', async () => {
      const place = await engine.empty();
      const { connection } = await open(place, true);
      expect(await connection.query(['SELECT 1 AS n', 'SELECT 2 AS n'])).toEqual([{ n: 2 }]);
      expect(await connection.query([])).toEqual([]);
      const error: unknown = await connection
        .query(['SELECT 1', 'SELECT FROM nowhere', 'SELECT 3'])
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(QueryError);
      expect(error).toMatchObject({ statement: 1 });
      expect(engine.dialect.isTransient(error as QueryError)).toBe(false);
      await connection.close();
    });

    test('where nothing is, nothing is found', async () => {
      const place = await engine.empty();
      const found = await using(place, (connection) =>
        engine.dialect.introspect(connection, lookFor(place.scope, { surroundings: true })),
      );
      for (const kind of ['table', 'column', 'key', 'index', 'foreignKey', 'version', 'dependent'] as const) {
        expect(kindsIn(found.catalog.values()).has(kind)).toBe(false);
      }
      expect(found.facts.size).toBe(0);
      expect(found.server.strangers).toEqual([]);
      expect(found.server.readOnly).toBeNull();
      expect(found.server.version).toMatch(/^\d+\.\d+/);
      expect(found.lackingRights([], true)).toEqual([]);
    });

    test.each(['absent', 'empty'] as const)(
      'what is declared is made where it is %s, and then is there',
      async (what) => {
        const place = await engine[what]();
        const { dialect } = engine;
        const statements = await reach(databaseAt(place), toDeclared);
        expect(statements.length).toBeGreaterThan(20);
        const declared = dialect.declare(definitions, place.scope);
        const { catalog } = await using(place, (connection) => dialect.introspect(connection, lookFor(place.scope)));
        const settled = await dialect.settle(catalog, declared, definitions);
        expect(catalogText(settled.catalog)).toEqual(catalogText(declared));
        expect([...settled.named.keys()]).toEqual([...declared.keys()]);
        expect(await leftToDo(place)).toEqual([]);
      },
    );

    test('a declared catalog is settled already', async () => {
      const { scope } = await engine.empty();
      const declared = engine.dialect.declare(definitions, scope);
      const { named, catalog } = await engine.dialect.settle(declared, declared, definitions);
      expect(catalogText(named)).toEqual(catalogText(declared));
      expect(catalogText(catalog)).toEqual(catalogText(declared));
    });

    /** A declared database with rows in one table, and the facts of it. */
    async function filled(): Promise<Place> {
      const place = await made();
      const table = engine.qualified('application_versions');
      const insert = `INSERT INTO ${table} (version_id, version_name) VALUES ('1', 'a'), ('2', 'b')`;
      await using(place, (connection) => connection.query(insert), true);
      return place;
    }

    test('facts are those of the tables that are there', async () => {
      const place = await filled();
      const { facts } = await using(place, (connection) => engine.dialect.introspect(connection, lookFor(place.scope)));
      const factsOf = (table: string): RelationFacts | undefined => facts.get(relationName(place.scope.schema, table));
      for (const { name: table } of definitions.tables) expect([table, factsOf(table)]).not.toEqual([table, undefined]);
      expect(factsOf('queues')?.rows).toBe(0);
      expect(factsOf('application_versions')?.rows).toBeGreaterThan(0);
      expect(factsOf('application_versions')?.bytes).toBeGreaterThan(0);
    });

    test('a statement names relations with their schema, and says how much it looks through', async () => {
      const place = await filled();
      const { dialect } = engine;
      await using(place, async (connection) => connection.query(await dropsIn(connection, place)), true);
      const statements = await reach(databaseAt(place), toDeclared);
      expect(statements.length).toBeGreaterThan(20);
      const tables = new Set(definitions.tables.map((table) => relationName(place.scope.schema, table.name)));
      const isNamed = (relation: string): boolean => tables.has(relation) || relation === dialect.lastingSchema;
      for (const { locks, scans, rewrites, rows, bytes } of statements) {
        const relations = [...locks.map(({ relation }) => relation), ...scans];
        expect(relations.filter((relation) => !isNamed(relation))).toEqual([]);
        expect([locks.length, scans.length, rewrites]).toEqual([1, 1, []]);
        const isFilled = scans.includes(relationName(place.scope.schema, 'application_versions'));
        expect([scans, rows > 0, bytes > 0 || !isFilled]).toEqual([scans, isFilled, true]);
      }
      expect(await leftToDo(place)).toEqual([]);
    });

    test('a reset leaves nothing of ours, and a database that can be made anew', async () => {
      const place = await made();
      const statements = await reach(databaseAt(place), toNothing);
      const dropped = new Set(statements.flatMap(({ objects }) => objects));
      expect(definitions.tables.filter((table) => !dropped.has(idOf.table(place.scope.schema, table.name)))).toEqual(
        [],
      );
      await engine.dialect.discardIfEmpty(place.target);
      const { connection } = await open(place);
      const { catalog } = await engine.dialect.introspect(connection, lookFor(place.scope));
      await connection.close();
      expect(kindsIn(catalog.values()).has('table')).toBe(false);
      await reach(databaseAt(place), toDeclared);
      expect(await leftToDo(place)).toEqual([]);
    });

    test('a run that is aborted rejects with the reason, leaves nothing half done, and is gone on with', async () => {
      const place = await engine.empty();
      const controller = new AbortController();
      const reason = new Error('enough');
      const database = databaseAt(place, { signal: controller.signal });
      const run = inspected(database, toDeclared, (found) =>
        apply(found, { record: null, onSegment: ({ state }) => state === 'begins' && controller.abort(reason) }),
      );
      await expect(run).rejects.toBe(reason);
      const { catalog } = await using(place, (connection) =>
        engine.dialect.introspect(connection, lookFor(place.scope)),
      );
      expect(kindsIn(catalog.values()).has('table')).toBe(false);
      await reach(databaseAt(place), toDeclared);
      expect(await leftToDo(place)).toEqual([]);
    });

    test('a record is written, and completed under its id', async () => {
      const place = await made();
      const record: MigrationRecord = {
        id: 'an id',
        kind: 'command',
        summary: "echo 'it''s'",
        declaredFingerprint: 'abc',
        liveFingerprint: null,
        runtimeVersion: 125,
        plan: ['SELECT 1'],
        exitCode: null,
        toolVersion: '1.0.0',
        startedAt: 1_700_000_000_000,
        completedAt: null,
      };
      await using(
        place,
        async (connection) => {
          await engine.dialect.record(connection, place.scope, record);
          const completed = { ...record, exitCode: 1, completedAt: 1_700_000_000_500 };
          await engine.dialect.record(connection, place.scope, completed);
        },
        true,
      );
      const columns = 'migration_id, kind, summary, exit_code, completed_at > started_at AS is_complete';
      const [row, ...others] = await rowsOf(place, `SELECT ${columns} FROM ${engine.qualified('migrations')}`);
      expect(others).toEqual([]);
      expect({ ...row, is_complete: Boolean(row?.['is_complete']) }).toEqual({
        migration_id: 'an id',
        kind: 'command',
        summary: "echo 'it''s'",
        exit_code: 1,
        is_complete: true,
      });
    });

    test('who keeps a run waiting is told, and the run goes on when they are done', async () => {
      const place = await made();
      const told: string[] = [];
      const { connection: holder } = await open(place, true);
      await holder.query(await dropsIn(holder, place, 'workflow_status'));
      await holder.query(engine.lock([engine.qualified('workflow_status')]));
      const run = reach(databaseAt(place, { onWait: (what) => told.push(what) }), toDeclared);
      for (let i = 0; i < 100 && told.length === 0; i++) await sleep(100);
      await holder.query('ROLLBACK');
      await run;
      expect(told).not.toEqual([]);
      expect(await leftToDo(place)).toEqual([]);
      await holder.close();
    });
  });
}
