import type { Change } from './change.ts';
import type { Hazard } from './hazard.ts';
import type { CatalogObject, ObjectId } from './objects.ts';

/** A lock that a statement takes on a relation that is there before it. */
export interface Lock {
  /** `schema.name`, without quotes. On SQLite the schema `main`, which stands for the file as a whole. */
  readonly relation: string;
  /** The mode in the engine's words: `ACCESS EXCLUSIVE`. */
  readonly mode: string;
}

/**
 * How a statement commits: in one transaction with its neighbours; in one of its own, so that what it did is there for
 * all before the next one begins; or in no transaction, because the engine refuses it inside one or it commits by itself.
 */
export type Commit = 'with others' | 'alone' | 'no transaction';

/** One SQL text with all that a reader or the runner must know of it. */
export interface Statement {
  /** Complete as it is, without parameters and without a closing semicolon. */
  readonly sql: string;
  /** The changes that it makes, by object id. */
  readonly objects: readonly ObjectId[];
  readonly commits: Commit;
  /** Where it runs: in the database itself, or, to create that database, in another one of its server. */
  readonly on: 'database' | 'server';
  /** The strongest lock on each relation that is there before; a lock that only keeps it from being dropped is left out. */
  readonly locks: readonly Lock[];
  /** Relations that it looks through, more than a row at a time. */
  readonly scans: readonly string[];
  /** Relations that it writes anew as a whole. */
  readonly rewrites: readonly string[];
  /** Rows of all that it scans and rewrites, as the engine estimates them; 0 where there is nothing of the kind. */
  readonly rows: number;
  /** Bytes of the same. */
  readonly bytes: number;
  readonly hazards: readonly Hazard[];
}

/**
 * Statements that commit together, or one that refuses a transaction. What stands in the database behind it has a name
 * in the catalog, so that a run that was ended there is gone on with by the next one.
 */
export interface Segment {
  readonly transaction: boolean;
  readonly statements: readonly Statement[];
}

/** The way from one state to another, with the state that it was computed from. */
export interface Plan {
  /** Fingerprint of the live catalog: what must still be there when the plan is applied. */
  readonly basis: string;
  /** Fingerprint of the catalog that it leads to. */
  readonly goal: string;
  readonly changes: readonly Change[];
  readonly segments: readonly Segment[];
  /** Live objects that are neither declared nor retired, and stay as they are. */
  readonly unmanaged: readonly CatalogObject[];
}

/** All statements of a plan in their order. */
export const statementsOf = ({ segments }: Pick<Plan, 'segments'>): readonly Statement[] =>
  segments.flatMap(({ statements }) => statements);

/** Whether a segment runs outside the database, before that is there. */
export const isOnServer = ({ statements }: Segment): boolean => statements.some(({ on }) => on === 'server');
