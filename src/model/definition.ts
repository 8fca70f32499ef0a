import type { ObjectKind, ReferentialAction } from './objects.ts';

/** The table whose row tells a runtime, at its launch, which version the schema has. */
export const versionTable = 'dbos_migrations';

/** Column types by meaning; each dialect spells them its way. */
export type ColumnType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'double'
  | 'boolean'
  | 'json'
  | { readonly varchar: number }
  | { readonly numeric: readonly [precision: number, scale: number] };

/** Column defaults as data; each dialect prints what its engine prints. */
export type Default =
  | { readonly value: string | number | boolean | null }
  /** A decimal constant with a fixed number of digits behind the point, `1.0`. */
  | { readonly decimal: string }
  /** Now, in milliseconds since 1970. */
  | { readonly clock: 'epoch ms' }
  /** A random UUID; `cast` where the expression casts it to text itself and does not leave that to the assignment. */
  | { readonly random: 'uuid'; readonly cast: boolean }
  /** The database role that inserts; the empty text where the engine has no roles. */
  | { readonly session: 'user' };

export interface ColumnDefinition {
  readonly type: ColumnType;
  readonly notNull?: boolean;
  readonly default?: Default;
  /** What the column holds, in a few words, with its unit. */
  readonly about?: string;
}

/** Conditions of partial indexes as data. */
export type Predicate<C extends string = string> =
  | { readonly isNull: C }
  | { readonly isNotNull: C }
  | { readonly equals: readonly [column: C, value: string | boolean] }
  | { readonly oneOf: readonly [column: C, values: readonly string[]] }
  | { readonly all: readonly Predicate<C>[] };

export interface UniqueDefinition<C extends string = string> {
  /** The engine's own name for it where none is given: `<table>_<columns>_key`. */
  readonly name?: string;
  readonly columns: readonly C[];
}

export interface ForeignKeyDefinition<C extends string = string> {
  /** The engine's own name for it where none is given: `<table>_<columns>_fkey`. */
  readonly name?: string;
  readonly columns: readonly C[];
  readonly references: Reference;
  readonly onUpdate: ReferentialAction;
  readonly onDelete: ReferentialAction;
}

export interface Reference {
  readonly table: string;
  readonly columns: readonly string[];
}

export interface IndexDefinition<C extends string = string> {
  readonly name: string;
  readonly columns: readonly (C | { readonly column: C; readonly order: 'desc' })[];
  readonly unique?: boolean;
  /** Payload columns; trailing key columns where the engine has no INCLUDE. */
  readonly include?: readonly C[];
  readonly where?: Predicate<C>;
  /** `inverted` is GIN on PostgreSQL; an engine that has no such index goes without. */
  readonly method?: 'inverted';
}

export interface TableDefinition<C extends string = string> {
  readonly name: string;
  /** What the table holds, in one line. */
  readonly about: string;
  readonly columns: Readonly<Record<C, ColumnDefinition>>;
  readonly primaryKey: readonly C[];
  readonly uniques?: readonly UniqueDefinition<C>[];
  readonly foreignKeys?: readonly ForeignKeyDefinition<C>[];
  readonly indexes?: readonly IndexDefinition<C>[];
  /** The exact content of a bookkeeping table of one column. */
  readonly content?: { readonly column: C; readonly values: readonly number[] };
  /** Its rows tell of the schema and not of workflows: they stay where tables are emptied. */
  readonly ofSchema?: true;
  /** The older table whose rows this one takes over; the key comes first. */
  readonly takesOver?: TakeoverDefinition<C>;
}

export interface TakeoverDefinition<C extends string = string> {
  readonly table: string;
  readonly columns: readonly C[];
  /** Columns of rows elsewhere, in the same order, that get the same values where they have none. */
  readonly fills?: readonly Reference[];
}

export interface FunctionDefinition {
  readonly name: string;
  readonly about: string;
  readonly arguments: readonly ArgumentDefinition[];
  readonly returns: string;
  /** PL/pgSQL; `schema` comes quoted. */
  readonly body: (schema: string) => string;
  /** MD5 of white-space-normalised bodies of the runtime's own builds, in the schema `dbos`, that do the same. */
  readonly equivalents: readonly string[];
  /** Serves LISTEN and NOTIFY only. */
  readonly listenNotify?: boolean;
}

export interface ArgumentDefinition {
  readonly name: string;
  readonly type: string;
  /** As the engine prints it: `NULL::text`. */
  readonly default?: string;
}

export interface TriggerDefinition {
  readonly name: string;
  readonly about: string;
  readonly table: string;
  readonly after: 'INSERT';
  readonly runs: FunctionDefinition;
  readonly listenNotify?: boolean;
}

/** An object made by an earlier release and no longer wanted, told by name. */
export interface RetiredDefinition {
  readonly kind: ObjectKind;
  readonly table?: string;
  readonly name: string;
  /** Its drop would lose rows, so it stays until the operator allows that. */
  readonly holdsData?: boolean;
  /** Columns of a table, where no recorded state of a release has it. */
  readonly columns?: readonly string[];
}

/** What one database should hold. */
export interface Definitions {
  readonly tables: readonly TableDefinition[];
  readonly functions: readonly FunctionDefinition[];
  readonly triggers: readonly TriggerDefinition[];
  readonly retired: readonly RetiredDefinition[];
}

/** Declares a table; a column name misspelt in a key, an index or a predicate does not compile. */
export function table<const C extends string>(definition: {
  readonly name: string;
  readonly about: string;
  readonly columns: Readonly<Record<C, ColumnDefinition>>;
  readonly primaryKey: readonly NoInfer<C>[];
  readonly uniques?: readonly UniqueDefinition<NoInfer<C>>[];
  readonly foreignKeys?: readonly ForeignKeyDefinition<NoInfer<C>>[];
  readonly indexes?: readonly IndexDefinition<NoInfer<C>>[];
  readonly content?: { readonly column: NoInfer<C>; readonly values: readonly number[] };
  readonly ofSchema?: true;
  readonly takesOver?: TakeoverDefinition<NoInfer<C>>;
}): TableDefinition<C> {
  return definition;
}

/** Columns of another table as the target of a foreign key; a misspelt one does not compile. */
export const references = <C extends string>(
  target: TableDefinition<C>,
  ...columns: readonly NoInfer<C>[]
): Reference => ({
  table: target.name,
  columns,
});

/** Two sets in one schema, as when one database serves as both; what both declare is declared once. */
export function combine(a: Definitions, b: Definitions): Definitions {
  return {
    tables: [...new Set([...a.tables, ...b.tables])],
    functions: [...new Set([...a.functions, ...b.functions])],
    triggers: [...new Set([...a.triggers, ...b.triggers])],
    retired: [...new Set([...a.retired, ...b.retired])],
  };
}

/** The same set for an application that polls: what only serves LISTEN and NOTIFY is retired. */
export function withoutListenNotify(definitions: Definitions): Definitions {
  const off = (d: { readonly listenNotify?: boolean }): boolean => d.listenNotify === true;
  return {
    ...definitions,
    functions: definitions.functions.filter((d) => !off(d)),
    triggers: definitions.triggers.filter((d) => !off(d)),
    retired: [
      ...definitions.retired,
      ...definitions.triggers.filter(off).map((t) => ({ kind: 'trigger', table: t.table, name: t.name }) as const),
      ...definitions.functions.filter(off).map(({ name }) => ({ kind: 'function', name }) as const),
    ],
  };
}
