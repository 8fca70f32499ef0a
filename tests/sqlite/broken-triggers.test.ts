import { expect, test } from '@jest/globals';
import type { Connection } from '../../src/model/dialect.ts';
import { everything, files, introspect, runPlan, planOf, rows } from './support.ts';

const open = files();

/** What an application makes whose functions and tables are not there just then, on tables of ours and elsewhere. */
const surroundings = `CREATE TABLE theirs (a);
CREATE TRIGGER on_queues AFTER INSERT ON queues BEGIN SELECT nope(new.name); END;
CREATE TRIGGER on_status BEFORE UPDATE ON workflow_status BEGIN INSERT INTO nowhere VALUES (new.status); END;
CREATE TRIGGER on_theirs BEFORE INSERT ON theirs WHEN nope(new.a) BEGIN
  INSERT INTO nowhere SELECT nope(name) FROM queues; DELETE FROM workflow_status WHERE nope(status);
END;
CREATE VIEW names AS SELECT nope(name) AS n FROM queues;
CREATE VIEW broken AS SELECT * FROM nowhere JOIN workflow_status;
CREATE TRIGGER on_names INSTEAD OF INSERT ON names BEGIN INSERT INTO queues (name) SELECT nope(n) FROM nowhere; END;
CREATE INDEX mine ON queues (name, created_at) WHERE name>'a';
CREATE INDEX mine_too ON theirs (a  COLLATE nocase)`;

const others = (connection: Connection) =>
  rows(
    connection,
    `SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('trigger', 'view') OR name LIKE 'mine%' ORDER BY 1, 2`,
  );

/** A damaged file, with the surroundings. SQLite itself drops no column beside what is broken. */
async function made(damage: string, more = surroundings): Promise<Connection> {
  const connection = await open();
  await runPlan(connection, everything);
  await connection.query(damage);
  await connection.query(more);
  return connection;
}

const obstacles = async (connection: Connection) => {
  const { blockers } = await introspect(connection, everything);
  return (await blockers?.((await planOf(connection, everything)).changes)) ?? [];
};

test.each([
  ['a table is rebuilt', 'ALTER TABLE queues DROP COLUMN updated_at'],
  ['the table of workflows is rebuilt', 'ALTER TABLE workflow_status DROP COLUMN updated_at'],
  ['a column is added', 'ALTER TABLE workflow_status DROP COLUMN owner_xid'],
  ['an index is made', 'DROP INDEX idx_workflow_topic'],
  ['a table is made', 'DROP TABLE streams'],
  ['the version is written', 'UPDATE dbos_migrations SET version = 7'],
])('what of others is broken stops nothing and stays as it is while %s', async (_, damage) => {
  const connection = await made(damage);
  const before = await others(connection);
  expect(before).toHaveLength(8);
  expect(await obstacles(connection)).toEqual([]);
  await runPlan(connection, everything);
  expect((await planOf(connection, everything)).changes).toEqual([]);
  expect(await others(connection)).toEqual(before);
  await connection.close();
});

test.each([
  ['AFTER INSERT', 'SELECT nope(1)', 'no such function: nope'],
  ['BEFORE DELETE', 'INSERT INTO nowhere VALUES (1)', 'no such table: main.nowhere'],
])('a broken trigger %s on the version is said before anything is changed', async (event, body, why) => {
  const trigger = `CREATE TRIGGER mine ${event} ON DBOS_migrations BEGIN ${body}; END`;
  const connection = await made('UPDATE dbos_migrations SET version = 7; DROP TABLE streams', '');
  await connection.query(trigger);
  expect(await obstacles(connection)).toEqual([
    {
      what: `blocked by trigger mine of dbos_migrations: ${why}`,
      remedy: 'DROP TRIGGER "mine";, then run this again, and let your application make it again',
    },
  ]);
  await connection.query('DROP TRIGGER "mine"');
  await runPlan(connection, everything);
  expect((await planOf(connection, everything)).changes).toEqual([]);
  await connection.close();
});
