import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Definitions } from '../../src/model/definition.ts';
import type { Connection } from '../../src/model/dialect.ts';
import { everything, files, live, planOf, rows, run, script } from './support.ts';

/** Each case is a live state and the plan that it must give; with UPDATE_FIXTURES=1 missing plans are written. */
const directory = new URL('../../fixtures/sqlite/', import.meta.url);
const open = files();

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

  test('gives its plan, which leaves nothing to do and loses no row', async () => {
    const connection = await open(sql);
    const before = await counts(connection);
    const { statements } = await planOf(connection, definitions);
    const text = statements.length === 0 ? '-- Nothing to do.\n' : script(statements);
    if (process.env['UPDATE_FIXTURES'] === '1' && !existsSync(planFile)) writeFileSync(planFile, text);
    expect(text).toBe(readFileSync(planFile, 'utf8'));

    await run(connection, statements);
    expect((await planOf(connection, definitions)).changes).toEqual([]);
    expect(await counts(connection)).toEqual(new Map([...(await counts(connection)), ...before]));
    expect(await rows(connection, 'PRAGMA foreign_key_check')).toEqual([]);
    expect((await live(connection, definitions)).size).toBeGreaterThan(1);
    await connection.close();
  });
});
