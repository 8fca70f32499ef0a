import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Definitions } from '../../src/model/definition.ts';
import type { Connection } from '../../src/model/dialect.ts';
import { connectSqlite } from '../../src/sqlite/connection/connect.ts';
import { everything, files, live, planOf, rows, run, script } from './support.ts';

/** Each case is a live state and the plan that it must give; with UPDATE_FIXTURES=1 missing plans are written. */
const directory = new URL('../../fixtures/sqlite/', import.meta.url);
const open = files();

/** Another connection to the same file, which is left as if its program had been killed. */
async function again(connection: Connection): Promise<Connection> {
  await connection.close();
  const path = connection.url.slice('sqlite:///'.length);
  return (await connectSqlite(path, { write: true })).connection;
}

/** The tables of the case are named on its first line. */
function definitionsOf(sql: string): Definitions {
  const names = /^-- tables: (.*)/.exec(sql)?.[1]?.split(', ') ?? [];
  if (names.includes('all')) return everything;
  const tables = everything.tables.filter(({ name }) => names.includes(name));
  expect(tables).toHaveLength(names.length);
  return { ...everything, tables };
}

/** How many rows each table of the file has. */
async function counts(connection: Connection): Promise<ReadonlyMap<string, unknown>> {
  const tables = await rows(
    connection,
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'dbos%'`,
  );
  const found = new Map<string, unknown>();
  for (const { name } of tables) {
    found.set(String(name), (await rows(connection, `SELECT count(*) AS n FROM "${String(name)}"`))[0]?.['n']);
  }
  return found;
}

describe.each(readdirSync(directory))('%s', (name) => {
  const sql = readFileSync(new URL(`${name}/live.sql`, directory), 'utf8');
  const planFile = new URL(`${name}/plan.sql`, directory);
  const definitions = definitionsOf(sql);

  /** A second plan is empty, and each row is where it was before. */
  async function expectConverged(connection: Connection, before: ReadonlyMap<string, unknown>): Promise<void> {
    expect((await planOf(connection, definitions)).changes).toEqual([]);
    expect(await counts(connection)).toEqual(new Map([...(await counts(connection)), ...before]));
    expect(await rows(connection, 'PRAGMA foreign_key_check')).toEqual([]);
    expect((await live(connection, definitions)).size).toBeGreaterThan(1);
  }

  test('gives its plan, which leaves nothing to do and loses no row', async () => {
    const connection = await open(sql);
    const before = await counts(connection);
    const { segments } = await planOf(connection, definitions);
    const text = segments.length === 0 ? '-- Nothing to do.\n' : script(segments);
    if (process.env['UPDATE_FIXTURES'] === '1' && !existsSync(planFile)) writeFileSync(planFile, text);
    expect(text).toBe(readFileSync(planFile, 'utf8'));

    await run(connection, segments);
    await expectConverged(connection, before);
    await connection.close();
  });

  test('is gone on with from the end of each segment, by whoever opens the file next', async () => {
    const first = await open(sql);
    const { segments } = await planOf(first, definitions);
    await first.close();
    for (let cut = 0; cut <= segments.length; cut++) {
      const connection = await open(sql);
      const before = await counts(connection);
      await run(connection, segments.slice(0, cut));
      const next = await again(connection);
      await run(next, (await planOf(next, definitions)).segments);
      await expectConverged(next, before);
      await next.close();
    }
  });
});
