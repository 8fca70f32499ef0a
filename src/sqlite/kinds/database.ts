import type { Look } from '../../model/look.ts';
import { asItIs, type KindModule, noRights } from './draft.ts';

const used = '(SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)';

/**
 * The file, which is there once it has been opened to write, and what reads it.
 * https://www.sqlite.org/pragma.html#pragma_page_count
 * https://www.sqlite.org/pragma.html#pragma_function_list
 */
export const database: KindModule<'database'> = {
  rows: () => `SELECT json_array(json_object('version', sqlite_version(),
  'bytes', (${used}) * (SELECT page_size FROM pragma_page_size),
  'statistics', (SELECT json_group_array(name) FROM main.sqlite_master
    WHERE type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4')),
  'journal', (SELECT journal_mode FROM pragma_journal_mode),
  'functions', (SELECT json_group_array(DISTINCT name) FROM pragma_function_list),
  'collations', (SELECT json_group_array(name) FROM pragma_collation_list)))`,
  read: ({ look }) => [fileAt(look)],
  declare: (_, place) => [fileAt(place)],
  respell: asItIs,
  write: { written: 'with the file' },
  needs: noRights,
  mend: null,
};

const fileAt = ({ database: name }: Pick<Look, 'database'>) => ({ kind: 'database', name }) as const;
