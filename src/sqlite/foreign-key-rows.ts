import { groupBy } from '../model/group-by.ts';
import type { ForeignKeyRow } from './catalog-answer.ts';

/** The rows of one foreign key, one a column. */
export type KeyRows = readonly ForeignKeyRow[];

/** Puts the rows of each key together. */
export const keysIn = (rows: readonly ForeignKeyRow[]): readonly KeyRows[] => [
  ...groupBy(rows, ({ table, id }) => JSON.stringify([table, id])).values(),
];

/** The columns that a key refers to: the parent's primary key where it names none. */
export const referencedBy = (key: KeyRows): readonly string[] => key[0]?.parentKey ?? key.map(({ to }) => to ?? '');

/** Whether rows go with what they refer to, or let go of it. What a default is may be no row. */
export const goesAlong = (key: KeyRows): boolean =>
  key.every(({ onDelete, takesNull }) => onDelete === 'CASCADE' || (onDelete === 'SET NULL' && takesNull === 1));

/** A virtual table cannot be asked without the modules of the program that made it. */
const primaryKeyOf = (table: string): string =>
  `SELECT json_group_array(p.name ORDER BY p.pk) FROM main.sqlite_master AS m JOIN pragma_table_xinfo(m.name, 'main') AS p
    WHERE m.type = 'table' AND m.name = ${table} COLLATE NOCASE AND m.sql NOT LIKE 'CREATE VIRTUAL %' AND p.pk`;

/**
 * Foreign keys as a JSON array of `ForeignKeyRow`: of the tables of `standing AS t` for which a condition holds, which
 * may look at each key as `f`. A column of a primary key counts as one that takes no NULL: the rowid takes none.
 * https://www.sqlite.org/pragma.html#pragma_foreign_key_list
 */
export const foreignKeyRows = (condition: string): string =>
  `SELECT json_group_array(json_object('table', t.name, 'id', f.id, 'parent', f."table", 'from', f."from", 'to', f."to",
  'parentKey', CASE WHEN f."to" IS NULL THEN json((${primaryKeyOf('f."table"')})) END,
  'onUpdate', f.on_update, 'onDelete', f.on_delete, 'isLooked', t.isLooked,
  'takesNull', (SELECT NOT c."notnull" AND NOT c.pk FROM pragma_table_xinfo(t.name, 'main') AS c WHERE c.name = f."from")) ORDER BY t.name, f.id, f.seq)
FROM standing AS t JOIN pragma_foreign_key_list(t.name, 'main') AS f
WHERE ${condition}`;
