import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { idFor } from '../../src/model/kinds.ts';
import { catalogText } from '../support/apply-changes.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { arrange, counts, directory, expectNoRowLost, stateOf } from './fixture.ts';
import { declaredIn, planOf, run, script, settledIn } from './support.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.stop());

/** With UPDATE_FIXTURES=1 the plans are written anew. */
describe.each(readdirSync(directory))('%s', (name) => {
  const planFile = new URL(`${name}/plan.sql`, directory);

  test('gives its plan, which leaves nothing to do, loses no row, and touches nothing of others', async () => {
    const { connection, scope } = await arrange(server, stateOf(name));
    const before = { counts: await counts(connection), catalog: await settledIn(connection, scope) };

    const plan = await planOf(connection, scope);
    const { segments, unmanaged } = plan;
    const text = segments.length === 0 ? '-- Nothing to do.\n' : script(plan);
    if (process.env['UPDATE_FIXTURES'] === '1') writeFileSync(planFile, text);
    expect(text).toBe(readFileSync(planFile, 'utf8'));

    await run(connection, plan);
    const second = await planOf(connection, scope);
    expect(second.changes).toEqual([]);
    expect(second.unmanaged).toEqual(unmanaged);
    expect(unmanaged).toEqual(unmanaged.map((object) => before.catalog.get(idFor(object))));
    const after = await settledIn(connection, scope);
    const others = new Map(unmanaged.map((object) => [idFor(object), object]));
    expect(catalogText(after)).toEqual(catalogText(new Map([...declaredIn(scope), ...others])));
    await expectNoRowLost(connection, before.counts);
  });
});
