import { randomUUID } from 'node:crypto';
import type { Connection } from '../model/dialect.ts';
import { QueryError } from '../model/errors.ts';
import { type Plan, statementsOf } from '../model/plan.ts';
import { done, summarise } from '../planner/summary.ts';
import type { Database } from './database.ts';

/** Who applies a plan, for the record. */
export interface Author {
  readonly toolVersion: string;
  readonly runtimeVersion: number;
}

export interface Run extends Author {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** False for a run that was ended before it had done all of its plan. */
  readonly isComplete: boolean;
}

/**
 * Writes a row about a plan, or the part of it, that has been applied.
 * @returns why it could not be written; null where it was
 */
export async function tryRecord(
  { dialect, scope }: Database,
  connection: Connection,
  plan: Plan,
  { toolVersion, runtimeVersion, startedAt, isComplete }: Run,
): Promise<string | null> {
  try {
    await dialect.record(connection, scope, {
      id: randomUUID(),
      kind: 'schema',
      summary: summarise(plan.changes, done),
      declaredFingerprint: plan.goal,
      liveFingerprint: plan.basis,
      runtimeVersion,
      plan: statementsOf(plan).map((statement) => statement.sql),
      exitCode: null,
      toolVersion,
      startedAt,
      completedAt: isComplete ? Date.now() : null,
    });
    return null;
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}
