import type { Connection } from './dialect.ts';
import type { Place } from './look.ts';
import type { Environment, Target } from './target.ts';

/** What came of one check: as it should be, worth a look, wrong, or not to be found out. */
export type CheckState = 'pass' | 'warn' | 'fail' | 'unknown';

/** What one check found. */
export interface Finding {
  readonly name: string;
  readonly state: CheckState;
  /** What was seen, or why nothing was. */
  readonly seen: string;
  /** What to do about it: sentences, and statements with their semicolon, on one line or several. */
  readonly todo: string | null;
}

/** A check that found all as it should be. */
export const passed = (name: string, seen: string): Finding => ({ name, state: 'pass', seen, todo: null });

/** A check that found something worth a look. */
export const warned = (name: string, seen: string, todo: string): Finding => ({ name, state: 'warn', seen, todo });

/** A check that found something wrong. */
export const failed = (name: string, seen: string, todo: string | null): Finding => ({
  name,
  state: 'fail',
  seen,
  todo,
});

/** A check that could not be made. */
export const unseen = (name: string, why: string): Finding => ({
  name,
  state: 'unknown',
  seen: `not looked at: ${why}`,
  todo: null,
});

/** What a database is examined for. */
export interface Subject extends Place {
  /** The table whose row tells a runtime the version of the schema; null where none of them stands in this database. */
  readonly versionTable: string | null;
  /** False: the connection is to another database of the server, or to none that lasts. */
  readonly exists: boolean;
}

/** One question to a database, which changes nothing. */
export interface Probe {
  readonly name: string;
  /** Whether there is nothing to ask while the database itself is not there. */
  readonly ofDatabase: boolean;
  /** @throws QueryError where the engine does not tell */
  ask(connection: Connection, subject: Subject): Promise<readonly Finding[]>;
}

/** What an engine can be asked that no plan needs to know. */
export interface Examiner {
  /** What can be told before a connection is opened: the driver, and the way that is going to be taken. */
  approach(target: Target, environment: Environment | null): Promise<readonly Finding[]>;
  readonly probes: readonly Probe[];
}
