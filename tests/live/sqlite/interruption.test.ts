import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { bareEnvironment, programPath, runCli, startCli } from '../../support/cli.ts';
import { temporaryDirectories } from '../../support/temporary-directory.ts';
import { expectNothingToDo, succeed } from '../support/run.ts';
import { inFile } from '../../support/sqlite-file.ts';

const temporaryDirectory = temporaryDirectories();

/** A rebuild of so many takes more than a second. */
const workflows = 200_000;

/** A file whose largest table has to be rebuilt. */
const template = join(temporaryDirectory(), 'template.sqlite');

beforeAll(async () => {
  await succeed(['migrate', '-s', `sqlite:///${template}`]);
  const database = new Database(template);
  database.pragma('synchronous = OFF');
  database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${workflows})
INSERT INTO workflow_status (workflow_uuid, status, inputs) SELECT 'w' || i, 'SUCCESS', printf('%.100c', 'x') FROM n`);
  // A column that takes NULL and has no default is made another one only by a rebuild.
  database.unsafeMode();
  database.pragma('writable_schema = ON');
  database.exec(`UPDATE sqlite_master SET sql = replace(sql, '"priority" INTEGER NOT NULL DEFAULT 0', '"priority" INTEGER')
WHERE name = 'workflow_status'`);
  database.close();
}, 120_000);

interface File {
  readonly path: string;
  readonly flags: readonly string[];
}

function copied(journal: 'DELETE' | 'WAL' = 'DELETE'): File {
  const path = join(temporaryDirectory(), 'app.sqlite');
  copyFileSync(template, path);
  if (journal === 'WAL') inFile(path, (database) => database.pragma('journal_mode = WAL'));
  return { path, flags: ['-s', `sqlite:///${path}`] };
}

/** What stands in a file: its schema and its rows. */
const contentOf = (path: string): unknown =>
  inFile(path, (database) => [
    database.pragma('integrity_check'),
    database.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2').all(),
    database
      .prepare(
        `SELECT count(*), count(DISTINCT workflow_uuid), sum(length(inputs)), sum(rowid), count(priority) FROM workflow_status`,
      )
      .get(),
    database.prepare('SELECT version FROM dbos_migrations').all(),
    database.prepare('SELECT count(*) FROM migrations').get(),
  ]);

/** Waits for the copying of rows, which is one statement, to be well under way. */
async function untilCopying({ path }: File): Promise<void> {
  const sizeOf = (suffix: string): number => (existsSync(path + suffix) ? statSync(path + suffix).size : 0);
  const before = sizeOf('');
  for (let i = 0; i < 2_000; i += 1) {
    if (sizeOf('') > before + 2e6 || sizeOf('-wal') > 2e6) return;
    await sleep(5);
  }
  throw new Error('nothing was copied within 10 s');
}

const message =
  'interrupted: the journal rolls the running segment back when the file is opened next, 1 of 3 are done; run it again to finish\n';

async function finishes({ flags }: File): Promise<void> {
  await succeed(['migrate', ...flags]);
  await expectNothingToDo(flags);
}

describe('migrate', () => {
  test.each([
    ['SIGINT', 130, 'DELETE'],
    ['SIGTERM', 143, 'DELETE'],
    ['SIGHUP', 129, 'DELETE'],
    ['SIGINT', 130, 'WAL'],
  ] as const)(
    '%s in a long statement ends with %i at once, nothing is committed, %s',
    async (signal, code, journal) => {
      const file = copied(journal);
      const before = contentOf(file.path);
      const { child, ended } = startCli(['migrate', ...file.flags]);
      await untilCopying(file);
      const started = Date.now();
      child.kill(signal);
      const { stderr, exitCode } = await ended;
      expect(Date.now() - started).toBeLessThan(1_000);
      expect({ stderr, exitCode }).toEqual({ stderr: message, exitCode: code });
      expect(contentOf(file.path)).toEqual(before);
      await finishes(file);
    },
  );

  test('killed, it leaves no process that goes on with the statement', async () => {
    const file = copied();
    const before = contentOf(file.path);
    const { child, ended } = startCli(['migrate', ...file.flags]);
    const outcome = ended.catch((error: unknown) => String(error));
    await untilCopying(file);
    child.kill('SIGKILL');
    expect(await outcome).toContain('SIGKILL');
    await sleep(300);
    inFile(file.path, (database) => {
      database.pragma('busy_timeout = 0');
      database.exec('BEGIN EXCLUSIVE; ROLLBACK');
    });
    expect(contentOf(file.path)).toEqual(before);
    await finishes(file);
  });

  test('a signal to all processes of a terminal or a service is the same as one to the program', async () => {
    const file = copied();
    const child = spawn(process.execPath, [programPath(), 'migrate', ...file.flags], {
      env: bareEnvironment(),
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const stderr = text(child.stderr);
    await untilCopying(file);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await once(child, 'close')).toEqual([130, null]);
    expect(await stderr).toBe(message);
    await finishes(file);
  });
});

test('a reset that waits for a reader to end is over with the signal, and drops nothing later', async () => {
  const file = copied();
  const before = contentOf(file.path);
  const reader = new Database(file.path);
  reader.exec('BEGIN; SELECT * FROM dbos_migrations');
  reader.prepare('SELECT * FROM dbos_migrations').all();
  const { child, ended } = startCli(['reset', '--yes', ...file.flags]);
  child.stderr.on('data', (data: Buffer) => {
    if (data.toString().includes('waiting for another process')) child.kill('SIGINT');
  });
  const { stderr, exitCode } = await ended;
  expect(exitCode).toBe(130);
  expect(stderr).toContain('interrupted: the journal rolls the running segment back when the file is opened next, ');
  reader.exec('COMMIT');
  reader.close();
  expect(contentOf(file.path)).toEqual(before);
});

test('the library rejects with the reason of its signal within two seconds, and keeps no process alive', async () => {
  const file = copied();
  const before = contentOf(file.path);
  const library = pathToFileURL(join(programPath(), '..', 'index.js')).href;
  const program = `
const { migrate } = await import(${JSON.stringify(library)});
const controller = new AbortController();
process.once('message', () => { aborted = Date.now(); controller.abort(new Error('enough')); });
let aborted = 0;
await migrate({ system: ${JSON.stringify(`sqlite:///${file.path}`)}, signal: controller.signal }).catch((error) => {
  console.log(JSON.stringify({ message: error.message, isReason: error === controller.signal.reason, took: Date.now() - aborted }));
});
process.disconnect?.();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: bareEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const output = text(child.stdout!);
  await untilCopying(file);
  const started = Date.now();
  child.send('abort');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(Date.now() - started).toBeLessThan(2_000);
  const { took, ...rest } = JSON.parse(await output) as { readonly took: number };
  expect(rest).toEqual({ message: 'enough', isReason: true });
  expect(took).toBeLessThan(1_000);
  expect(contentOf(file.path)).toEqual(before);
  await finishes(file);
});

test('a run that finds nothing to do, and one that only looks, start no process', async () => {
  const path = join(temporaryDirectory(), 'small.sqlite');
  const flags = ['-s', `sqlite:///${path}`];
  const programOf = join(programPath(), '..', 'engine-process.js');
  expect(existsSync(programOf)).toBe(true);
  await succeed(['migrate', ...flags]);
  const env = { NODE_DEBUG: 'child_process' };
  for (const mode of [[], ['--check'], ['--plan']]) {
    expect((await runCli(['migrate', ...flags, ...mode], { env })).stderr).not.toContain('engine-process');
  }
  inFile(path, (database) => database.exec('DROP TABLE streams'));
  for (const mode of [['--check'], ['--plan'], ['--dry-run']]) {
    expect((await runCli(['migrate', ...flags, ...mode], { env })).stderr).not.toContain('engine-process');
  }
  expect((await runCli(['migrate', ...flags], { env })).stderr).toContain('engine-process');
});
