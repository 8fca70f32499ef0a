/** One row of the table `migrations`. */
export interface MigrationRecord {
  /** Made by the caller, so that the end of a command is written to the row of its start. */
  readonly id: string;
  readonly kind: 'schema' | 'command';
  readonly summary: string;
  readonly declaredFingerprint: string | null;
  readonly liveFingerprint: string | null;
  readonly runtimeVersion: number | null;
  /** The statements of a plan; null for a command. */
  readonly plan: readonly string[] | null;
  readonly exitCode: number | null;
  readonly toolVersion: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds since 1970; null while it runs, and for ever when it is interrupted. */
  readonly completedAt: number | null;
}

/** The values of the row, by column. */
export const rowOf = (entry: MigrationRecord): Readonly<Record<string, string | number | null>> => ({
  migration_id: entry.id,
  kind: entry.kind,
  summary: entry.summary,
  declared_fingerprint: entry.declaredFingerprint,
  live_fingerprint: entry.liveFingerprint,
  runtime_version: entry.runtimeVersion,
  plan: entry.plan === null ? null : JSON.stringify(entry.plan),
  exit_code: entry.exitCode,
  tool_version: entry.toolVersion,
  started_at: entry.startedAt,
  completed_at: entry.completedAt,
});
