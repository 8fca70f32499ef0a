import type { Row } from '../model/dialect.ts';
import type { ReferentialAction } from '../model/objects.ts';

/** SQLite's truth values, as JSON carries them. */
type Flag = 0 | 1;

/** The file as a whole. */
export interface FileRow {
  /** Of SQLite: `3.53.0`. */
  readonly version: string;
  /** Of all pages that hold something. */
  readonly bytes: number;
  /** Tables that ANALYZE has filled: `sqlite_stat1`, and `sqlite_stat4` by some builds of SQLite. */
  readonly statistics: readonly string[];
  /** `wal` for a file with a write-ahead log. https://www.sqlite.org/pragma.html#pragma_journal_mode */
  readonly journal: string;
  /** What this program can call, and compare texts by; an application adds its own to its connections. */
  readonly functions: readonly string[];
  readonly collations: readonly string[];
}

/** https://www.sqlite.org/schematab.html */
export interface TableRow {
  readonly name: string;
  readonly sql: string;
  /** 0 for somebody else's object under a name that has to be free. */
  readonly isLooked: Flag;
}

/** https://www.sqlite.org/pragma.html#pragma_table_xinfo */
export interface ColumnRow {
  readonly table: string;
  readonly cid: number;
  readonly name: string;
  readonly type: string;
  readonly notnull: Flag;
  readonly dflt_value: string | null;
  /** Its place in the primary key, from 1. */
  readonly pk: number;
  /** 2 and 3 for generated columns. */
  readonly hidden: number;
}

export interface IndexRow extends TableRow {
  readonly table: string;
  readonly columns: readonly IndexColumn[];
}

/** https://www.sqlite.org/pragma.html#pragma_index_xinfo */
export interface IndexColumn {
  /** Null for an expression. */
  readonly column: string | null;
  readonly desc: Flag;
  readonly coll: string;
}

/** One column of one foreign key. https://www.sqlite.org/pragma.html#pragma_foreign_key_list */
export interface ForeignKeyRow {
  readonly table: string;
  /** Counted from 0, the last one in the text first. */
  readonly id: number;
  readonly parent: string;
  readonly from: string;
  /** Null where the parent's primary key is meant. */
  readonly to: string | null;
  /** The parent's primary key where that is meant. */
  readonly parentKey: readonly string[] | null;
  readonly onUpdate: ReferentialAction;
  readonly onDelete: ReferentialAction;
  /** 0 for a table of somebody else, which refers to one of ours. */
  readonly isLooked: Flag;
  /** Whether its column takes NULL. */
  readonly takesNull: Flag;
}

export interface TriggerRow {
  readonly table: string;
  readonly name: string;
  readonly sql: string;
}

export interface ViewRow {
  readonly name: string;
  readonly sql: string;
}

/** Anything that stands in the file. */
export interface SurroundingRow {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  readonly table: string;
  readonly sql: string;
  readonly isLooked: Flag;
  /** Of a table, its columns that hold values. */
  readonly columns: readonly string[];
  /** Of a table, the columns of its foreign keys. */
  readonly references: readonly Pick<ForeignKeyRow, 'id' | 'from' | 'parent'>[];
}

/** A row of each kind that has a part in the catalog query. */
export interface RowsByKind {
  readonly database: FileRow;
  readonly table: TableRow;
  readonly column: ColumnRow;
  readonly index: IndexRow;
  readonly foreignKey: ForeignKeyRow;
  readonly trigger: TriggerRow;
  readonly view: ViewRow;
  readonly dependent: SurroundingRow;
}

export type RowedKind = keyof RowsByKind;

export type Answer = { readonly [K in RowedKind]: readonly RowsByKind[K][] } & {
  readonly database: readonly [FileRow];
};

/** The answer from the one row of the catalog query, which has a JSON text for each kind. */
export const answerOf = (row: Row): Answer =>
  Object.fromEntries(Object.entries(row).map(([kind, text]) => [kind, JSON.parse(String(text))])) as unknown as Answer;
