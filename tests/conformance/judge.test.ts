import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { converge, type Fresh, freshOf } from './support/converges.ts';
import { newestMajor } from './support/majors.ts';
import { migrate } from './support/migrate.ts';
import { type PostgresEngine, startPostgresEngine } from './support/postgres-engine.ts';
import { fill } from './support/rows.ts';

let engine: PostgresEngine;
let fresh: Fresh;

beforeAll(async () => {
  engine = await startPostgresEngine(newestMajor);
  fresh = await freshOf(engine, 'system');
});
afterAll(() => engine.server.stop());

/** A complete database with rows, for which a migration does nothing but the given SQL. */
async function problemsAfter(sql: string): Promise<readonly string[]> {
  const systemUrl = await engine.create('judged');
  await migrate({ systemUrl });
  await engine.open(systemUrl, fill);
  const { problems } = await converge(fresh, { systemUrl }, () =>
    engine.open(systemUrl, (database) => database.execute(sql)),
  );
  return Object.keys(problems);
}

const tooMuch = 'too much in the engine’s text';

test.each([
  ['nothing', 'SELECT 1', []],
  ['a row', `DELETE FROM dbos.workflow_input WHERE workflow_uuid = 'workflow-1'`, ['rows lost']],
  ['a value', `UPDATE dbos.queues SET name = name || ' '`, ['rows lost']],
  ['a column', 'ALTER TABLE dbos.queues ADD mine text', [tooMuch, 'too much in the catalog', 'strangers']],
  ['a function', 'CREATE FUNCTION dbos.f() RETURNS int LANGUAGE sql AS $$SELECT 1$$', [tooMuch]],
  ['a table', 'CREATE TABLE dbos.t (a int)', [tooMuch]],
  [
    'the storage of a column',
    'ALTER TABLE dbos.queues ALTER name SET STORAGE plain',
    [
      'missing in the engine’s text',
      tooMuch,
      'missing in the catalog',
      'too much in the catalog',
      'the second run wrote',
    ],
  ],
  ['what no catalog holds', 'ALTER TABLE dbos.queues SET (fillfactor = 90)', ['missing in the engine’s text', tooMuch]],
  ['what is outside', 'CREATE TABLE public.t AS SELECT 1', ['tables of other tools touched']],
])('the judge sees %s', async (_, sql, problems) => {
  expect(await problemsAfter(sql)).toEqual(problems);
});

test('the judge sees what a second run would mend', async () => {
  const problems = await problemsAfter('ALTER TABLE dbos.queues ALTER COLUMN priority_enabled DROP DEFAULT');
  expect(problems).toContain('the second run wrote');
  expect(problems).toContain('missing in the catalog');
});
