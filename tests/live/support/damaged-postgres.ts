import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Client, DatabaseError, escapeIdentifier as quote } from 'pg';
import { applicationDefinitions, systemDefinitions } from '../../../schema/index.ts';
import type { CatalogObject, ObjectId } from '../../../src/model/objects.ts';
import { combine } from '../../../src/model/definition.ts';
import { postgres } from '../../../src/postgres/dialect.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { expectRowsKept, isSame, type LiveRows } from './live-rows.ts';
import { check, migrate, type Wish } from './migrate.ts';
import { type Damage, expectAdvice } from './damage.ts';
import { damagesOf } from './postgres-damage.ts';
import { sampleRows } from './sample-rows.ts';

/** One database that serves as both, so that every object of both sets stands in it. */
const database = 'everything';
const role = 'an "app" role';
const catalog = postgres.declare(combine(systemDefinitions, applicationDefinitions), {
  schema: 'dbos',
  database,
  role,
});
const samples = sampleRows(catalog);
const damages = damagesOf(catalog);

/** With DAMAGES=tenth, a tenth of them, on each major another one. */
const isTenth = process.env['DAMAGES'] === 'tenth';
const tried = isTenth ? damages.filter((_, i) => i % 10 === Number(process.env['PG_MAJOR']) % 10) : damages;

let server: PostgresServer;
let client: Client;
let wish: Wish;
let before: LiveRows;

beforeAll(async () => {
  server = await startPostgres({ settings: { log_statement: 'none' } });
  await server.query(`CREATE DATABASE ${database}`);
  await server.query(`CREATE ROLE ${quote(role)}`);
  const url = server.url(database);
  wish = { systemDatabaseUrl: url, applicationDatabaseUrl: url, role };
  client = new Client({ connectionString: url, ssl: false });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.stop();
});

let isAsDeclared = false;

/** As declared, with the sample rows; a case that failed leaves nothing to those behind it. */
async function restore(): Promise<void> {
  if (isAsDeclared) {
    await client.query('DELETE FROM dbos.migrations WHERE NOT migration_id = ANY ($1)', [recordIds]);
  } else {
    await client.query('DROP SCHEMA IF EXISTS dbos CASCADE');
    await migrate(wish);
    await putRows();
  }
  isAsDeclared = false;
}

/** Beside these, each migration of a case before has left a record, whose times fit no narrower type. */
const recordIds = (samples.get('migrations') ?? []).map((row) => row['migration_id']);

async function putRows(): Promise<void> {
  await client.query(`TRUNCATE ${[...samples.keys()].map((table) => `dbos.${quote(table)}`).join(', ')}`);
  for (const [table, rows] of samples) {
    const name = `dbos.${quote(table)}`;
    const sql = `INSERT INTO ${name} SELECT * FROM jsonb_populate_recordset(NULL::${name}, $1)`;
    await client.query(sql, [JSON.stringify(rows.map((row) => withParsedJson(table, row)))]);
  }
  before = await readRows();
}

/** A document goes in as one, and not as its text. */
const withParsedJson = (table: string, row: object): object =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isJson(table, name) ? JSON.parse(String(value)) : value]),
  );

const isJson = (table: string, name: string): boolean =>
  [...catalog.values()].some((o) => o.kind === 'column' && o.table === table && o.name === name && o.type === 'jsonb');

async function readRows(): Promise<LiveRows> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace('dbos') AND relkind = 'r'`,
  );
  const present = tables.map(({ name }) => name).filter((name) => samples.has(name));
  if (present.length === 0) return new Map();
  const parts = present.map((name) => `(SELECT json_agg(t) FROM dbos.${quote(name)} t) AS ${quote(name)}`);
  const { rows } = await client.query<Record<string, Record<string, unknown>[] | null>>(`SELECT ${parts.join(', ')}`);
  return new Map(Object.entries(rows[0] ?? {}).map(([name, all]) => [name, all ?? []]));
}

/**
 * Damages every object that is chosen, in every way that is tried, and each time asserts that a check names it, that a migration
 * repairs it and then finds nothing to do, and that all rows are there.
 */
export function testDamages(isChosen: (object: CatalogObject) => boolean): void {
  test('every object of the catalog is damaged', () => {
    const damaged = new Set(damages.map(({ id }) => id));
    expect([...catalog.keys()].filter((id) => !damaged.has(id))).toEqual([
      `database:${database}`,
      ...[...catalog].flatMap(([id, object]) => (object.kind === 'grant' && object.on === 'sequences' ? [id] : [])),
    ]);
  });

  const chosen = [...catalog].flatMap(([id, object]) => (isChosen(object) ? [id] : []));
  describe.each(chosen.filter((id) => waysOf(id).length > 0))('%s', (id) => {
    test.each(waysOf(id))('%s', (_, damage) => testDamage(damage));
  });
}

const waysOf = (id: ObjectId): readonly (readonly [how: string, damage: Damage])[] =>
  tried.filter((damage) => damage.id === id).map((damage) => [damage.how, damage]);

async function testDamage({ id, sql, destroys, refused, leaves }: Damage): Promise<void> {
  await restore();
  await client.query(sql);
  if (refused !== undefined) {
    const found = await check(wish);
    await expect(migrate(wish)).rejects.toThrow(refused.because);
    expect(await check(wish)).toEqual(found);
    await client.query(refused.until);
  }
  const damaged = await readRows();

  const found = await migrate(wish);

  expect(found.drifted).toBe(true);
  expect(found.text.split('\n').map((line) => line.slice(1))).toContain(id);
  if (leaves !== undefined) {
    const { text, drifted } = await check(wish);
    expect([drifted, text]).toEqual([false, expect.stringContaining('a_stranger is yours')]);
    await client.query(leaves);
  }
  expect(await check(wish)).toEqual({ text: 'Nothing to do: the live schema is as declared.\n', drifted: false });
  const object = catalog.get(id);
  const destroyed = destroys && object?.kind === 'column' ? { table: object.table, column: object.name } : null;
  const repaired = await readRows();
  expectRowsKept({ before, damaged, repaired }, destroyed);
  if (!isSame(before, repaired)) await putRows();
  isAsDeclared = true;
}

/** So many pairs, of which `PROPERTY_SEED` gives others. */
const pairs = isTenth ? 24 : 60;

/** Asserts of two damages at once that they are repaired, or that nothing is changed and the operator is told what to do. */
export function testPairs(): void {
  test(`${pairs} generated pairs of damages converge, or are refused with what to do`, async () => {
    const seen = { converged: 0, refused: 0 };
    const chosen = fc.constantFrom(...damages);
    const property = fc.asyncProperty(chosen, chosen, async (first, second) => {
      await restore();
      if (await isRefused([first.sql, second.sql])) return;
      seen[await outcomeOf()] += 1;
    });
    await fc.assert(property, { numRuns: pairs });
    expect(seen.converged).toBeGreaterThan(pairs / 2);
    expect(seen.refused).toBeLessThan(pairs / 4);
  }, 600_000);
}

/** Runs the damages. @returns whether the server refuses one of them after another */
const isRefused = async (all: readonly string[]): Promise<boolean> => {
  try {
    for (const sql of all) await client.query(sql);
    return false;
  } catch (error) {
    if (error instanceof DatabaseError) return true;
    throw error;
  }
};

async function outcomeOf(): Promise<'converged' | 'refused'> {
  const found = await check(wish);
  const error: unknown = await migrate(wish).then(
    () => null,
    (refused: unknown) => refused,
  );
  if (error === null) {
    // What is left is somebody else's.
    const { text } = await check(wish);
    expect(text).toMatch(
      /^Nothing to do: the live schema is as declared\.\n(?: {2}[!·] .* is yours.*\n(?: {4,}.*\n)*)*$/,
    );
    isAsDeclared = text === 'Nothing to do: the live schema is as declared.\n';
    if (isAsDeclared) await putRows();
    return 'converged';
  }
  expectAdvice(error);
  expect(await check(wish)).toEqual(found);
  return 'refused';
}
