import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { migrate } from '../../../src/operations/migrate.ts';
import type { Cases, Given, Place } from './case.ts';

const at = (path: string, ...flags: readonly string[]): Given => ({
  args: ['migrate', '-s', `sqlite:///${path}`, ...flags],
});

/** A migrated file that SQL has changed. */
async function changed({ directory }: Place, sql: string): Promise<Given> {
  const path = join(directory(), 'a.sqlite');
  await migrate({ system: `sqlite:///${path}` });
  const database = new Database(path);
  database.exec(sql);
  database.close();
  return at(path);
}

/** A file in which pages of tables are overwritten. */
async function damaged(place: Place): Promise<Given> {
  const given = await changed(place, 'SELECT 1');
  const path = (given.args[2] ?? '').replace('sqlite:///', '');
  writeFileSync(path, readFileSync(path).fill('Z', 100, 4000));
  return given;
}

/** A migrated file, and its directory, with these modes for a user to whom neither belongs. */
async function closed(place: Place, modes: { readonly directory: number; readonly file: number }): Promise<Given> {
  const { args } = await changed(place, 'DROP TABLE streams');
  const path = (args[2] ?? '').replace('sqlite:///', '');
  chmodSync(path, modes.file);
  chmodSync(dirname(path), modes.directory);
  return { args, isStranger: true };
}

/** SQLite files that cannot be used, or not as they are. */
export const sqliteCases: Cases<Place> = {
  'there is no directory … for the database': ({ directory }) => at(join(directory(), 'data', 'a.sqlite')),
  '… is a directory, not a database': ({ directory }) => at(directory()),
  '… is …, and no file that could hold a database': () => at('/dev/null'),
  '… is no SQLite database, or an encrypted one': ({ directory }) =>
    at(join(directory({ 'a.sqlite': 'x'.repeat(5000) }), 'a.sqlite')),
  'the database … is damaged': damaged,
  'the file … cannot be read: this user has no permission': (place) => closed(place, { directory: 0o755, file: 0o600 }),
  'nothing can be changed here: the file … cannot be written: this user has no permission': (place) =>
    closed(place, { directory: 0o755, file: 0o644 }),
  '… cannot be reached: this user has no permission': (place) => closed(place, { directory: 0o700, file: 0o644 }),
  'blocked by trigger …': (place) =>
    changed(
      place,
      `UPDATE dbos_migrations SET version = 7;
       CREATE TRIGGER mine AFTER INSERT ON dbos_migrations BEGIN SELECT nope(1); END;`,
    ),
  'these objects have names that DBOS needs, and are not of DBOS: …': ({ directory }) => {
    const path = join(directory(), 'a.sqlite');
    const database = new Database(path);
    database.exec('CREATE TABLE workflow_status (colour TEXT)');
    database.close();
    return at(path);
  },
  'values of … may not be the same as … that they are as …': (place) =>
    changed(
      place,
      `DROP TABLE event_dispatch_kv;
       CREATE TABLE event_dispatch_kv (service_name TEXT NOT NULL, workflow_fn_name TEXT NOT NULL, key TEXT NOT NULL,
         value REAL, update_seq NUMERIC, update_time NUMERIC, PRIMARY KEY (service_name, workflow_fn_name, key));
       INSERT INTO event_dispatch_kv VALUES ('a', 'b', 'c', 9e999, 1, 1);`,
    ),
};
