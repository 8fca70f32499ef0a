import type { ReferentialAction } from '../model/objects.ts';
import type { ParsedTable } from './text/parse.ts';

/** https://www.sqlite.org/schematab.html */
export interface SchemaRow {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** https://www.sqlite.org/pragma.html#pragma_table_xinfo */
export interface ColumnRow {
  readonly table: string;
  readonly cid: number;
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
}

/** One key column of one index. https://www.sqlite.org/pragma.html#pragma_index_xinfo */
export interface IndexRow {
  readonly table: string;
  readonly index: string;
  readonly unique: number;
  readonly seqno: number;
  /** Null for an expression. */
  readonly column: string | null;
  readonly desc: number;
  readonly coll: string;
  readonly sql: string;
}

/** One column of one foreign key. https://www.sqlite.org/pragma.html#pragma_foreign_key_list */
export interface ForeignKeyRow {
  readonly table: string;
  readonly id: number;
  readonly parent: string;
  readonly from: string;
  /** Null where the parent's primary key is meant. */
  readonly to: string | null;
  readonly on_update: ReferentialAction;
  readonly on_delete: ReferentialAction;
}

/** All that is known of one table of a file. */
export interface LiveTable {
  readonly row: SchemaRow;
  readonly parsed: ParsedTable;
  readonly columns: readonly ColumnRow[];
  readonly indexes: readonly IndexRow[];
  readonly foreignKeys: readonly ForeignKeyRow[];
  readonly triggers: readonly SchemaRow[];
}
