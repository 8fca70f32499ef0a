import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { expectConvergenceOf, type Fresh, freshOf } from './support/converges.ts';
import { majors } from './support/majors.ts';
import { type PostgresEngine, startPostgresEngine, withClient } from './support/postgres-engine.ts';
import { namedSteps, upgrade, versionOf } from './support/sdk.ts';

describe.each(majors)('PostgreSQL %i', (major) => {
  let engine: PostgresEngine;
  let fresh: Fresh;

  beforeAll(async () => {
    engine = await startPostgresEngine(major);
    fresh = await freshOf(engine, 'system');
  });
  afterAll(() => engine.server.stop());

  describe.each(['dbos-sdk-1', 'dbos-sdk-2'] as const)('the knex era, %s', (sdk) => {
    let ladder: string;

    beforeAll(async () => {
      ladder = await engine.create('ladder');
    });

    test.each(namedSteps(sdk))('$name', async ({ run }) => {
      await withClient(ladder, (client) => run(client, ladder));
      const url = await engine.copy(ladder);
      await expectConvergenceOf(fresh, { group: `TypeScript ${versionOf(sdk)}, each step of knex`, url });
    });

    test('continued by the last release of each later line, which the keys of both eras remain of', async () => {
      for (const next of ['dbos-sdk-3', 'dbos-sdk-4', '@dbos-inc/dbos-sdk'] as const) {
        await withClient(ladder, (client) => upgrade(next, client, ladder));
        const group = `TypeScript ${versionOf(sdk)}, continued by later lines`;
        await expectConvergenceOf(fresh, { group, url: await engine.copy(ladder) });
      }
    });
  });

  test.each(['dbos-sdk-3', 'dbos-sdk-4'] as const)('the last state of %s', async (sdk) => {
    const url = await engine.create('last');
    await withClient(url, (client) => upgrade(sdk, client, url));
    await expectConvergenceOf(fresh, { group: `TypeScript ${versionOf(sdk)}, last state`, url });
  });
});
