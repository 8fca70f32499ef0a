import { readFileSync, statSync } from 'node:fs';
import { type Examiner, failed, type Finding, passed, type Probe } from '../model/checkup.ts';
import type { Connection } from '../model/dialect.ts';
import { UserError } from '../model/errors.ts';
import type { Target } from '../model/target.ts';
import { openDriver, perform } from './connection/driver.ts';
import { fileExists } from './connection/file-access.ts';

/** The driver with its engine, and the file. */
async function approach(target: Target): Promise<readonly Finding[]> {
  if (target.dialect !== 'sqlite') throw new Error('not the URL of an SQLite file');
  return [await driver(), ...file(target.path)];
}

/** The driver is compiled for one version of Node: whether it can be loaded is seen by doing so. */
async function driver(): Promise<Finding> {
  try {
    const database = await openDriver(':memory:', {});
    const [row] = perform(database, 'SELECT sqlite_version() AS version');
    database.close();
    const manifest = new URL(import.meta.resolve('better-sqlite3/package.json'));
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
    return passed('driver', `better-sqlite3 ${version}, with SQLite ${String(row?.['version'])}`);
  } catch (error) {
    const todo = `compile it for this Node, ${process.version}: npm rebuild better-sqlite3`;
    return failed('driver', `better-sqlite3 cannot be loaded: ${(error as Error).message}`, todo);
  }
}

/** Nothing where there can be no such file: the connection fails for the same reason, and says it. */
function file(path: string): readonly Finding[] {
  try {
    if (!fileExists(path)) return [passed('file', `${path} is not there yet`)];
    return [passed('file', `${path}, ${statSync(path).size} bytes`)];
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** https://www.sqlite.org/pragma.html#pragma_journal_mode */
const journal: Probe = {
  name: 'journal',
  ofDatabase: true,
  async ask(connection) {
    const mode = String(await pragma(connection, 'journal_mode'));
    const meaning = mode === 'wal' ? 'readers go on beside a writer' : 'a writer and readers wait for each other';
    return [passed('journal', `${mode}: ${meaning}`)];
  },
};

/** Bytes up to which looking through the whole file takes no longer than a moment. */
const small = 64 * 1024 * 1024;

/** https://www.sqlite.org/pragma.html#pragma_quick_check */
const integrity: Probe = {
  name: 'integrity',
  ofDatabase: true,
  async ask(connection, { database }) {
    const bytes = Number(await pragma(connection, 'page_count')) * Number(await pragma(connection, 'page_size'));
    if (bytes > small) {
      await connection.query('SELECT count(*) FROM sqlite_master');
      const command = `sqlite3 "${database}" "PRAGMA quick_check"`;
      return [passed('integrity', `the schema can be read; the file is large, and is looked through by ${command}`)];
    }
    const said = String(await pragma(connection, 'quick_check(1)'));
    if (said === 'ok') return [passed('integrity', 'the whole file was looked through')];
    const todo = 'restore a backup, or save what is left with the .recover command of the sqlite3 shell';
    return [failed('integrity', `the file is damaged: ${said}`, todo)];
  },
};

/** The value of the first row. */
async function pragma(connection: Connection, name: string): Promise<unknown> {
  const [row = {}] = await connection.query(`PRAGMA ${name}`);
  return Object.values(row)[0];
}

export const examiner: Examiner = { approach, probes: [journal, integrity] };
