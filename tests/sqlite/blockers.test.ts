import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { connectSqlite } from '../../src/sqlite/connection/connect.ts';
import type { Connection } from '../../src/model/dialect.ts';
import type { Obstacle } from '../../src/model/obstacle.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { declared, everything, introspect, runPlan, planOf, rows, settle } from './support.ts';

const directory = temporaryDirectories();
let files = 0;

/** A file with what an application made by a function, a collation and a module of its own. */
async function made(sql: string): Promise<Connection> {
  const path = join(directory(), `${files++}.sqlite`);
  const { connection } = await connectSqlite(path, { write: true });
  await runPlan(connection, everything);
  await connection.close();
  const application = new Database(path);
  application.function('slug', { deterministic: true }, (text) => text);
  application.function('regexp', { deterministic: true }, (_, text) => text);
  application.exec(sql);
  application.close();
  return (await connectSqlite(path, { write: true })).connection;
}

async function obstacles(connection: Connection): Promise<readonly Obstacle[]> {
  const state = await introspect(connection, everything);
  const { changes } = await planOf(connection, everything);
  return state.blockers?.(changes) ?? [];
}

/** Takes a column away that only a rebuild brings back. */
const damage = 'ALTER TABLE queues DROP COLUMN updated_at';

test.each([
  [
    'an index over a function',
    'CREATE INDEX mine ON queues (Slug(name))',
    'blocked by index mine of queues, which needs function slug of your application',
    'DROP INDEX "mine";',
  ],
  [
    'an index over some rows',
    `CREATE INDEX mine ON queues (name) WHERE name REGEXP 'x'`,
    'blocked by index mine of queues, which needs function regexp of your application',
    'DROP INDEX "mine";',
  ],
  [
    'a generated column',
    'ALTER TABLE queues ADD COLUMN mine AS (slug(name) || 1)',
    'blocked by column mine of queues, which needs function slug of your application',
    'ALTER TABLE "queues" DROP COLUMN "mine";',
  ],
  [
    'a check',
    'ALTER TABLE queues ADD COLUMN mine CHECK (slug(mine) > 1)',
    'blocked by check queues_mine_check of queues, which needs function slug of your application',
    'let your application make the table queues without it',
  ],
])('%s of an application stops a rebuild before anything is changed', async (_, sql, what, remedy) => {
  const connection = await made(`${sql}; ${damage}`);
  expect(await obstacles(connection)).toEqual([
    { what, remedy: `${remedy}, then run this again, and let your application make it again` },
  ]);
  if (remedy.endsWith(';')) {
    await connection.query(remedy);
    expect(await obstacles(connection)).toEqual([]);
    await runPlan(connection, everything);
    expect((await planOf(connection, everything)).changes).toEqual([]);
  }
  await connection.close();
});

test('what an application made stops nothing that does not concern it', async () => {
  const connection = await made(`CREATE INDEX mine ON queues (slug(name)); CREATE TABLE theirs (a);
CREATE INDEX theirs_too ON theirs (slug(a)); ALTER TABLE workflow_schedules DROP COLUMN queue_name`);
  const { changes } = await planOf(connection, everything);
  expect(changes).toHaveLength(1);
  expect(await obstacles(connection)).toEqual([]);
  await runPlan(connection, everything);
  expect((await planOf(connection, everything)).changes).toEqual([]);
  await connection.close();
});

test('an index of ours that was made over a function of an application is made again', async () => {
  const connection = await made(`DROP INDEX idx_workflow_status_in_flight_v2;
CREATE INDEX idx_workflow_status_in_flight_v2 ON workflow_status (slug(executor_id))`);
  expect(await obstacles(connection)).toEqual([]);
  await runPlan(connection, everything);
  expect((await planOf(connection, everything)).changes).toEqual([]);
  await connection.close();
});

test('no such module: vec0 stops neither a migration nor a reset', async () => {
  const connection = await made(`INSERT INTO queues (name) VALUES ('q'); ${damage};
ALTER TABLE workflow_schedules DROP COLUMN queue_name`);
  const { url } = connection;
  await connection.close();
  const path = url.slice('sqlite:///'.length);
  const application = new Database(path);
  application.unsafeMode();
  application.pragma('writable_schema = ON');
  application.exec(`INSERT INTO sqlite_master VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING vec0(a)');
CREATE VIEW on_v AS SELECT * FROM v; CREATE TABLE mine (w REFERENCES workflow_status)`);
  application.close();
  const { connection: again } = await connectSqlite(path, { write: true });
  await expect(again.query('SELECT * FROM v')).rejects.toThrow('no such module: vec0');
  await runPlan(again, everything);
  expect((await planOf(again, everything)).changes).toEqual([]);
  expect(await rows(again, 'SELECT name FROM queues')).toEqual([{ name: 'q' }]);

  const state = await introspect(again, everything, { surroundings: true });
  const settled = await settle(state.catalog, everything);
  expect(settled.named.size).toBeGreaterThan(declared(everything).size);
  const reset = await planOf(again, everything, {
    target: new Map(),
    takes: 'everything of ours',
    surroundings: true,
  });
  for (const { statements, transaction } of reset.segments) {
    const own = statements.map(({ sql }) => sql);
    await again.query(transaction ? ['BEGIN IMMEDIATE', ...own, 'COMMIT'] : own);
  }
  expect(await rows(again, `SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name`)).toEqual(
    ['mine', 'on_v', 'v'].map((name) => ({ name })),
  );
  await again.close();
});
