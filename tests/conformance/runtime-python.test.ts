import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { run } from './support/child.ts';
import { migrate, type Wish } from './support/migrate.ts';
import { definitionsByRole, makeRole, migrateForRole } from './support/limited-role.ts';
import { majors } from './support/majors.ts';
import { lastOfTwo, newestPython, pythonCommand, whyNoPython } from './support/python.ts';
import { report } from './support/results.ts';
import { definitionsIn, sqliteEngine } from './support/sqlite-engine.ts';

const suite = whyNoPython === null ? describe : describe.skip;
if (whyNoPython !== null) report({ kind: 'skipped', group: 'Python, runtimes', reason: whyNoPython });

/** Lets a release try all that it is for; gives the names of what it could do. */
async function expectAllChecks(release: string, { systemUrl }: Wish, server: string): Promise<void> {
  const results = await run(pythonCommand(release, 'check', systemUrl, ''));
  const found = results as { name: string; passed: boolean; reason?: string }[];
  expect(found.filter(({ passed }) => !passed)).toEqual([]);
  expect(found.length).toBeGreaterThan(10);
  report({ kind: 'runtime', group: `Python ${release}`, server, passed: found.map(({ name }) => name) });
}

const releases = [newestPython, lastOfTwo];

suite.each(majors)('PostgreSQL %i', (major) => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgres({ major });
    await makeRole(server);
  });
  afterAll(() => server.stop());

  test.each(releases)('on a fresh schema %s can do all that it is for', async (release) => {
    const wish = await migrateForRole(server, { systemUrl: await server.createDatabase() });
    await server.mark();
    await expectAllChecks(release, wish, `PostgreSQL ${major}, fresh`);
    expect(await definitionsByRole(server)).toEqual([]);
  });
});

suite('SQLite', () => {
  const engine = sqliteEngine(temporaryDirectories()());

  test.each(releases)('in a fresh file %s can do all that it is for', async (release) => {
    const wish = { systemUrl: await engine.create('fresh') };
    await migrate(wish);
    const before = definitionsIn(wish.systemUrl);
    await expectAllChecks(release, wish, 'SQLite, fresh');
    expect(definitionsIn(wish.systemUrl)).toEqual(before);
  });
});
