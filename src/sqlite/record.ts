import type { Connection } from '../model/dialect.ts';
import type { Place } from '../model/look.ts';
import { type MigrationRecord, rowOf } from '../model/migration-record.ts';
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
