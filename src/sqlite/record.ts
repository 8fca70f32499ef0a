import type { Connection } from '../model/dialect.ts';
import type { Place } from '../model/look.ts';
import { type KeptRecord, type MigrationRecord, recordColumns, recordIn, rowOf } from '../model/migration-record.ts';
import { quoteSqliteText } from '../sql/quote.ts';

/** Writes the record, or completes the one with its id. https://www.sqlite.org/lang_upsert.html */
export async function record(connection: Connection, _: Place, entry: MigrationRecord): Promise<void> {
  const row = rowOf(entry);
  const values = Object.values(row).map((value) =>
    typeof value === 'string' ? quoteSqliteText(value) : String(value),
  );
  await connection.query(
    `INSERT INTO main.migrations (${Object.keys(row).join(', ')}) VALUES (${values.join(', ')})
ON CONFLICT (migration_id) DO UPDATE SET exit_code = excluded.exit_code, completed_at = excluded.completed_at`,
  );
}

/** As `Dialect.readRecords`. A table of that name without our columns is somebody else's. */
export async function readRecords(
  connection: Connection,
  _: Place,
  most: number,
): Promise<readonly KeptRecord[] | null> {
  const found = await connection.query(`SELECT name FROM pragma_table_xinfo('migrations', 'main')`);
  const names = new Set(found.map(({ name }) => name));
  if (!recordColumns.split(', ').every((column) => names.has(column))) return null;
  const rows = await connection.query(
    `SELECT ${recordColumns} FROM main.migrations ORDER BY started_at DESC, completed_at DESC, rowid DESC LIMIT ${most}`,
  );
  return rows.map(recordIn);
}
