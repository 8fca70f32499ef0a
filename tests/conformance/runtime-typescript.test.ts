import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { nodeCommand, run, start } from './support/child.ts';
import { definitionsByRole, makeRole, migrateForRole } from './support/limited-role.ts';
import { majors } from './support/majors.ts';
import { report } from './support/results.ts';
import { versionOf } from './support/sdk.ts';

const newest = (task: string, url: string, ...ids: readonly string[]) =>
  nodeCommand('newest.mjs', [task, url, 'dbos', ...ids]);

const group = `TypeScript ${versionOf('@dbos-inc/dbos-sdk')}`;

describe.each(majors)('PostgreSQL %i', (major) => {
  let server: PostgresServer;
  const passed = (...names: readonly string[]): void =>
    report({ kind: 'runtime', group, server: `PostgreSQL ${major}`, passed: names });

  beforeAll(async () => {
    server = await startPostgres({ major });
    await makeRole(server);
  });
  afterAll(() => server.stop());
  beforeEach(() => server.mark());

  test('on a fresh schema the runtime can do all that it is for', async () => {
    const url = await migrateForRole(server, await server.createDatabase('fresh'));
    const results = (await run(newest('check', url))) as { name: string; passed: boolean; reason?: string }[];
    expect(results.filter((result) => !result.passed)).toEqual([]);
    expect(await definitionsByRole(server)).toEqual([]);
    passed(...results.map(({ name }) => name));
  });

  test('a workflow whose process was killed is recovered', async () => {
    const url = await migrateForRole(server, await server.createDatabase('crash'));
    const victim = start(newest('wait', url, 'survivor'));
    const { waiting } = (await victim.next()) as { waiting: number };
    await victim.kill();
    const [found] = await run(newest('finish', url, 'survivor'));
    expect(found).toEqual({ id: 'survivor', result: `survives ${waiting} word`, first: 0 });
    expect(await definitionsByRole(server)).toEqual([]);
    passed('crash and recovery');
  });
});
