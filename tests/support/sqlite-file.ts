import Database from 'better-sqlite3';

/** Works on a file of SQLite, and closes it whatever becomes of that. */
export function inFile<T>(path: string, work: (database: Database.Database) => T): T {
  const database = new Database(path);
  try {
    return work(database);
  } finally {
    database.close();
  }
}
