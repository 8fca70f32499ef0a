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

/** All columns of the table, as they are asked for. */
export const recordColumns =
  `migration_id, kind, summary, declared_fingerprint, live_fingerprint, runtime_version, plan, exit_code,
  tool_version, applied_by, started_at, completed_at`.replaceAll(/\s+/g, ' ');

/** A record that was read back. */
export interface KeptRecord extends MigrationRecord {
  /** The database role; null on SQLite, which has none. */
  readonly appliedBy: string | null;
}

/** The last millisecond that is a date. https://tc39.es/ecma262/#sec-time-values-and-time-range */
const latest = 8.64e15;

/** The statements of a plan; null for a command, and for what is no list of texts. */
function statementsIn(plan: unknown): readonly string[] | null {
  try {
    const found: unknown = typeof plan === 'string' ? JSON.parse(plan) : plan;
    return Array.isArray(found) && found.every((sql) => typeof sql === 'string') ? found : null;
  } catch {
    return null;
  }
}

/** The record in a row of the table, whatever types a driver gives its numbers and its JSON, and whatever somebody wrote there. */
export function recordIn(row: Readonly<Record<string, unknown>>): KeptRecord {
  const text = (column: string): string | null => {
    const value = row[column];
    return typeof value === 'string' ? value : null;
  };
  const number = (column: string): number | null => {
    const value = row[column] === null ? Number.NaN : Number(row[column]);
    return Math.abs(value) <= latest ? value : null;
  };
  return {
    id: text('migration_id') ?? '',
    kind: row['kind'] === 'command' ? 'command' : 'schema',
    summary: text('summary') ?? '',
    declaredFingerprint: text('declared_fingerprint'),
    liveFingerprint: text('live_fingerprint'),
    runtimeVersion: number('runtime_version'),
    plan: statementsIn(row['plan']),
    exitCode: number('exit_code'),
    toolVersion: text('tool_version') ?? '',
    startedAt: number('started_at') ?? 0,
    completedAt: number('completed_at'),
    appliedBy: text('applied_by') || null,
  };
}
