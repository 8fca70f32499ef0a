/**
 * The objects of a catalog: one flat record a kind, equal in shape on every dialect.
 * Texts inside (types, defaults, predicates) are spelt as the engine prints them.
 * On SQLite the schema is `main`.
 */

export interface DatabaseObject {
  readonly kind: 'database';
  readonly name: string;
}

export interface SchemaObject {
  readonly kind: 'schema';
  readonly name: string;
}

export interface TableObject {
  readonly kind: 'table';
  readonly schema: string;
  readonly name: string;
  /** `unlogged` loses its rows in a crash of the server. */
  readonly persistence: 'permanent' | 'unlogged';
  /** What sets it apart from a plain table, such as SQLite's `STRICT` or PostgreSQL's `ROW LEVEL SECURITY`, sorted. */
  readonly options: readonly string[];
  /** Set for somebody else's that is known by its name only, as a virtual table whose module may be missing. */
  readonly unread?: true;
}

export interface ColumnObject {
  readonly kind: 'column';
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly default: string | null;
  /** The expression of a generated column with its kind, `(a + b) STORED`. */
  readonly generated: string | null;
  readonly identity: 'always' | 'by default' | null;
  /** A collation other than the type's own. */
  readonly collation: string | null;
  /** What SQLite does about a NULL where none may be, if it is not ABORT. */
  readonly onConflict?: string;
  /** How PostgreSQL stores long values, if that is not the type's own way. */
  readonly storage?: 'PLAIN' | 'EXTERNAL' | 'EXTENDED' | 'MAIN';
  /** How PostgreSQL compresses them, if that was said of this column. */
  readonly compression?: 'pglz' | 'lz4';
  /** There where PostgreSQL's type is a domain: what that adds to its base type. */
  readonly domain?: Domain;
  /** There where the sequence that fills the column does not last, or may not be used. */
  readonly sequence?: Sequence;
  /** Its place, from 1, in a CREATE TABLE. No part of the definition: the order of columns never matters. */
  readonly position?: number;
}

export interface Sequence {
  /** How many numbers it has left; null where these are a billion and more. */
  readonly left: number | null;
  /** Roles that may not use it. */
  readonly lacking: readonly string[];
}

/** A type that somebody made of another one, with all that the domains say that it is made of. */
export interface Domain {
  /** The type that is no domain. */
  readonly base: string;
  readonly notNull: boolean;
  readonly default: string | null;
  /** Expressions over `VALUE`. */
  readonly checks: readonly string[];
}

/** A primary key or a unique constraint. */
export interface KeyObject {
  readonly kind: 'key';
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly primary: boolean;
  readonly columns: readonly string[];
  readonly include: readonly string[];
  readonly nullsNotDistinct: boolean;
  readonly deferrable: Deferrable;
  /** What SQLite does about a duplicate, if it is not ABORT. */
  readonly onConflict?: string;
  /** There where its index is unfinished, so that no query uses it. */
  readonly invalid?: true;
}

export type Deferrable = 'no' | 'initially immediate' | 'initially deferred';

export type ReferentialAction = 'NO ACTION' | 'RESTRICT' | 'CASCADE' | 'SET NULL' | 'SET DEFAULT';

export interface ForeignKeyObject {
  readonly kind: 'foreignKey';
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onUpdate: ReferentialAction;
  readonly onDelete: ReferentialAction;
  readonly match: 'SIMPLE' | 'FULL' | 'PARTIAL';
  readonly deferrable: Deferrable;
  /** False while a constraint added NOT VALID has not been validated. */
  readonly validated: boolean;
  /** Only PostgreSQL 18 and newer have such. */
  readonly notEnforced?: true;
  /** There where triggers that enforce it on PostgreSQL are switched off, so that rows are not checked all the same. */
  readonly unguarded?: true;
  /**
   * Of a table of somebody else to one of ours, and what that is to our rows: a delete takes its rows along or frees them,
   * is refused while they refer to the row, or fails always, since the key refers to columns that are no key.
   */
  readonly incoming?: 'follows' | 'holds' | 'fits no key';
  /** Of such a key whose rows follow: something, in the engine's words, that this sets off and that can fail. */
  readonly setsOff?: string;
}

export interface CheckObject {
  readonly kind: 'check';
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly expression: string;
  readonly validated: boolean;
  readonly notEnforced?: true;
}

export interface IndexObject {
  readonly kind: 'index';
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly method: string;
  readonly unique: boolean;
  /** Key columns or expressions as the engine prints them, with `DESC` and the like. */
  readonly columns: readonly string[];
  readonly include: readonly string[];
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
  /** False for what an interrupted CREATE INDEX CONCURRENTLY leaves. */
  readonly valid: boolean;
  /** The statement that made it, as its owner wrote it, on an engine that may have to make it again. */
  readonly text?: string;
}

export interface FunctionObject {
  readonly kind: 'function';
  readonly schema: string;
  readonly name: string;
  /** Argument types, comma-separated: what tells overloads apart. */
  readonly signature: string;
  /** Arguments with names, types and defaults, as the engine prints them. */
  readonly arguments: string;
  readonly returns: string;
  readonly language: string;
  readonly volatility: 'volatile' | 'stable' | 'immutable';
  readonly security: 'invoker' | 'definer';
  readonly strict: boolean;
  /** Whether PostgreSQL may run it in several processes at once, if it may. */
  readonly parallel?: 'safe' | 'restricted';
  /** Settings that hold while it runs, `name=value`, sorted. */
  readonly settings: readonly string[];
  /** Who may run it: everybody, as after CREATE, or only the owner and whom it was granted to. */
  readonly execution: 'everybody' | 'granted';
  readonly body: string;
}

export interface TriggerObject {
  readonly kind: 'trigger';
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** All between the trigger's table and its function: timing, events, level, condition. */
  readonly definition: string;
  /** The function it runs; null on SQLite, where the definition holds the body. */
  readonly function: ObjectId | null;
  readonly enabled: 'origin' | 'disabled' | 'replica' | 'always';
}

export interface ViewObject {
  readonly kind: 'view';
  readonly schema: string;
  readonly name: string;
  readonly materialized: boolean;
  readonly definition: string;
}

/** What one role may do with all objects of one class in the schema. */
export interface GrantObject {
  readonly kind: 'grant';
  readonly schema: string;
  readonly role: string;
  readonly on: GrantTarget;
  /** What the role still lacks, object by object, sorted; empty where nothing is missing. */
  readonly lacking: readonly string[];
  /** There where the schema holds objects of others: then nothing is granted but on ours, one by one. */
  readonly shared?: true;
}

/** What `--app-role` grants on, in the order of the users' page; the right to connect is said only where it was missing. */
export const grantTargets = [
  'database',
  'schema',
  'tables',
  'sequences',
  'functions',
  'default tables',
  'default sequences',
  'default functions',
] as const;

export type GrantTarget = (typeof grantTargets)[number];

/** The rows of a one-column bookkeeping table. */
export interface VersionObject {
  readonly kind: 'version';
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  /** As decimal texts, sorted; more than one row is damage. */
  readonly values: readonly string[];
}

/** Rows of an older table that other places still lack. Never declared: a plan takes it away by copying them. */
export interface BacklogObject {
  readonly kind: 'backlog';
  readonly schema: string;
  readonly table: string;
  readonly into: string;
  /** Columns to copy, the newer table's key first. */
  readonly columns: readonly string[];
  /** Columns of rows elsewhere, in the same order, that get the same values where they have none. */
  readonly fills: readonly { readonly table: string; readonly columns: readonly string[] }[];
}

/** That a table has rows, where all are to go. Never declared: a plan takes it away by deleting them. */
export interface RowsObject {
  readonly kind: 'rows';
  readonly schema: string;
  readonly table: string;
}

/** An object of somebody else that would not survive the drop of ours. Never declared. */
export interface DependentObject {
  readonly kind: 'dependent';
  /** In the engine's words: `view public.report`. */
  readonly name: string;
  /** The statement that takes it away. */
  readonly removal: string;
  /** What makes it again; null where no text can, since it holds rows or is of a kind that nobody here can describe. */
  readonly definition: string | null;
  /** How many objects stand between it and ours: what stands on another one goes before it. */
  readonly depth: number;
  /** Relations, as `schema.name`, that its removal locks. */
  readonly relations: readonly string[];
}

/**
 * Something of somebody else, on our tables or around them, that changes what a statement of the runtime does. Never
 * declared, and no plan touches it.
 */
export interface InfluenceObject {
  readonly kind: 'influence';
  readonly schema: string;
  /** The table whose statements it changes; null where these are all, or calls of functions. */
  readonly relation: string | null;
  readonly what: 'rule' | 'child' | 'parent' | 'publication' | 'routine' | 'setting' | 'rights';
  readonly name: string;
  /** Which statement of the runtime fails, or does something else; null where none does. */
  readonly danger: string | null;
  /** The statement, without its semicolon, after which none does. */
  readonly removal: string;
}

interface ObjectByKind {
  database: DatabaseObject;
  schema: SchemaObject;
  table: TableObject;
  column: ColumnObject;
  key: KeyObject;
  check: CheckObject;
  index: IndexObject;
  foreignKey: ForeignKeyObject;
  function: FunctionObject;
  trigger: TriggerObject;
  view: ViewObject;
  grant: GrantObject;
  backlog: BacklogObject;
  rows: RowsObject;
  dependent: DependentObject;
  influence: InfluenceObject;
  version: VersionObject;
}

export type ObjectKind = keyof ObjectByKind;
export type ObjectOf<K extends ObjectKind> = ObjectByKind[K];
export type CatalogObject = ObjectByKind[ObjectKind];

/** Name-based and stable: `index:dbos.workflow_status.idx_workflow_status_pending`. */
export type ObjectId = string & { readonly __objectId: unique symbol };
