import { expect } from '@jest/globals';
import { applicationDefinitions, systemDefinitions } from '../../../schema/index.ts';
import { retiredBy } from '../../../src/planner/ownership.ts';
import { type Catalog, catalogOf } from '../../../src/model/catalog.ts';
import { idFor, traitsOf } from '../../../src/model/kinds.ts';
import type { ObjectId } from '../../../src/model/objects.ts';
import type { DatabasePlan } from '../../../src/operations/outcome.ts';
import { catalogText } from '../../support/apply-changes.ts';
import type { Database, Engine } from './database.ts';
import { check, migrate, type Wish } from './migrate.ts';
import { type Outcome, report } from './results.ts';
import { countRows, fill, lostRows, type Rows, rowsOf } from './rows.ts';

/** What fresh databases are after one `migrate`, for one set of flags. */
export interface Fresh {
  readonly engine: Engine;
  readonly described: readonly Described[];
}

/** All that stands in a database and is not retired, as the engine prints it and as we read it. */
interface Described {
  readonly text: readonly string[];
  readonly catalog: readonly string[];
  readonly strangers: readonly string[];
}

/** One database for both, two of them, or the system database alone. */
export type Layout = 'system' | 'system and application' | 'both in one';

/** Migrates databases that are not there yet, to compare others with them. */
export async function freshOf(engine: Engine, layout: Layout): Promise<Fresh> {
  const systemUrl = await engine.create('fresh');
  const wish = await wishOf(engine, layout, systemUrl);
  await migrate(wish);
  return { engine, described: await describe(engine, wish) };
}

/** The flags for a system database that is there already; a second database is made where the layout has one. */
export async function wishOf(engine: Engine, layout: Layout, systemUrl: string): Promise<Wish> {
  if (layout === 'system') return { systemUrl };
  return { systemUrl, applicationUrl: layout === 'both in one' ? systemUrl : await engine.create('application') };
}

export interface Prior {
  /** What made it: `TypeScript 5.3.0, each of 1 to 123`. */
  readonly group: string;
  readonly wish: Wish;
  /** Changes something by hand in the system database when the rows are in. */
  readonly damage?: (database: Database) => Promise<void>;
}

/** Fills a prior state with rows, converges it, reports how that went, and asserts that all went well. */
export async function expectConvergence(fresh: Fresh, { group, wish, damage }: Prior): Promise<void> {
  const { engine } = fresh;
  for (const url of urlsOf(wish)) await engine.open(url, fill);
  if (damage !== undefined) await engine.open(wish.systemUrl, damage);
  const { problems, ...outcome } = await converge(fresh, wish, () => migrate(wish));
  report({ kind: 'state', group, server: engine.name, outcome });
  expect(problems).toEqual({});
}

/** The same for a system database alone, which is dropped. */
export async function expectConvergenceOf(fresh: Fresh, prior: Omit<Prior, 'wish'> & { url: string }): Promise<void> {
  await expectConvergence(fresh, { ...prior, wish: { systemUrl: prior.url } });
  await fresh.engine.drop(prior.url);
}

const urlsOf = ({ systemUrl, applicationUrl = systemUrl }: Wish): readonly string[] => [
  ...new Set([systemUrl, applicationUrl]),
];

export interface Convergence extends Outcome {
  /** What is not as promised, by what should have been. */
  readonly problems: Readonly<Record<string, readonly unknown[]>>;
}

/**
 * Reads it both ways, migrates once and compares with all that is promised of it: the schema of a fresh database, every
 * row, and a second run that writes nothing.
 */
export async function converge(
  { engine, described }: Fresh,
  wish: Wish,
  migrateOnce: () => Promise<unknown>,
): Promise<Convergence> {
  const urls = urlsOf(wish);
  const before = await Promise.all(urls.map((url) => engine.open(url, keepsakeOf)));
  const apart = (await Promise.all(urls.map((url) => engine.readingsApart(url)))).flat();
  const failure = await migrateOnce().then(
    () => [],
    (error: unknown) => [error instanceof Error ? (error.stack ?? error.message) : String(error)],
  );
  const found = await describe(engine, wish);
  const lost: string[] = [];
  const touched: string[] = [];
  for (const [i, url] of urls.entries()) {
    await engine.open(url, async (database) => {
      lost.push(...(await lostRows(database, before[i]?.rows ?? new Map())));
      if ((await database.others()) !== before[i]?.others) touched.push(url);
    });
  }
  const writes = await engine.writesDuring(urls, () => migrate(wish).catch(() => {}));
  const problems = {
    'the readings differ': apart,
    'migrate failed': failure,
    'rows lost': lost,
    'tables of other tools touched': touched,
    ...(failure.length > 0 ? {} : differences(found, described)),
    'the second run wrote': writes,
  };
  return {
    converged: Object.values(problems).every((all) => all.length === 0),
    rows: before.reduce((sum, { rows }) => sum + countRows(rows), 0),
    rowsLost: lost.length,
    writesOnSecondRun: writes.length,
    problems: Object.fromEntries(
      Object.entries(problems).flatMap(([name, all]) => (all.length === 0 ? [] : [[name, all.slice(0, 12)]])),
    ),
  };
}

const keepsakeOf = async (database: Database): Promise<{ readonly rows: Rows; readonly others: string }> => ({
  rows: await rowsOf(database),
  others: await database.others(),
});

const describe = async (engine: Engine, wish: Wish): Promise<readonly Described[]> =>
  Promise.all(
    (await check(wish)).map(async (found) => {
      const text = await engine.open(found.completeUrl, (database) => database.text());
      const kept = found.retired.map((id) => id.slice(id.lastIndexOf('.') + 1));
      return {
        catalog: catalogText(withoutRetired(found.live)),
        text: text.filter((line) => !kept.some((table) => standsIn(line, table))),
        strangers: strangersOf(found),
      };
    }),
  );

const strangersOf = ({ unmanaged, ahead }: DatabasePlan): readonly string[] => [
  ...unmanaged.map(({ id }) => id),
  ...(ahead === null ? [] : ['ahead']),
];

const retired = [...systemDefinitions.retired, ...applicationDefinitions.retired];

/** Retired tables with rows stay, and all that is theirs with them. */
function withoutRetired(catalog: Catalog): Catalog {
  const stays = (id: ObjectId): boolean => {
    const object = catalog.get(id);
    if (object === undefined) return true;
    const above = traitsOf(object).parent(object);
    return retiredBy(object, retired)?.holdsData !== true && (above === null || stays(above));
  };
  return catalogOf([...catalog.values()].filter((o) => o.kind !== 'database' && stays(idFor(o))));
}

const standsIn = (line: string, table: string): boolean =>
  new RegExp(`^(?:(?:table|column|constraint|foreign key|index) ${table}[ .]|index .* ON \\w+\\.${table} )`).test(line);

function differences(
  found: readonly Described[],
  fresh: readonly Described[],
): Readonly<Record<string, readonly string[]>> {
  const beyond = (key: keyof Described, these: readonly Described[], those: readonly Described[]): readonly string[] =>
    these.flatMap((one, i) => one[key].filter((line) => those[i]?.[key].includes(line) !== true));
  return {
    'missing in the engine’s text': beyond('text', fresh, found),
    'too much in the engine’s text': beyond('text', found, fresh),
    'missing in the catalog': beyond('catalog', fresh, found),
    'too much in the catalog': beyond('catalog', found, fresh),
    strangers: beyond('strangers', found, fresh),
  };
}
