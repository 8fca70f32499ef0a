import { describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/model/dialect.ts';
import type { CatalogObject } from '../../src/model/objects.ts';
import { tellApart } from '../../src/planner/unmanaged.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { declared, everything, files, runPlan, planOf } from './support.ts';

const open = files();

/** Rows as a runtime writes them: inputs that are no JSON, and a key and a status as long as they come. */
const writes = [
  `INSERT INTO workflow_status (workflow_uuid, status, name, inputs) VALUES ('w', 'PENDING', 'n', 'no json')`,
  `UPDATE workflow_status SET status = 'ERROR', error = printf('%.9000c', 'x')`,
  'SELECT * FROM workflow_status',
  'DELETE FROM workflow_status',
];

async function dangersOf(connection: Connection): Promise<readonly (string | null)[]> {
  const { unmanaged } = await planOf(connection, everything);
  const mend = (object: CatalogObject): string | null => sqlite.mend(object);
  const circumstances = { retired: everything.retired, ignore: [], mend };
  return tellApart(unmanaged, declared(everything), circumstances).unmanaged.map(({ danger }) => danger);
}

describe('what makes a write of the runtime fail is dangerous, and says which', () => {
  test.each([
    ['an index over JSON', `CREATE INDEX mine ON workflow_status (json_extract(inputs, '$.a'))`],
    ['an index over rows that JSON tells', `CREATE INDEX mine ON workflow_status (status) WHERE inputs ->> 'a' = 1`],
    ['a generated column', 'ALTER TABLE workflow_status ADD COLUMN mine AS (json(inputs)) VIRTUAL'],
    [
      'a generated column that needs a value',
      `ALTER TABLE workflow_status ADD COLUMN mine NOT NULL AS (error) VIRTUAL`,
    ],
    ['a check', `ALTER TABLE workflow_status ADD COLUMN mine DEFAULT 1 CHECK (status = 'x')`],
    ['a trigger', `CREATE TRIGGER mine BEFORE INSERT ON workflow_status BEGIN SELECT raise(ABORT, 'no'); END`],
  ])('%s', async (_, sql) => {
    const connection = await open();
    await runPlan(connection, everything);
    await connection.query(sql);
    await expect(connection.query(writes)).rejects.toThrow();
    const dangers = (await dangersOf(connection)).filter((danger) => danger !== null);
    expect(dangers).toHaveLength(1);
    expect(dangers[0]).toMatch(/insert|update|statements of the runtime/);
    await connection.close();
  });
});

describe('what lets every write through is harmless', () => {
  test.each([
    'CREATE INDEX mine ON workflow_status (inputs, error COLLATE NOCASE DESC)',
    `CREATE INDEX mine ON workflow_status (status) WHERE inputs IS NOT NULL AND name IN ('a', 'b')`,
    'ALTER TABLE workflow_status ADD COLUMN mine TEXT',
    `ALTER TABLE workflow_status ADD COLUMN mine TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE`,
    `ALTER TABLE workflow_status ADD COLUMN mine AS (status = 'PENDING') VIRTUAL`,
  ])('%s', async (sql) => {
    const connection = await open();
    await runPlan(connection, everything);
    await connection.query([sql, ...writes]);
    expect(await dangersOf(connection)).toEqual([null]);
    await connection.close();
  });
});
