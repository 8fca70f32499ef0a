import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection } from '../../src/model/dialect.ts';
import { idFor } from '../../src/model/kinds.ts';
import type { Scope } from '../../src/model/look.ts';
import { catalogText } from '../support/apply-changes.ts';
import { connect } from '../support/connecting.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { declaredIn, planOf, run, scopeOf, script, settledIn } from './support.ts';

/**
 * Each case is a live state and the plan that it must give. A state that starts with the line `-- fresh` is what was
 * done to a fresh schema. With UPDATE_FIXTURES=1 the plans are written anew.
 */
const directory = new URL('../../fixtures/postgres/', import.meta.url);

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});

afterAll(() => server.stop());

/** How many rows each table has, but the one whose content is declared. */
async function counts(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const rows = await connection.query(`
    SELECT format('%I.%I', schemaname, tablename) AS name, (xpath('/table/row/n/text()',
      query_to_xml(format('SELECT count(*) AS n FROM %I.%I', schemaname, tablename), false, false, '')))[1]::text AS n
    FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'dbos_migrations'`);
  return new Map(rows.map(({ name, n }) => [String(name), Number(n)]));
}

/** A database in the state that the text describes. */
async function arrange(sql: string): Promise<{ readonly connection: Connection; readonly scope: Scope }> {
  const url = await server.createDatabase('fixture');
  const scope = scopeOf(new URL(url).pathname.slice(1));
  const connection = await connect(url);
  if (sql.startsWith('-- fresh\n')) await run(connection, await planOf(connection, scope));
  await connection.query(sql);
  return { connection, scope };
}

describe.each(readdirSync(directory))('%s', (name) => {
  const sql = readFileSync(new URL(`${name}/live.sql`, directory), 'utf8');
  const planFile = new URL(`${name}/plan.sql`, directory);

  test('gives its plan, which leaves nothing to do, loses no row, touches nothing of others, and may be ended anywhere', async () => {
    const { connection, scope } = await arrange(sql);
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
    for (let done = 1; done < segments.length; done += 1) await expectFinished(sql, done);
  });
});

/** A run that is ended behind some of the plan's segments leaves a state from which the next one finishes the work. */
async function expectFinished(sql: string, done: number): Promise<void> {
  const { connection, scope } = await arrange(sql);
  const before = await counts(connection);
  const { segments } = await planOf(connection, scope);
  await run(connection, { segments: segments.slice(0, done) });
  const rest = await planOf(connection, scope);
  expect(rest.changes.length).toBeGreaterThan(0);
  await run(connection, rest);
  expect((await planOf(connection, scope)).changes).toEqual([]);
  await expectNoRowLost(connection, before);
}

async function expectNoRowLost(connection: Connection, before: ReadonlyMap<string, number>): Promise<void> {
  const remaining = await counts(connection);
  for (const [table, count] of before) expect([table, remaining.get(table) ?? 0]).toEqual([table, count]);
}
