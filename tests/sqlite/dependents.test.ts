import { describe, expect, test } from '@jest/globals';
import { type Drop, subject } from '../../src/model/change.ts';
import type { Connection } from '../../src/model/dialect.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { DependentObject } from '../../src/model/objects.ts';
import type { Segment } from '../../src/model/plan.ts';
import { order } from '../../src/planner/order.ts';
import { segmentsOf } from '../../src/planner/segments.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { everything, files, introspect, runPlan, rows, run } from './support.ts';

const open = files();

async function made(sql: string): Promise<Connection> {
  const connection = await open();
  await runPlan(connection, everything);
  await connection.query(sql);
  return connection;
}

/** In the order in which a plan drops them. */
async function dependents(connection: Connection): Promise<readonly DependentObject[]> {
  const { catalog } = await introspect(connection, everything, { surroundings: true });
  const found = [...catalog.values()].filter((object) => object.kind === 'dependent');
  return order(found.map(dropOf)).map((change) => subject(change) as DependentObject);
}

const dropOf = (from: DependentObject): Drop => ({ type: 'drop', id: idFor(from), from });

/** As `reset --cascade` drops them. */
const dropsOf = (found: readonly DependentObject[]): readonly Segment[] =>
  segmentsOf(sqlite.render(found.map(dropOf), { live: new Map(), target: new Map(), facts: new Map() }));

describe('views and triggers', () => {
  test('that name our tables, those first that are made of others', async () => {
    const connection =
      await made(`CREATE TABLE log (n); CREATE VIEW innocent AS SELECT 'workflow_status' AS text, n AS queues FROM log;
CREATE VIEW report AS SELECT * FROM Workflow_Status; CREATE VIEW summary AS SELECT count(*) FROM "report";
CREATE VIEW total AS SELECT * FROM summary, report;
CREATE TRIGGER on_report INSTEAD OF INSERT ON report BEGIN SELECT 1; END;
CREATE TRIGGER on_log AFTER INSERT ON log BEGIN DELETE FROM [queues]; END;
CREATE TRIGGER harmless AFTER DELETE ON log BEGIN SELECT 1; END;
CREATE TRIGGER ours AFTER DELETE ON queues BEGIN DELETE FROM log; END`);
    const found = await dependents(connection);
    expect(found).toEqual([
      {
        kind: 'dependent',
        name: 'view total',
        removal: 'DROP VIEW "total"',
        definition: 'CREATE VIEW total AS SELECT * FROM summary, report;',
        depth: 2,
        relations: [],
      },
      {
        kind: 'dependent',
        name: 'trigger on_report',
        removal: 'DROP TRIGGER "on_report"',
        definition: 'CREATE TRIGGER on_report INSTEAD OF INSERT ON report BEGIN SELECT 1; END;',
        depth: 1,
        relations: [],
      },
      {
        kind: 'dependent',
        name: 'view summary',
        removal: 'DROP VIEW "summary"',
        definition: 'CREATE VIEW summary AS SELECT count(*) FROM "report";',
        depth: 1,
        relations: [],
      },
      {
        kind: 'dependent',
        name: 'trigger on_log',
        removal: 'DROP TRIGGER "on_log"',
        definition: 'CREATE TRIGGER on_log AFTER INSERT ON log BEGIN DELETE FROM [queues]; END;',
        depth: 0,
        relations: [],
      },
      {
        kind: 'dependent',
        name: 'view report',
        removal: 'DROP VIEW "report"',
        definition: 'CREATE VIEW report AS SELECT * FROM Workflow_Status;',
        depth: 0,
        relations: [],
      },
    ]);
    await run(connection, dropsOf(found));
    expect(await dependents(connection)).toEqual([]);
    await connection.close();
  });

  test('none, and so none to drop', async () => {
    const connection = await made('CREATE TABLE workflow_status_copy (workflow_uuid TEXT)');
    expect(await dependents(connection)).toEqual([]);
    await connection.close();
  });

  test('that name each other in a ring', async () => {
    const connection = await made(`CREATE VIEW one AS SELECT * FROM two, queues; CREATE VIEW two AS SELECT * FROM one`);
    const found = await dependents(connection);
    expect(found.map(({ name }) => name)).toEqual(['view two', 'view one']);
    await run(connection, dropsOf(found));
    expect(await dependents(connection)).toEqual([]);
    await connection.close();
  });

  test('are read for a reset only', async () => {
    const connection = await made('CREATE VIEW report AS SELECT * FROM workflow_status');
    const { catalog } = await introspect(connection, everything);
    expect([...catalog.values()].filter(({ kind }) => kind === 'dependent')).toEqual([]);
    await connection.close();
  });
});

describe('foreign keys', () => {
  const tables = `CREATE TABLE grandchild (id PRIMARY KEY REFERENCES mine (id) ON DELETE CASCADE);
CREATE TABLE Mine (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- a comment, with FOREIGN KEY in it
  workflow_uuid TEXT NOT NULL CONSTRAINT w REFERENCES Workflow_Status(workflow_uuid) ON DELETE CASCADE CHECK (workflow_uuid <> ''),
  twice AS (id * 2),
  "queue, it" TEXT DEFAULT 'x',
  other REFERENCES grandchild (id),
  FOREIGN KEY ("queue, it") REFERENCES "queues" (name) -- the last one
);
CREATE INDEX mine_index ON mine (other DESC);
CREATE TRIGGER mine_trigger AFTER DELETE ON mine BEGIN SELECT 1; END;
CREATE TRIGGER mine_too AFTER INSERT ON mine BEGIN SELECT 1 FROM queues; END;
INSERT INTO workflow_status (workflow_uuid) VALUES ('w'); INSERT INTO queues (name) VALUES ('x');
INSERT INTO mine (id, workflow_uuid) VALUES (9, 'w'); DELETE FROM mine; INSERT INTO mine (id, workflow_uuid) VALUES (3, 'w');
INSERT INTO grandchild VALUES (3)`;

  test('are taken out of their table, with nothing else lost', async () => {
    const connection = await made(tables);
    const found = await dependents(connection);
    expect(found.map(({ name, definition }) => [name, definition])).toEqual([
      ['trigger mine_too', 'CREATE TRIGGER mine_too AFTER INSERT ON mine BEGIN SELECT 1 FROM queues; END;'],
      ['foreign key of Mine (queue, it)', '-- Mine (queue, it): FOREIGN KEY ("queue, it") REFERENCES "queues" (name)'],
      [
        'foreign key of Mine (workflow_uuid)',
        '-- Mine (workflow_uuid): CONSTRAINT w REFERENCES Workflow_Status(workflow_uuid) ON DELETE CASCADE',
      ],
    ]);
    await run(connection, dropsOf(found));
    expect(await dependents(connection)).toEqual([]);
    expect(
      await rows(connection, `SELECT sql FROM sqlite_master WHERE lower(tbl_name) = 'mine' ORDER BY type DESC`),
    ).toEqual([
      { sql: 'CREATE TRIGGER mine_trigger AFTER DELETE ON mine BEGIN SELECT 1; END' },
      {
        sql: `CREATE TABLE "Mine" (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- a comment, with FOREIGN KEY in it
  workflow_uuid TEXT NOT NULL  CHECK (workflow_uuid <> ''),
  twice AS (id * 2),
  "queue, it" TEXT DEFAULT 'x',
  other REFERENCES grandchild (id) -- the last one
)`,
      },
      { sql: 'CREATE INDEX mine_index ON mine (other DESC)' },
    ]);
    expect(await rows(connection, 'SELECT * FROM mine')).toEqual([
      { id: 3, workflow_uuid: 'w', twice: 6, 'queue, it': 'x', other: null },
    ]);
    expect(await rows(connection, `SELECT seq FROM sqlite_sequence WHERE name = 'Mine'`)).toEqual([{ seq: 9 }]);
    expect(await rows(connection, 'SELECT * FROM grandchild')).toEqual([{ id: 3 }]);
    expect(await rows(connection, 'PRAGMA foreign_key_check')).toEqual([]);
    await connection.close();
  });

  test('are not taken out while foreign keys are on: rows of other tables would go', async () => {
    const connection = await made(`CREATE TABLE mine (id INTEGER PRIMARY KEY, w REFERENCES workflow_status);
CREATE TABLE grandchild (id REFERENCES mine ON DELETE CASCADE); INSERT INTO mine VALUES (1, NULL); INSERT INTO grandchild VALUES (1)`);
    const segments = dropsOf(await dependents(connection));
    const inside = segments.filter(({ transaction }) => transaction);
    expect(inside).toHaveLength(1);
    await expect(run(connection, inside)).rejects.toThrow('foreign keys must be off');
    expect(await rows(connection, 'SELECT * FROM grandchild')).toEqual([{ id: 1 }]);
    await connection.close();
  });

  test('are taken out by way of a name that nobody else has', async () => {
    const connection = await made(`CREATE TABLE mine (id INTEGER PRIMARY KEY, w REFERENCES workflow_status);
CREATE TABLE dbos_new_mine (a); INSERT INTO dbos_new_mine VALUES (7); INSERT INTO mine VALUES (1, NULL)`);
    await run(connection, dropsOf(await dependents(connection)));
    expect(await rows(connection, 'SELECT a, id FROM dbos_new_mine, mine')).toEqual([{ a: 7, id: 1 }]);
    expect(await dependents(connection)).toEqual([]);
    await connection.close();
  });
});
