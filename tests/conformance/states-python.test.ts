import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run, start } from './support/child.ts';
import { expectConvergence, type Fresh, freshOf, type Layout, wishOf } from './support/converges.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import type { Engine } from './support/database.ts';
import { definitionsByRole, makeRole, migrateForRole } from './support/limited-role.ts';
import { majors } from './support/majors.ts';
import type { Wish } from './support/migrate.ts';
import { type PostgresEngine, startPostgresEngine } from './support/postgres-engine.ts';
import { newestPython, postgresReleases, pythonCommand, sqliteReleases, whyNoPython } from './support/python.ts';
import { report } from './support/results.ts';
import { sqliteEngine } from './support/sqlite-engine.ts';

const suite = whyNoPython === null ? describe : describe.skip;
if (whyNoPython !== null) report({ kind: 'skipped', group: 'Python, prior states', reason: whyNoPython });

/** Launches a release on empty databases, lets it work, and kills it in the middle of a workflow; gives its process. */
async function leftBy(release: string, { systemUrl, applicationUrl = '' }: Wish): Promise<number> {
  const child = start(pythonCommand(release, 'leave', systemUrl, applicationUrl));
  const { waiting } = (await child.next()) as { waiting: number };
  await child.kill();
  return waiting;
}

/** Launches the newest release, which recovers that workflow without running its first step again, and ends it. */
async function expectRecovery(url: string, process: number): Promise<void> {
  const found = await run(pythonCommand(newestPython, 'finish', url, ''));
  expect(found.filter((line) => 'result' in (line as object))).toEqual([{ result: `survives ${process} word` }]);
}

suite.each(majors)('PostgreSQL %i', (major) => {
  let engine: PostgresEngine;
  const fresh = new Map<Layout, Fresh>();

  beforeAll(async () => {
    engine = await startPostgresEngine(major);
    await makeRole(engine.server);
    for (const layout of ['system', 'system and application', 'both in one'] as const) {
      fresh.set(layout, await freshOf(engine, layout));
    }
  });
  afterAll(() => engine.server.stop());

  const tried = postgresReleases.flatMap((release): { release: string; layout: Layout }[] => {
    if (/^3/.test(release)) return [{ release, layout: 'system' }];
    const two = { release, layout: 'system and application' } as const;
    return /^0|^1\.[0-9]\b/.test(release) ? [two] : [two, { release, layout: 'both in one' }];
  });

  test.each(tried)('$release, $layout', async ({ release, layout }) => {
    const wish = await wishOf(engine, layout, await engine.create('prior'));
    const process = await leftBy(release, wish);
    await expectConvergence(known(fresh, layout), { group: 'Python, from 0.8 to 3.4', wish });
    const url = await migrateForRole(engine.server, wish.systemUrl);
    await engine.server.mark();
    await expectRecovery(url, process);
    expect(await definitionsByRole(engine.server)).toEqual([]);
    await dropAll(engine, wish);
  });
});

suite('SQLite', () => {
  const engine = sqliteEngine(temporaryDirectories()());
  const fresh = new Map<Layout, Fresh>();

  beforeAll(async () => {
    for (const layout of ['system', 'both in one'] as const) fresh.set(layout, await freshOf(engine, layout));
  });

  const tried = sqliteReleases.map((release) => ({
    release,
    layout: /^3/.test(release) ? ('system' as const) : ('both in one' as const),
  }));

  test.each(tried)('$release, $layout', async ({ release, layout }) => {
    const wish = await wishOf(engine, layout, await engine.create('prior'));
    const process = await leftBy(release, wish);
    await expectConvergence(known(fresh, layout), { group: 'Python, from 1.14 to 3.4', wish });
    const before = await engine.open(wish.systemUrl, (database) => database.text());
    await expectRecovery(wish.systemUrl, process);
    expect(await engine.open(wish.systemUrl, (database) => database.text())).toEqual(before);
    await dropAll(engine, wish);
  });
});

async function dropAll(engine: Engine, { systemUrl, applicationUrl = systemUrl }: Wish): Promise<void> {
  for (const url of new Set([systemUrl, applicationUrl])) await engine.drop(url);
}

function known(fresh: ReadonlyMap<Layout, Fresh>, layout: Layout): Fresh {
  const found = fresh.get(layout);
  if (found === undefined) throw new Error(layout);
  return found;
}
