import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { expectConvergenceOf, type Fresh, freshOf } from './support/converges.ts';
import { majors } from './support/majors.ts';
import { type PostgresEngine, startPostgresEngine, withClient } from './support/postgres-engine.ts';
import { numberedSteps, versionOf } from './support/sdk.ts';

const newest = '@dbos-inc/dbos-sdk';
const steps = numberedSteps(newest);
const group = `TypeScript ${versionOf(newest)}, each of 1 to ${steps.at(-1)?.name}`;

test('there are no fewer versions than are known', () => {
  expect(steps.length).toBeGreaterThanOrEqual(94);
});

describe.each(majors)('PostgreSQL %i', (major) => {
  let engine: PostgresEngine;
  let fresh: Fresh;
  let ladder: string;

  beforeAll(async () => {
    engine = await startPostgresEngine(major);
    fresh = await freshOf(engine, 'system');
    ladder = await engine.create('ladder');
  });
  afterAll(() => engine.server.stop());

  test.each(steps)('version $name, complete and before its number is written', async ({ version, run }) => {
    await withClient(ladder, (client) => run(client, ladder));
    await expectConvergenceOf(fresh, { group, url: await engine.copy(ladder) });
    if (version === null || version < 3) return;
    await expectConvergenceOf(fresh, {
      group: `${group}, its number not yet written`,
      url: await engine.copy(ladder),
      damage: (database) => database.execute(`UPDATE dbos.dbos_migrations SET version = ${version - 1}`),
    });
  });

  test('an index that an interrupted build left INVALID', async () => {
    await expectConvergenceOf(fresh, {
      group: `${group}, all indexes INVALID`,
      url: await engine.copy(ladder),
      damage: (database) =>
        database.execute(
          `UPDATE pg_index SET indisvalid = false WHERE indrelid IN
             (SELECT oid FROM pg_class WHERE relnamespace = 'dbos'::regnamespace) AND NOT EXISTS
             (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
        ),
    });
    await expectConvergenceOf(fresh, {
      group: `${group}, a unique index that met duplicates`,
      url: await engine.copy(ladder),
      damage: async (database) => {
        await database.execute('DROP INDEX dbos.uq_workflow_status_dedup_id');
        const twin = `INSERT INTO dbos.workflow_status (workflow_uuid, queue_name, deduplication_id) VALUES`;
        await database.execute(`${twin} ('twin 1', 'q', 'd'), ('twin 2', 'q', 'd')`);
        const build = database.execute(
          `CREATE UNIQUE INDEX CONCURRENTLY uq_workflow_status_dedup_id ON dbos.workflow_status (queue_name, deduplication_id)
             WHERE deduplication_id IS NOT NULL`,
        );
        await expect(build).rejects.toThrow('could not create unique index');
        await database.execute(`DELETE FROM dbos.workflow_status WHERE workflow_uuid = 'twin 2'`);
      },
    });
  });
});
