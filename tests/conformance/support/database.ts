import type { Table, Value } from './sample-rows.ts';

/** One database looked at and written to without our own code, so that nothing is believed because we say it. */
export interface Database {
  /** The tables of the schema with their columns in any order. */
  tables(): Promise<readonly Table[]>;
  insert(table: string, row: Readonly<Record<string, Value>>): Promise<void>;
  /** All rows, each as the engine's own JSON text of these columns, sorted. */
  rows(table: string, columns: readonly string[]): Promise<readonly string[]>;
  /** All that stands in the schema, as the engine prints it, one object a line. */
  text(): Promise<readonly string[]>;
  /** All rows of tables outside of the schema: the histories of other tools. */
  others(): Promise<string>;
  /** Anything by hand. */
  execute(sql: string, values?: readonly unknown[]): Promise<void>;
}

export interface Engine {
  /** `PostgreSQL 18`, `SQLite`. */
  readonly name: string;
  /** Makes an empty database and gives its URL. */
  create(prefix: string): Promise<string>;
  /** A copy of a database that nobody is connected to. */
  copy(url: string): Promise<string>;
  open<T>(url: string, use: (database: Database) => Promise<T>): Promise<T>;
  /** What is written in these databases while something runs, as far as can be told. */
  writesDuring(urls: readonly string[], run: () => Promise<unknown>): Promise<readonly string[]>;
  /** In what the ways to read one catalog differ, where there are two. */
  readingsApart(url: string): Promise<readonly string[]>;
  drop(url: string): Promise<void>;
}
