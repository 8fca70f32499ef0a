import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { runCli } from '../../support/cli.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres.ts';
import { runOnTerminal, testOnTerminal } from '../../support/terminal.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';

let server: PostgresServer;
let template: string;

beforeAll(async () => {
  server = await startPostgres();
  template = await server.createDatabase('template');
  await succeed(['migrate', '-s', template]);
});

afterAll(async () => {
  await server.stop();
});

let url: string;
let name: string;

beforeEach(async () => {
  url = await server.createDatabase('progress', template);
  name = new URL(url).pathname.slice(1);
});

/** Lacks two indexes and says an old version; whatever is created takes as many seconds. */
const damage = async (seconds: number): Promise<void> => {
  await server.query(
    `DROP INDEX dbos.idx_workflow_status_pending; DROP INDEX dbos.idx_workflow_status_failed;
     UPDATE dbos.dbos_migrations SET version = 3;
     CREATE FUNCTION public.slow() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(${seconds}); END';
     CREATE EVENT TRIGGER slow ON ddl_command_end EXECUTE FUNCTION public.slow()`,
    name,
  );
};

describe('what migrate says of what it did', () => {
  test('each object that was changed, and how long it took', async () => {
    await damage(0);
    const { stdout, stderr } = await runCli(['migrate', '-s', url]);
    expect(stdout).toMatch(
      /\nSystem database: 2 created, 1 changed in [\d.]+ s\n {2}\+ index workflow_status\.idx_workflow_status_failed\n {2}\+ index workflow_status\.idx_workflow_status_pending\n {2}~ version dbos_migrations\n$/,
    );
    expect(stderr).toBe('');
    await expectNothingToDo(['-s', url]);
  });

  test('with --verbose by segments, with what differed', async () => {
    await damage(0);
    const { stdout } = await runCli(['migrate', '-s', url, '--verbose']);
    expect(stdout).toMatch(
      /\n {2}segment 1 of \d, [\d.]+ s\n {4}\+ index workflow_status\.idx_workflow_status_failed\n/,
    );
    expect(stdout).toMatch(/\n {4}~ version dbos_migrations {2}values: 3 → 125\n$/);
    await expectNothingToDo(['-s', url]);
  });

  test('with --debug each query with its time, and no password', async () => {
    await damage(0);
    const { stderr } = await runCli(['migrate', '-s', url, '--debug']);
    expect(stderr).toMatch(/^debug: [\d.]+ ms {2}System database: BEGIN;.* CREATE INDEX /m);
    expect(stderr).toMatch(/… \(\d+ characters\)$/m);
    expect(stderr).not.toContain(decodeURIComponent(new URL(url).password));
    expect(stderr).not.toContain(new URL(url).password);
    await expectNothingToDo(['-s', url]);
  });

  test('with --debug why a query was refused', async () => {
    await damage(0);
    await server.query(
      `DROP EVENT TRIGGER slow;
       CREATE OR REPLACE FUNCTION public.slow() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
       CREATE EVENT TRIGGER slow ON ddl_command_end EXECUTE FUNCTION public.slow()`,
      name,
    );
    const { stderr, exitCode } = await runCli(['migrate', '-s', url, '--debug']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^debug: .* CREATE INDEX .* {2}refused: no$/m);
  });
});

describe('a statement that takes long', () => {
  testOnTerminal('is told of in one line, which is gone when it ends', async () => {
    await damage(2);
    const { screen, exitCode } = await runOnTerminal(['migrate', '-s', url, '--color', 'never']);
    expect(exitCode).toBe(0);
    const shown = screen.replaceAll('\r\u001b[2K', '<anew>');
    const line = /<anew>(\d+) s {2}System database: index dbos\.workflow_status\.idx_workflow_status_failed/g;
    const seconds = [...shown.matchAll(line)].map(([, second]) => Number(second));
    expect(seconds.length).toBeGreaterThanOrEqual(3);
    expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
    expect(shown).toContain('<anew>System database: 2 created, 1 changed in ');
    await expectNothingToDo(['-s', url]);
  });

  test('is told of in a log every ten seconds, without control characters', async () => {
    await damage(6);
    const { stderr, stdout } = await runCli(['migrate', '-s', url]);
    expect(stderr).toBe('10 s  System database: index dbos.workflow_status.idx_workflow_status_failed and 2 others\n');
    expect(stdout).toContain('System database: 2 created, 1 changed in 1');
    await expectNothingToDo(['-s', url]);
  });

  test('is not told of with --quiet', async () => {
    await damage(0);
    expect(await runCli(['migrate', '-s', url, '--quiet', '--debug'])).toEqual({ stdout: '', stderr: '', exitCode: 0 });
    await expectNothingToDo(['-s', url]);
  });
});
