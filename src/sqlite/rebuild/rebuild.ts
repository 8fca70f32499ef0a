import type { Hazard } from '../../model/hazard.ts';
import type { TableObject } from '../../model/objects.ts';
import { quoteIdentifier, quoteSqliteText } from '../../sql/quote.ts';
import { copied } from '../kinds/column.ts';
import type { Draft } from '../kinds/draft.ts';
import { keyColumnName } from '../kinds/key.ts';
import { createTable, dropTable } from '../kinds/table.ts';
import type { TableParts } from '../parts.ts';
import { folded } from '../text/tokens.ts';
import { putBack, setAside } from './statistics.ts';

export interface Rebuild {
  readonly table: string;
  /** The name of the new table until the old one is gone. */
  readonly makeshift: string;
  /** CREATE TABLE under that name. */
  readonly create: string;
  /** What goes into which column, by expression over the old table; empty where no row does. */
  readonly copy: readonly (readonly [column: string, expression: string])[];
  /** Tables of ANALYZE that are there. https://www.sqlite.org/fileformat2.html#stat1tab */
  readonly statistics: readonly string[];
  /** Whether the rowids given out so far are remembered. https://www.sqlite.org/autoinc.html */
  readonly keepsSequence: boolean;
}

/**
 * The documented procedure for changes that ALTER TABLE cannot make, without what stands by itself on the table:
 * indexes and triggers go down with the old one. It needs foreign keys off, or DROP TABLE would delete the rows that
 * refer to it; and the old ways of RENAME, or it would fail over every view of the table that is not there just then.
 * Rows that do not fit are refused by the copying, values are lost by the drop.
 * OR ABORT overrides what constraints say about conflicts: a row that does not fit fails the whole.
 * https://www.sqlite.org/lang_altertable.html#making_other_kinds_of_table_schema_changes
 */
export function rebuildDrafts(
  { table, makeshift, create, copy, keepsSequence, statistics }: Rebuild,
  hazards: readonly Hazard[] = [],
): readonly Draft[] {
  const [from, to] = [quoteIdentifier(table), quoteIdentifier(makeshift)];
  const columns = copy.map(([column]) => quoteIdentifier(column)).join(', ');
  const expressions = copy.map(([, expression]) => expression).join(', ');
  const copying: Draft = {
    sql: `INSERT OR ABORT INTO ${to} (${columns})\nSELECT ${expressions} FROM ${from}`,
    scans: [table],
    rewrites: [table],
    hazards: hazards.filter(({ name }) => name !== 'data-loss'),
  };
  return [
    { sql: create },
    ...(copy.length === 0 ? [] : [copying]),
    ...(keepsSequence ? sequenceDrafts(table, makeshift) : []),
    ...setAside(statistics, table, makeshift),
    { sql: dropTable(table), foreignKeys: 'off', hazards: hazards.filter(({ name }) => name === 'data-loss') },
    { sql: 'PRAGMA legacy_alter_table = ON', writes: false },
    { sql: `ALTER TABLE ${to} RENAME TO ${from}` },
    { sql: 'PRAGMA legacy_alter_table = OFF', writes: false },
    ...putBack(statistics, table, makeshift),
  ];
}

/** Names of a row's number, of which a column may have any. https://www.sqlite.org/rowidtable.html */
const rowids = ['_rowid_', 'rowid', 'oid'];

/** The name by which a table's row can be asked for its number; nothing where it has none, or columns by all these names. */
export const rowidName = ({ hasRowid, columns }: RowidTable): string | undefined =>
  hasRowid ? rowids.find((name) => !columns.some((column) => folded(column) === name)) : undefined;

/**
 * What copies the numbers of rows: full-text indexes and tables of others point at rows by them. Nothing where either
 * table has none, or has columns by all these names.
 */
export function rowidCopy(
  from: RowidTable,
  to: RowidTable,
): readonly (readonly [column: string, expression: string])[] {
  const [old, own] = [rowidName(from), rowidName(to)];
  return old === undefined || own === undefined ? [] : [[own, old]];
}

/** A table as its rows are numbered. */
export interface RowidTable {
  readonly hasRowid: boolean;
  readonly columns: readonly string[];
}

const sequenceDrafts = (table: string, makeshift: string): readonly Draft[] => [
  { sql: `DELETE FROM sqlite_sequence WHERE name = ${quoteSqliteText(makeshift)}` },
  {
    sql: `INSERT INTO sqlite_sequence (name, seq)
SELECT ${quoteSqliteText(makeshift)}, seq FROM sqlite_sequence WHERE lower(name) = lower(${quoteSqliteText(table)})`,
  },
];

/** The rebuild of a table as it is into one as it should be. Columns keep their places; new ones stand behind them. */
export function rebuildOf(
  from: TableParts,
  to: TableParts,
  options: { keepsRows: boolean; makeshift: string; statistics: readonly string[] },
): Rebuild {
  const wanted = new Map(to.columns.map((column) => [column.name, column]));
  const live = new Map(from.columns.map((column) => [column.name, column]));
  const columns = [
    ...from.columns.flatMap(({ name }) => wanted.get(name) ?? []),
    ...to.columns.filter(({ name }) => !live.has(name)),
  ];
  const primary = new Set(from.keys.find((key) => key.primary)?.columns.map(keyColumnName));
  const copy = columns.flatMap((column) => {
    const old = live.get(column.name);
    if (!options.keepsRows || old === undefined || column.generated !== null) return [];
    return [[column.name, copied(column, old, primary.has(column.name))] as const];
  });
  return {
    table: to.table.name,
    makeshift: options.makeshift,
    create: createTable({ ...to, columns }, options.makeshift),
    copy: copy.length === 0 || isNumberedBy(to, copy) ? copy : [...rowidCopy(rowsOf(from), rowsOf(to)), ...copy],
    statistics: options.statistics,
    keepsSequence: isAutoincrement(from.table) && isAutoincrement(to.table),
  };
}

const rowsOf = ({ table, columns }: TableParts): RowidTable => ({
  hasRowid: !table.options.includes('WITHOUT ROWID'),
  columns: columns.map(({ name }) => name),
});

/** Whether a key that is copied is the number of its row. https://www.sqlite.org/lang_createtable.html#rowid */
function isNumberedBy({ keys, columns }: TableParts, copy: Rebuild['copy']): boolean {
  const [name, ...others] = keys.find((key) => key.primary)?.columns ?? [];
  const column = columns.find((own) => own.name === name);
  return others.length === 0 && column?.type.toUpperCase() === 'INTEGER' && copy.some(([own]) => own === name);
}

const isAutoincrement = (table: TableObject): boolean => table.options.includes('AUTOINCREMENT');
