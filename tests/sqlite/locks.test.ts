import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import type { Connection } from '../../src/model/dialect.ts';
import type { Plan } from '../../src/model/plan.ts';
import { connectSqlite } from '../../src/sqlite/connection/connect.ts';
import { sqlite } from '../../src/sqlite/dialect.ts';
import { temporaryDirectories } from '../support/temporary-directory.ts';
import { everything, introspect, runPlan, planOf } from './support.ts';

const directory = temporaryDirectories();
const journals = ['DELETE', 'WAL'] as const;

const handles: Database.Database[] = [];
afterEach(() => {
  for (const handle of handles.splice(0)) handle.close();
});

/** A file as declared, changed by somebody, and a second connection to it that waits for nobody. */
async function made(journal: (typeof journals)[number], sql: string): Promise<[Connection, Database.Database]> {
  const path = join(directory(), 'a.sqlite');
  const { connection } = await connectSqlite(path, { write: true });
  await connection.query(`PRAGMA journal_mode = ${journal}`);
  await runPlan(connection, everything);
  const second = new Database(path, { timeout: 0 });
  handles.push(second);
  second.exec(sql);
  return [connection, second];
}

/** Whom a transaction of another connection keeps waiting, in the words of the engine. */
function strongestLock(second: Database.Database): string {
  if (isRefused(second, 'SELECT count(*) FROM sqlite_master')) return 'EXCLUSIVE';
  return isRefused(second, 'BEGIN IMMEDIATE; ROLLBACK') ? 'RESERVED' : 'SHARED';
}

function isRefused(second: Database.Database, sql: string): boolean {
  try {
    second.exec(sql);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^SQLITE_BUSY/) });
    return true;
  }
}

interface Held {
  readonly sql: string;
  readonly mode: string;
}

/** Runs a plan, and asks behind each statement that announces a lock what is locked; a lock stays to the transaction's end. */
async function traced(
  connection: Connection,
  second: Database.Database,
  { segments }: Plan,
): Promise<readonly [announced: readonly Held[], held: readonly Held[]]> {
  const [announced, held]: [Held[], Held[]] = [[], []];
  for (const { transaction, statements } of segments) {
    let strongest = 'RESERVED';
    if (transaction) await connection.query(sqlite.begin);
    for (const { sql, locks } of statements) {
      await connection.query(sql);
      if (locks.length === 0) continue;
      if (locks.some(({ mode }) => mode === 'EXCLUSIVE')) strongest = 'EXCLUSIVE';
      announced.push({ sql, mode: strongest });
      held.push({ sql, mode: strongestLock(second) });
    }
    if (transaction) await connection.query('COMMIT');
    expect(strongestLock(second)).toBe('SHARED');
  }
  return [announced, held];
}

const modesOf = (locks: readonly Held[]): ReadonlySet<string> => new Set(locks.map(({ mode }) => mode));

/** Takes a column away that only a rebuild brings back, and an index. */
const damage = 'ALTER TABLE workflow_status DROP COLUMN updated_at; DROP INDEX idx_workflow_status_pending';

const rows = (count: number): string =>
  `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
INSERT INTO workflow_status (workflow_uuid, inputs) SELECT i, printf('%.1000c', 'x') FROM n`;

describe.each(journals)('%s: what is locked is what is announced', (journal) => {
  test('while a table that fits into memory is rebuilt: readers go on', async () => {
    const [connection, second] = await made(journal, `${damage}; ${rows(2_000)}`);
    const [announced, held] = await traced(connection, second, await planOf(connection, everything));
    expect(held).toEqual(announced);
    expect(modesOf(held)).toEqual(new Set(['RESERVED']));
    await connection.close();
  });

  test('while one is rebuilt that does not: readers go on with a write-ahead log only', async () => {
    const [connection, second] = await made(journal, `${damage}; ${rows(20_000)}`);
    const [announced, held] = await traced(connection, second, await planOf(connection, everything));
    expect(held).toEqual(announced);
    expect(modesOf(held).has('EXCLUSIVE')).toBe(journal === 'DELETE');
    expect(held.at(-1)?.mode).toBe(journal === 'DELETE' ? 'EXCLUSIVE' : 'RESERVED');
    await connection.close();
  });

  test('while all is dropped', async () => {
    const [connection, second] = await made(journal, rows(20_000));
    const { catalog } = await introspect(connection, everything);
    const target = new Map([...catalog].filter(([, { kind }]) => kind === 'database'));
    const plan = await planOf(connection, everything, { target, takes: 'everything of ours', surroundings: true });
    const [announced, held] = await traced(connection, second, plan);
    expect(held.length).toBeGreaterThan(5);
    expect(held).toEqual(announced);
    await connection.close();
  });
});

test('at COMMIT a reader is waited for, and kept waiting, without a write-ahead log only', async () => {
  for (const journal of journals) {
    const [connection, second] = await made(journal, damage);
    second.exec('BEGIN');
    second.prepare('SELECT count(*) FROM workflow_status').get();
    const work = runPlan(connection, everything);
    const first = await Promise.race([
      work.then(() => 'committed'),
      new Promise((resolve) => setTimeout(resolve, 500, 'waiting')),
    ]);
    expect(first).toBe(journal === 'WAL' ? 'committed' : 'waiting');
    second.exec('COMMIT');
    await work;
    expect((await planOf(connection, everything)).changes).toEqual([]);
    await connection.close();
  }
});
