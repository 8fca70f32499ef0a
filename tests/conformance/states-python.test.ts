import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { run, start } from './support/child.ts';
import {
  expectConvergence,
  expectConvergenceOf,
  type Fresh,
  freshOf,
  type Layout,
  wishOf,
} from './support/converges.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import type { Engine } from './support/database.ts';
import { definitionsByRole, makeRole, migrateForRole } from './support/limited-role.ts';
import { majors } from './support/majors.ts';
import type { Wish } from './support/migrate.ts';
import { type PostgresEngine, startPostgresEngine } from './support/postgres-engine.ts';
import {
  ladderCommand,
  newestPython,
  postgresReleases,
  pythonCommand,
  sqliteReleases,
  whyNoPython,
} from './support/python.ts';
import { allLeft, type Left, resultsOf } from './support/recovery.ts';
import { report } from './support/results.ts';
import { definitionsIn, sqliteEngine } from './support/sqlite-engine.ts';

const suite = whyNoPython === null ? describe : describe.skip;
if (whyNoPython !== null) report({ kind: 'skipped', group: 'Python, prior states', reason: whyNoPython });

/** Launches a release on empty databases, lets it work, and kills it in the middle of two workflows; gives its process. */
async function leftBy(release: string, { systemUrl, applicationUrl = '' }: Wish): Promise<number> {
  const child = start(pythonCommand(release, 'leave', systemUrl, applicationUrl));
  const { waiting } = (await child.next()) as { waiting: number };
  await child.kill();
  return waiting;
}

/** Launches a release, which recovers workflows without running again the step that one has ended, and ends them. */
async function expectRecovery(
  release: string,
  { systemUrl, applicationUrl = '' }: Wish,
  process: number,
  workflows: readonly Left[] = allLeft,
): Promise<void> {
  const found = await run(pythonCommand(release, 'finish', systemUrl, applicationUrl, ...workflows));
  expect(found.filter((line) => 'result' in (line as object))).toEqual(resultsOf(workflows, process));
}

const recovered = (by: string, from: string, { name }: Engine): void =>
  report({ kind: 'runtime', group: `Python ${by}`, server: `${name}, recovery`, passed: [`from ${from}`] });

/**
 * Releases from 2.0 on cannot read what those before wrote, whatever the schema, so the last of the others must do it.
 * It looks for inputs where those until 1.2 did not write them, and where a migration has put them.
 */
const recovererOf = (release: string): string => (Number.parseInt(release, 10) >= 2 ? newestPython : '1.14.0');

/** Which workflows it can end: until 0.20 the name of a step was not kept, and a later release takes it for another one. */
const leftFor = (release: string): readonly Left[] => (['0.8.0', '0.20.0'].includes(release) ? ['untouched'] : allLeft);

/** Copies of the databases. */
async function copied(engine: Engine, { systemUrl, applicationUrl }: Wish): Promise<Wish> {
  const copy = await engine.copy(systemUrl);
  if (applicationUrl === undefined) return { systemUrl: copy };
  return { systemUrl: copy, applicationUrl: applicationUrl === systemUrl ? copy : await engine.copy(applicationUrl) };
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

  test('each version of the newest release', () => expectLadder(engine, known(fresh, 'system')), 600_000);

  test.each(tried)('$release, $layout', async ({ release, layout }) => {
    const wish = await wishOf(engine, layout, await engine.create('prior'));
    const process = await leftBy(release, wish);
    await expectConvergence(known(fresh, layout), { group: 'Python, from 0.8 to 3.4', wish });
    const [recoverer, left] = [recovererOf(release), leftFor(release)];
    if (!left.includes('survivor')) {
      const copy = await copied(engine, wish);
      // As the owner: it reads the history of Alembic, which is not ours to grant.
      await expectRecovery(release, copy, process);
      await dropAll(engine, copy);
    }
    const limited = await migrateForRole(engine.server, wish);
    await engine.server.mark();
    await expectRecovery(recoverer, limited, process, left);
    expect(await definitionsByRole(engine.server)).toEqual([]);
    recovered(recoverer, release, engine);
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

  test('each version of the newest release', () => expectLadder(engine, known(fresh, 'system')), 600_000);

  test.each(tried)('$release, $layout', async ({ release, layout }) => {
    const wish = await wishOf(engine, layout, await engine.create('prior'));
    const process = await leftBy(release, wish);
    await expectConvergence(known(fresh, layout), { group: 'Python, from 1.14 to 3.4', wish });
    const before = definitionsIn(wish.systemUrl);
    await expectRecovery(recovererOf(release), wish, process);
    expect(definitionsIn(wish.systemUrl)).toEqual(before);
    recovered(recovererOf(release), release, engine);
    await dropAll(engine, wish);
  });
});

/** Each number of the newest release's history, with rows. */
async function expectLadder(engine: Engine, fresh: Fresh): Promise<void> {
  const ladder = await engine.create('ladder');
  const child = start(ladderCommand(ladder));
  for (;;) {
    const { version } = (await child.next()) as { version: number };
    const url = await engine.copy(ladder);
    await expectConvergenceOf(fresh, { group: `Python ${newestPython}, each of 1 to 125`, url });
    if (version === 125) return child.kill();
    child.goOn();
  }
}

async function dropAll(engine: Engine, { systemUrl, applicationUrl = systemUrl }: Wish): Promise<void> {
  for (const url of new Set([systemUrl, applicationUrl])) await engine.drop(url);
}

function known(fresh: ReadonlyMap<Layout, Fresh>, layout: Layout): Fresh {
  const found = fresh.get(layout);
  if (found === undefined) throw new Error(layout);
  return found;
}
