import { expect, test } from '@jest/globals';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { everything, files, runPlan, planOf } from './support.ts';

const open = files();

test('what endangers the runtime is mended by its own statement, where SQLite has one', async () => {
  const connection = await open();
  await runPlan(connection, everything);
  await connection.query(`CREATE UNIQUE INDEX "their own" ON queues (concurrency);
CREATE TRIGGER "it's" AFTER INSERT ON queues BEGIN SELECT 1; END; ALTER TABLE queues ADD COLUMN theirs CHECK (theirs > 1);
ALTER TABLE queues ADD COLUMN "com puted" AS (json_extract(name, '$.a'))`);
  const { unmanaged } = await planOf(connection, everything);
  expect(unmanaged.map((object) => [object.kind, sqlite.mend(object)])).toEqual([
    ['check', null],
    ['column', 'ALTER TABLE "queues" DROP COLUMN "com puted"'],
    ['column', null],
    ['index', 'DROP INDEX "their own"'],
    ['trigger', `DROP TRIGGER "it's"`],
  ]);
  await connection.query(unmanaged.flatMap((object) => sqlite.mend(object) ?? []));
  const left = (await planOf(connection, everything)).unmanaged;
  expect(left.map(({ kind }) => kind)).toEqual(['check', 'column']);
  await connection.close();
});
