import type { Look } from '../../model/look.ts';
import { asItIs, type KindModule, noRights } from './draft.ts';

const used = '(SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)';

/** The file, which is there once it has been opened to write. https://www.sqlite.org/pragma.html#pragma_page_count */
export const database: KindModule<'database'> = {
  rows: () => `SELECT json_array(json_object('version', sqlite_version(),
  'bytes', (${used}) * (SELECT page_size FROM pragma_page_size),
  'isAnalysed', EXISTS (SELECT 1 FROM main.sqlite_master WHERE name = 'sqlite_stat1')))`,
  read: ({ look }) => [fileAt(look)],
  declare: (_, place) => [fileAt(place)],
  respell: asItIs,
  write: { written: 'with the file' },
  needs: noRights,
  mend: null,
};

const fileAt = ({ database: name }: Pick<Look, 'database'>) => ({ kind: 'database', name }) as const;
