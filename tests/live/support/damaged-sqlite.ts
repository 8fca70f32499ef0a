import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { applicationDefinitions, systemDefinitions } from '../../../schema/index.ts';
import { combine } from '../../../src/model/definition.ts';
import type { CatalogObject, ObjectId } from '../../../src/model/objects.ts';
import { sqlite } from '../../../src/sqlite/dialect.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { type Damage, expectAdvice } from './damage.ts';
import { expectRowsKept, isSame, type LiveRows } from './live-rows.ts';
import { check, migrate } from './migrate.ts';
import { sampleRows } from './sample-rows.ts';
import { damagesOf } from './sqlite-damage.ts';
import { damageBy, variantsOf } from './sqlite-variants.ts';

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

/**
 * Damages every object that is chosen, in every way, and each time asserts that a check names it, that a migration
 * repairs it and then finds nothing to do, and that all rows are there.
 */
export function testDamages(isChosen: (object: CatalogObject) => boolean): void {
  test('every object of the catalog is damaged', () => {
    const damaged = new Set(damages.map(({ id }) => id));
    const untouched = [...catalog].flatMap(([id, object]) => (damaged.has(id) ? [] : [object]));
    expect(untouched).toEqual([{ kind: 'database', name: path }]);
  });

  const chosen = [...catalog].flatMap(([id, object]) => (isChosen(object) && ways(id).length > 0 ? [id] : []));
  describe.each(chosen)('%s', (id) => {
    test.each(ways(id))('%s', (_, damage) => testDamage(damage));
  });
}

const ways = (id: ObjectId): readonly (readonly [how: string, damage: Damage])[] =>
  damages.filter((damage) => damage.id === id).map((damage) => [damage.how, damage]);

/** So many pairs, of which `PROPERTY_SEED` gives others. */
const pairs = 110;

/** Asserts of two damages at once that they are repaired, or that nothing is changed and the operator is told what to do. */
export function testPairs(): void {
  test(`${pairs} generated pairs of damages converge, or are refused with what to do`, async () => {
    const variants = fc.constantFrom(...variantsOf(catalog));
    const seen = { converged: 0, refused: 0 };
    const property = fc.asyncProperty(variants, variants, async (first, second) => {
      await restore();
      const made = second.id === first.id ? [first] : [first, second];
      if (!tryDamage(damageBy(made, catalog))) return;
      const damaged = schemaOf();
      const error: unknown = await migrate(wish).then(
        () => null,
        (refused: unknown) => refused,
      );
      if (error === null) {
        // A column that was renamed is the operator's, and dangerous where it needs a value.
        const { text } = await check(wish);
        expect(text).toMatch(
          /^(?:Nothing to do: the live schema is as declared\.\n(?: {2}· .* is yours.*: left alone\n)*)?$/,
        );
        isAsDeclared = text === 'Nothing to do: the live schema is as declared.\n';
        if (isAsDeclared) putRows();
        seen.converged++;
      } else {
        expectAdvice(error);
        expect(schemaOf()).toEqual(damaged);
        seen.refused++;
      }
    });
    await fc.assert(property, { numRuns: pairs });
    expect(seen.converged).toBeGreaterThan(pairs / 2);
    expect(seen.refused).toBeLessThan(pairs / 4);
  }, 180_000);
}

const schemaOf = (): readonly unknown[] => database.prepare('SELECT * FROM sqlite_master ORDER BY name').all();

/** With the rows, or without those that do not fit it; false where no file could be like that. */
function tryDamage(statements: readonly string[]): boolean {
  const emptied = [...samples.keys()].map((table) => `DELETE FROM ${quote(table)}`);
  return [[], emptied].some((first) => {
    try {
      for (const sql of [...first, ...statements]) database.exec(sql);
      return true;
    } catch {
      if (database.inTransaction) database.exec('ROLLBACK');
      return false;
    }
  });
}

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
