import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { planSchema } from '../support/plan-schema.ts';
import { runCli } from './run.ts';
import { deviations, readPlanFormat } from '../support/plan-format.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';

const isPlan = new Ajv2020().compile(planSchema());
const temporaryDirectory = temporaryDirectories();
let server: PostgresServer;
/** Fields of the document that some output had. */
const seen = new Set<string>();

beforeAll(async () => {
  server = await startPostgres();
  await server.query('CREATE ROLE reader');
});
afterAll(() => server.stop());

interface Plan {
  readonly formatVersion: number;
  readonly databases: readonly {
    readonly url: string;
    readonly changes: readonly { readonly action: string; readonly id: string }[];
    readonly segments: readonly {
      readonly statements: readonly { readonly sql: string; readonly objects: readonly string[] }[];
    }[];
    readonly unmanaged: readonly unknown[];
  }[];
  readonly total: unknown;
}

/** All of stdout must be JSON, and as the document says. */
async function planOf(args: readonly string[], cwd?: string): Promise<Plan> {
  const { stdout, stderr, exitCode } = await runCli(['migrate', '--format', 'json', ...args], {
    cwd: cwd ?? temporaryDirectory(),
  });
  expect([stderr, exitCode]).toEqual(['', args.includes('--check') ? 2 : 0]);
  const plan = JSON.parse(stdout) as Plan;
  expect(deviations(plan, seen)).toEqual([]);
  expect(plan.formatVersion).toBe(2);
  isPlan(plan);
  expect(isPlan.errors ?? []).toEqual([]);
  return plan;
}

async function damaged(sql: string): Promise<string> {
  const url = await server.createDatabase();
  await runCli(['migrate', '-s', url]);
  await server.query(sql, new URL(url).pathname.slice(1));
  return url;
}

test('databases that are missing, a role, custom commands', async () => {
  const cwd = temporaryDirectory({ 'dbos-config.yaml': `database: { migrate: ['X_TOKEN=hush run'] }\n` });
  const plan = await planOf(['--plan', '-s', server.url('later_dbos'), '-D', server.url('later'), '-r', 'reader'], cwd);
  expect(plan.databases.map(({ url }) => url)).toEqual([
    server.url('later_dbos').replace(/:[^:@]*@/, ':***@'),
    server.url('later').replace(/:[^:@]*@/, ':***@'),
  ]);
  expect(plan).toMatchObject({ commands: ['X_TOKEN=*** run'] });
});

test('every change has a statement, and every statement a change', async () => {
  const plan = await planOf(['--plan', '-s', server.url('later_dbos')]);
  for (const { changes, segments } of plan.databases) {
    const made = segments.flatMap(({ statements }) => statements).flatMap(({ objects }) => objects);
    expect(made.toSorted()).toEqual(changes.map(({ id }) => id).toSorted());
  }
});

test('changes of every sort, objects of others, and tables that hold rows', async () => {
  const url = await damaged(
    `ALTER TABLE dbos.streams ALTER COLUMN value DROP NOT NULL;
     ALTER TABLE dbos.streams DROP COLUMN serialization;
     ALTER TABLE dbos.notifications RENAME CONSTRAINT notifications_destination_uuid_fkey TO notifications_destination_uuid_foreign;
     INSERT INTO dbos.workflow_status (workflow_uuid) SELECT i FROM generate_series(1, 5000) i; ANALYZE dbos.workflow_status;
     DROP INDEX dbos.idx_workflow_status_pending;
     CREATE INDEX idx_notifications ON dbos.notifications (destination_uuid, topic);
     CREATE INDEX mine ON dbos.notifications (destination_uuid);
     CREATE TABLE dbos.job_queue (workflow_uuid text PRIMARY KEY, queue_name text, executor_id text,
       created_at_epoch_ms bigint, started_at_epoch_ms bigint, completed_at_epoch_ms bigint);
     ALTER TABLE dbos.queues ADD COLUMN needed int NOT NULL`,
  );
  const plan = await planOf(['--check', '-s', url]);
  expect(plan.total).toEqual({ create: 2, alter: 1, rename: 1, drop: 1 });
  expect(plan.databases[0]?.changes).toContainEqual({
    action: 'rename',
    id: 'foreignKey:dbos.notifications.notifications_destination_uuid_fkey',
    kind: 'foreignKey',
    table: 'notifications',
    renamedFrom: 'foreignKey:dbos.notifications.notifications_destination_uuid_foreign',
    differences: [],
  });
  expect(plan.databases[0]).toMatchObject({
    retired: ['table:dbos.job_queue'],
    unmanaged: [
      { id: 'column:dbos.queues.needed', danger: expect.any(String) },
      { id: 'index:dbos.notifications.mine', coveredBy: 'index:dbos.notifications.idx_workflow_topic' },
    ],
  });
});

test('what is in the way', async () => {
  const plan = await planOf([
    '--check',
    '-s',
    await damaged(
      `ALTER TABLE dbos.streams ALTER COLUMN value TYPE varchar(40);
       CREATE VIEW public.v AS SELECT value FROM dbos.streams`,
    ),
  ]);
  expect(plan.databases[0]).toMatchObject({
    obstacles: [
      {
        what: 'blocked by view public.v, which needs the column value of table dbos.streams',
        remedy: 'DROP VIEW public.v;   then run it again, and make it anew',
      },
    ],
  });
});

test('a schema that is ahead', async () => {
  const plan = await planOf(['--check', '-s', await damaged('UPDATE dbos.dbos_migrations SET version = 999')]);
  expect(plan.databases[0]).toMatchObject({ ahead: { live: 999, declared: 125 }, changes: [], segments: [] });
});

test('SQLite', async () => {
  const plan = await planOf(['--plan', '-s', 'sqlite:///./app.sqlite']);
  expect(plan.databases).toMatchObject([{ dialect: 'sqlite', schema: 'main', url: 'sqlite:///./app.sqlite' }]);
});

describe('the document', () => {
  test('has no field that the outputs above have not', () => {
    const documented = [...readPlanFormat()].flatMap(([anchor, shape]) =>
      [...shape.keys()].map((name) => `${anchor}.${name}`),
    );
    expect([...seen].toSorted()).toEqual(documented.toSorted());
  });

  test('is what an output is held against', () => {
    expect(deviations({ formatVersion: '1', databases: [{}], commands: [1], more: 0 }, new Set())).toEqual(
      expect.arrayContaining([
        'plan.more: not in the document',
        'plan.formatVersion: no number',
        'plan.databases[0].title: missing',
        'plan.commands[0]: no string',
        'plan.total: missing',
      ]),
    );
  });
});
