import type { Connection, MigrationRecord, Scope } from '../model/dialect.ts';
import { quoteSqliteText } from '../sql/quote.ts';

/** Writes the record, or completes the one with its id. https://www.sqlite.org/lang_upsert.html */
export async function record(connection: Connection, _: Scope, entry: MigrationRecord): Promise<void> {
  const text = (value: string | null): string => (value === null ? 'NULL' : quoteSqliteText(value));
  const values = {
    migration_id: text(entry.id),
    kind: text(entry.kind),
    summary: text(entry.summary),
    declared_fingerprint: text(entry.declaredFingerprint),
    live_fingerprint: text(entry.liveFingerprint),
    runtime_version: String(entry.runtimeVersion ?? 'NULL'),
    plan: text(entry.plan === null ? null : JSON.stringify(entry.plan)),
    exit_code: String(entry.exitCode ?? 'NULL'),
    tool_version: text(entry.toolVersion),
    started_at: String(entry.startedAt),
    completed_at: String(entry.completedAt ?? 'NULL'),
  };
  await connection.query(
    `INSERT INTO main.migrations (${Object.keys(values).join(', ')}) VALUES (${Object.values(values).join(', ')})
ON CONFLICT (migration_id) DO UPDATE SET exit_code = excluded.exit_code, completed_at = excluded.completed_at`,
  );
}
