import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { applicationDefinitions, systemDefinitions } from '../../../schema/index.ts';
import { combine } from '../../../src/model/definition.ts';
import { sqlite } from '../../../src/sqlite/dialect.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import type { Damage } from '../support/damage.ts';
import { expectRowsKept, isSame, type LiveRows } from '../support/live-rows.ts';
import { check, migrate } from '../support/migrate.ts';
import { sampleRows } from '../support/sample-rows.ts';
import { damagesOf } from '../support/sqlite-damage.ts';

const path = join(temporaryDirectories()(), 'everything.sqlite');
const url = `sqlite:///${path}`;
const wish = { systemDatabaseUrl: url, applicationDatabaseUrl: url };
const catalog = sqlite.declare(combine(systemDefinitions, applicationDefinitions), {
  schema: 'main',
  database: path,
  role: null,
});
const samples = sampleRows(catalog);
const damages = damagesOf(catalog);

/** By hand: with foreign keys off, and without waiting for the disk. */
const database = new Database(path);
database.pragma('journal_mode = WAL');
database.pragma('synchronous = OFF');
database.pragma('foreign_keys = OFF');
database.pragma('legacy_alter_table = ON');
afterAll(() => {
  database.close();
});

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

let before: LiveRows;
let isAsDeclared = false;

/** As declared, with the sample rows; a case that failed leaves nothing to those behind it. */
async function restore(): Promise<void> {
  if (!isAsDeclared) {
    if (database.inTransaction) database.exec('ROLLBACK');
    for (const table of tablesThere()) database.exec(`DROP TABLE ${quote(table)}`);
    await migrate(wish);
    putRows();
  }
  isAsDeclared = false;
}

function putRows(): void {
  for (const [table, rows] of samples) {
    database.exec(`DELETE FROM ${quote(table)}`);
    for (const row of rows) {
      const names = Object.keys(row);
      const values = Object.values(row).map((value) => (typeof value === 'boolean' ? Number(value) : value));
      database
        .prepare(
          `INSERT INTO ${quote(table)} (${names.map(quote).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        )
        .run(values);
    }
  }
  before = readRows();
}

const tablesThere = (): readonly string[] =>
  database
    .prepare<[], { name: string }>(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`,
    )
    .all()
    .map(({ name }) => name);

const readRows = (): LiveRows =>
  new Map(
    tablesThere()
      .filter((table) => samples.has(table))
      .map((table) => [table, database.prepare<[], Record<string, unknown>>(`SELECT * FROM ${quote(table)}`).all()]),
  );

test('every object of the catalog is damaged', () => {
  const damaged = new Set(damages.map(({ id }) => id));
  const untouched = [...catalog].flatMap(([id, object]) => (damaged.has(id) ? [] : [object]));
  expect(untouched).toEqual([{ kind: 'database', name: path }]);
});

describe.each([...new Set(damages.map(({ id }) => id))])('%s', (id) => {
  const ways = damages.filter((damage) => damage.id === id);
  test.each(ways.map((damage) => [damage.how, damage] as const))('%s', (_, damage) => testDamage(damage));
});

async function testDamage({ id, sql, destroys, refused }: Damage): Promise<void> {
  await restore();
  database.exec(sql);
  if (refused !== undefined) {
    const found = await check(wish);
    await expect(migrate(wish)).rejects.toThrow(refused.because);
    expect(await check(wish)).toEqual(found);
    database.exec(refused.until);
  }
  const damaged = readRows();

  const found = await migrate(wish);

  expect(found.drifted).toBe(true);
  expect(found.text.split('\n').map((line) => line.slice(1))).toContain(id);
  expect(await check(wish)).toEqual({ text: 'Nothing to do: the live schema is as declared.\n', drifted: false });
  const object = catalog.get(id);
  const destroyed = destroys && object?.kind === 'column' ? { table: object.table, column: object.name } : null;
  const repaired = readRows();
  expectRowsKept({ before, damaged, repaired }, destroyed);
  if (!isSame(before, repaired)) putRows();
  isAsDeclared = true;
}
