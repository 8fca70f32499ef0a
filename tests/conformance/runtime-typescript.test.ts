import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeCommand, run, start } from './support/child.ts';
import { definitionsByRole, makeRole, migrateForRole } from './support/limited-role.ts';
import { majors } from './support/majors.ts';
import type { Wish } from './support/migrate.ts';
import { type PostgresEngine, startPostgresEngine, withClient } from './support/postgres-engine.ts';
import { allLeft, type Left, resultsOf } from './support/recovery.ts';
import { report } from './support/results.ts';
import { fill } from './support/rows.ts';
import { type NumberedSdk, numberedSteps, type Sdk, upgrade, versionOf } from './support/sdk.ts';

const newest = '@dbos-inc/dbos-sdk';

/** Launches a release, lets it begin two workflows, and kills it; gives its process. */
async function leftBy(sdk: Sdk, { systemUrl, applicationUrl = '' }: Wish): Promise<number> {
  const child = start(nodeCommand('release.cjs', ['leave', sdk, systemUrl, applicationUrl]));
  const { waiting } = (await child.next()) as { waiting: number };
  await child.kill();
  return waiting;
}

/** The numbers of the newest release's history that come after all of another one's. */
function versionsAfter(sdk: NumberedSdk): readonly number[] {
  const last = numberedSteps(sdk).at(-1)?.version ?? 0;
  return numberedSteps(newest).flatMap(({ version }) => (version !== null && version > last ? [version] : []));
}

/** Launches a release, which recovers workflows without running again the step that one has ended, and ends them. */
async function expectRecovery(
  sdk: Sdk,
  { systemUrl, applicationUrl = '' }: Wish,
  process: number,
  workflows: readonly Left[] = allLeft,
): Promise<void> {
  const found = await run(nodeCommand('release.cjs', ['finish', sdk, systemUrl, applicationUrl, ...workflows]));
  expect(found).toEqual(resultsOf(workflows, process));
}

describe.each(majors)('PostgreSQL %i', (major) => {
  let engine: PostgresEngine;
  const passed = (sdk: Sdk, where: string, ...names: readonly string[]): void =>
    report({
      kind: 'runtime',
      group: `TypeScript ${versionOf(sdk)}`,
      server: `${engine.name}, ${where}`,
      passed: names,
    });
  const wishFor = async (sdk: Sdk): Promise<Wish> => ({
    systemUrl: await engine.create('system'),
    ...(/[12]$/.test(sdk) ? { applicationUrl: await engine.create('application') } : {}),
  });

  beforeAll(async () => {
    engine = await startPostgresEngine(major, 'all');
    await makeRole(engine.server);
  });
  afterAll(() => engine.server.stop());
  beforeEach(() => engine.server.mark());

  async function expectAllChecks(wish: Wish, where: string): Promise<void> {
    const { systemUrl } = await migrateForRole(engine.server, wish);
    const results = await run(nodeCommand('check.mjs', [systemUrl, wish.schema ?? 'dbos']));
    const found = results as { name: string; passed: boolean; reason?: string }[];
    expect(found.filter((result) => !result.passed)).toEqual([]);
    expect(found.length).toBeGreaterThan(18);
    expect(await definitionsByRole(engine.server)).toEqual([]);
    passed(newest, where, ...found.map(({ name }) => name));
  }

  test('on a fresh schema the runtime can do all that it is for', async () => {
    await expectAllChecks(await wishFor(newest), 'fresh');
  });

  test('in a schema of another name it can too', async () => {
    const wish = { systemUrl: await engine.create('named'), schema: 'Other Schema' };
    await expectAllChecks(wish, 'another schema name');
  });

  test('on a converged schema of the first line, with rows, it can too', async () => {
    const wish = await wishFor('dbos-sdk-1');
    await leftBy('dbos-sdk-1', wish);
    await engine.open(wish.systemUrl, fill);
    await expectAllChecks(wish, 'converged');
  });

  test.each([newest, 'dbos-sdk-4', 'dbos-sdk-3'] as const)('it recovers what a killed %s left', async (sdk) => {
    const wish = await wishFor(sdk);
    const process = await leftBy(sdk, wish);
    await expectRecovery(newest, await migrateForRole(engine.server, wish), process);
    expect(await definitionsByRole(engine.server)).toEqual([]);
    passed(newest, 'recovery', `from ${versionOf(sdk)}`);
  });

  // Releases from 5.0 on cannot read what those before 3.0 wrote, whatever the schema, but the last before them can. It
  // looks for inputs where those before 2.10 did not write them, and where a migration has put them. The first line keeps
  // no names of steps, and a later release takes a step without one for another.
  test.each([
    ['dbos-sdk-1', ['untouched']],
    ['dbos-sdk-2', allLeft],
  ] as const)('4.27 recovers what a killed %s left: %j', async (sdk, workflows) => {
    const wish = await wishFor(sdk);
    const process = await leftBy(sdk, wish);
    const limited = await migrateForRole(engine.server, wish);
    await expectRecovery('dbos-sdk-4', limited, process, workflows);
    expect(await definitionsByRole(engine.server)).toEqual([]);
    passed('dbos-sdk-4', 'recovery', `from ${versionOf(sdk)}`);
  });

  // As the owner: it reads the history of knex, which is not ours to grant.
  test('a release of the first line recovers what it left itself', async () => {
    const wish = await wishFor('dbos-sdk-1');
    const process = await leftBy('dbos-sdk-1', wish);
    await migrateForRole(engine.server, wish);
    await expectRecovery('dbos-sdk-1', wish, process);
    passed('dbos-sdk-1', 'recovery', `from ${versionOf('dbos-sdk-1')}`);
  });

  describe('a workflow of 3.5, upgraded by the newest release on the way', () => {
    let left: string;
    let process: number;

    beforeAll(async () => {
      left = await engine.create('left');
      process = await leftBy('dbos-sdk-3', { systemUrl: left });
    });

    test.each(major === majors.at(-1) ? versionsAfter('dbos-sdk-3') : [45, 60, 70, 105, 112, 116, 123])(
      'to version %i, is recovered',
      async (version) => {
        const systemUrl = await engine.copy(left);
        await withClient(systemUrl, (client) => upgrade(newest, client, systemUrl, version));
        await expectRecovery(newest, await migrateForRole(engine.server, { systemUrl }), process);
        expect(await definitionsByRole(engine.server)).toEqual([]);
        passed(newest, 'recovery', `from version ${version}`);
      },
    );
  });
});
