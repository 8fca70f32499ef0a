import type { Change } from './change.ts';
import type { CatalogObject, ObjectId } from './objects.ts';

/** A reason why a statement needs the operator's consent. */
export type Hazard = 'data loss' | 'blocks writers' | 'rewrites the table';

/** One SQL text with all that a reader or the runner must know of it. */
export interface Statement {
  /** Without a closing semicolon. */
  readonly sql: string;
  /** The changes that it makes, by object id. */
  readonly objects: readonly ObjectId[];
  /** False for what the engine refuses inside a transaction. */
  readonly transactional: boolean;
  /** Where it runs: in the database itself, or, to create that database, in another one of its server. */
  readonly on: 'database' | 'server';
  /** The strongest lock it takes, in the engine's words; null for none on an existing table. */
  readonly lock: string | null;
  readonly hazards: readonly Hazard[];
}

/** Ordered statements, with the state they were computed from. */
export interface Plan {
  /** Fingerprint of the live catalog: what must still be there when the plan is applied. */
  readonly basis: string;
  /** Fingerprint of the catalog that it leads to. */
  readonly goal: string;
  readonly changes: readonly Change[];
  readonly statements: readonly Statement[];
  /** Live objects that are neither declared nor retired, and stay as they are. */
  readonly unmanaged: readonly CatalogObject[];
}
