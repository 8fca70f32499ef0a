import type { GrantTarget, IndexObject } from '../model/objects.ts';
import type { Rights } from './rights.ts';

/** The catalog query's JSON, as `catalog-query.ts` names it. */
export interface Answer {
  readonly server: {
    readonly version: string;
    readonly number: string;
    readonly user: string;
    readonly recovery: boolean;
    readonly readOnly: boolean;
    readonly role: boolean;
    readonly alternative: boolean;
  };
  readonly schema: boolean;
  readonly rights: Rights;
  readonly tables: readonly {
    readonly name: string;
    readonly persistence: string;
    readonly options: readonly string[];
  }[];
  readonly columns: readonly ColumnRow[];
  readonly constraints: readonly ConstraintRow[];
  readonly indexes: readonly IndexRow[];
  readonly triggers: readonly TriggerRow[];
  readonly functions: readonly FunctionRow[];
  readonly views: readonly { readonly name: string; readonly materialized: boolean; readonly definition: string }[];
  readonly versions: readonly ({
    readonly table: string;
    readonly column: string;
    readonly xml: string | null;
  } | null)[];
  readonly backlogs: readonly (BacklogRow | null)[];
  readonly grants: readonly { readonly on: GrantTarget; readonly lacking: readonly string[] }[] | null;
  readonly strangers: readonly string[];
}

export interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly position: number;
  readonly type: string;
  readonly notNull: boolean;
  readonly identity: string;
  readonly generated: string;
  readonly expression: string | null;
  readonly collation: string | null;
}

export interface ConstraintRow {
  readonly table: string;
  readonly name: string;
  readonly type: 'p' | 'u' | 'f' | 'c' | 'x';
  readonly validated: boolean;
  readonly enforced: boolean;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly columns: readonly string[];
  readonly include: readonly string[];
  readonly nullsNotDistinct: boolean;
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onUpdate: string;
  readonly onDelete: string;
  readonly match: string;
  readonly expression: string;
}

export interface IndexRow extends Omit<IndexObject, 'kind' | 'schema'> {
  readonly size: string;
  readonly scans: number;
}

export interface BacklogRow {
  readonly table: string;
  readonly into: string;
  readonly columns: readonly string[];
  /** A table that the question needs and the role may not read. */
  readonly unreadable: string | null;
  /** Null where there is such a table and the question could not be left. */
  readonly xml: string | null;
}

export interface TriggerRow {
  readonly table: string;
  readonly name: string;
  readonly enabled: string;
  readonly text: string;
  readonly printedName: string;
  readonly printedTable: string;
  readonly functionSchema: string;
  readonly functionName: string;
  readonly signature: string;
  readonly printedFunction: string;
}

export interface FunctionRow {
  readonly name: string;
  readonly signature: string;
  readonly arguments: string;
  readonly returns: string;
  readonly language: string;
  readonly volatility: string;
  readonly definer: boolean;
  readonly strict: boolean;
  readonly settings: readonly string[];
  readonly everybody: boolean;
  readonly body: string;
}
