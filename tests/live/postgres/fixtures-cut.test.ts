import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { arrange, counts, directory, expectNoRowLost, stateOf } from '../../postgres/fixture.ts';
import { planOf, run } from '../../postgres/support.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.stop());

test.each(readdirSync(directory))('%s is finished by the next run, wherever the first one is ended', async (name) => {
  const sql = stateOf(name);
  const { connection, scope } = await arrange(server, sql);
  const { segments } = await planOf(connection, scope);
  for (let done = 1; done < segments.length; done += 1) await expectFinished(sql, done);
});

/** A run that is ended behind some of the plan's segments leaves a state from which the next one finishes the work. */
async function expectFinished(sql: string, done: number): Promise<void> {
  const { connection, scope } = await arrange(server, sql);
  const before = await counts(connection);
  const { segments } = await planOf(connection, scope);
  await run(connection, { segments: segments.slice(0, done) });
  const rest = await planOf(connection, scope);
  expect(rest.changes.length).toBeGreaterThan(0);
  await run(connection, rest);
  expect((await planOf(connection, scope)).changes).toEqual([]);
  await expectNoRowLost(connection, before);
}
