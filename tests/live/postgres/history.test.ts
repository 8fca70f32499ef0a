import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { namedSteps, type NumberedSdk, numberedSteps, type Step } from '../../conformance/support/sdk.ts';
import { runCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const nameOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));

/** A database of its own, after some steps of releases' own migrations. */
async function madeBy(steps: readonly Step[]): Promise<string> {
  const url = await server.createDatabase('history');
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const step of steps) await step.run(client, url);
  } finally {
    await client.end();
  }
  return url;
}

/** The step to a version, and to the last one otherwise; it makes those below it too. */
const upTo = (sdk: NumberedSdk, version?: number): readonly Step[] =>
  numberedSteps(sdk)
    .filter((step) => version === undefined || step.version === version)
    .slice(-1);

/** What a report says was found, in lines of 80 columns: parts that no line ends between have a dot between them. */
const paragraph = /^Found +(.*(?:\n {17}.*)*)$/m;
const plain = (text: string | undefined): string | undefined => text?.replaceAll(/\n +| · /g, ' ');

/** What plan and check say was found; both say the same. */
async function expectFound(url: string, expected: string | undefined, ...flags: readonly string[]): Promise<void> {
  const run = async (...mode: readonly string[]): Promise<string | undefined> =>
    plain(paragraph.exec((await runCli(['migrate', '--sys-db-url', url, ...flags, ...mode])).stdout)?.[1]);
  expect([await run('--plan'), await run('--check')]).toEqual([plain(expected), plain(expected)]);
}

const newest = '@dbos-inc/dbos-sdk';
const isInstalled = (sdk: string): boolean =>
  existsSync(fileURLToPath(new URL(`../../../node_modules/${sdk}/package.json`, import.meta.url)));

describe('databases that releases made', () => {
  test.each([
    ['dbos-sdk-1', 'the tables of TypeScript SDK 1.28 to 2.0, older than runtime schema 1'],
    ['dbos-sdk-2', 'the tables of TypeScript SDK 2.10 to 3.0, older than runtime schema 1'],
    ['dbos-sdk-3', 'runtime schema 24 (TypeScript SDK 3.5 to 4.1)'],
    ['dbos-sdk-4', 'runtime schema 108 (TypeScript SDK 4.27)'],
    [newest, 'runtime schema 123 (TypeScript SDK 5.2 to 5.3; Python 3.2 to 3.3)'],
  ] as const)('%s is recognised', async (sdk, expected) => {
    if (!isInstalled(sdk)) {
      console.warn(`skipped: ${sdk} is not installed`);
      return;
    }
    const isNamed = sdk === 'dbos-sdk-1' || sdk === 'dbos-sdk-2';
    const url = await madeBy(isNamed ? namedSteps(sdk) : upTo(sdk));
    await expectFound(url, expected);
  });

  test('an interrupted migration is on its way', async () => {
    const url = await madeBy(upTo(newest, 115));
    await expectFound(url, 'runtime schema 115 (on the way to TypeScript SDK 5.1; Python 3.1)');
  });

  test('an old release that a new one took over keeps its traces', async () => {
    const url = await madeBy([...upTo('dbos-sdk-4'), ...upTo(newest)]);
    await expectFound(url, 'runtime schema 123 (TypeScript SDK 5.2 to 5.3, begun by 1.0 to 4.27)');
  });
});

describe('a database that somebody changed', () => {
  test('is that of its version row, with what differs', async () => {
    const url = await madeBy(upTo('dbos-sdk-4'));
    await server.query(
      `DROP INDEX dbos.idx_workflow_status_pending; CREATE INDEX mine ON dbos.workflow_status (name);`,
      nameOf(url),
    );
    await expectFound(url, 'runtime schema 108 (TypeScript SDK 4.27) · 1 index missing · 1 object of yours');
    await expectFound(url, 'runtime schema 108 (TypeScript SDK 4.27) · 1 index missing', '--ignore', '*mine');
  });

  test('is none where its version row says something else, and the nearest is named', async () => {
    const url = await madeBy(upTo('dbos-sdk-4'));
    await server.query(
      `ALTER TABLE dbos.workflow_status DROP COLUMN attributes, DROP COLUMN parent_workflow_id;
       ALTER INDEX dbos.idx_workflow_status_failed RENAME TO gone;
       ALTER TABLE dbos.streams ALTER value DROP NOT NULL;
       UPDATE dbos.dbos_migrations SET version = 3;`,
      nameOf(url),
    );
    await expectFound(
      url,
      'no runtime schema of any release; nearest is 108 (TypeScript SDK 4.27): ' +
        '2 columns missing, 3 indexes missing, 1 column differs · its version row says 3 · 1 object of yours',
    );
  });

  test('is what it is, whatever a lost or doubled version row says', async () => {
    const url = await madeBy(upTo('dbos-sdk-4'));
    const exact = 'runtime schema 108 (TypeScript SDK 4.27)';
    await server.query(`INSERT INTO dbos.dbos_migrations VALUES (7)`, nameOf(url));
    await expectFound(url, `${exact} · its version rows say 108 and 7`);
    await server.query(`DELETE FROM dbos.dbos_migrations WHERE version = 108`, nameOf(url));
    await expectFound(url, `${exact} · its version row says 7`);
    await server.query(`DELETE FROM dbos.dbos_migrations`, nameOf(url));
    await expectFound(url, exact);
  });
});

test('a new database has nothing, and one as declared has nothing to say', async () => {
  const url = await server.createDatabase('history');
  await expectFound(url, 'no DBOS tables');
  expect((await runCli(['migrate', '--sys-db-url', url])).exitCode).toBe(0);
  await expectFound(url, undefined);
  await server.query('DROP INDEX dbos.idx_workflow_status_pending', nameOf(url));
  await expectFound(url, 'runtime schema 125 (Python 3.4) · 1 index missing');
});

test('the same stands in JSON, with the ids of this schema', async () => {
  const url = await server.createDatabase('history');
  const invocation = ['migrate', '--sys-db-url', url, '--schema', 'my schema'];
  await runCli(invocation);
  await server.query('DROP INDEX "my schema".idx_workflow_status_pending', nameOf(url));
  const { stdout } = await runCli([...invocation, '--plan', '--format', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({
    databases: [
      {
        found: {
          match: 'damaged',
          version: 125,
          label: 'Python 3.4',
          interrupted: false,
          claims: [],
          missing: ['index:"my schema".workflow_status.idx_workflow_status_pending'],
          different: [],
          surplus: [],
        },
      },
    ],
  });
});
