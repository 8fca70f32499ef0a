import { likelyRenames, renameText } from '../planner/likely-renames.ts';
import { renameColumn } from '../sql/rename-column.ts';
import { indented, type Paint, wrapped } from './page.ts';
import type { DatabaseView } from './view.ts';

type Renamed = Pick<DatabaseView, 'plan' | 'dialect'>;

/** The columns that were most likely renamed by hand, each with the statement that gives it its name back. */
export const renamesText = (view: Renamed, paint: Paint): string =>
  renamesOf(view)
    .map(({ text, sql }) => `${wrapped(`! ${text}`, 2, 6).replace('!', paint('yellow', '!'))}\n${indented(sql, 6)}\n`)
    .join('');

/** The same in parts. */
export const renamesOf = ({ plan, dialect }: Renamed): readonly { readonly text: string; readonly sql: string }[] =>
  likelyRenames(plan).map((rename) => ({
    text: renameText(rename),
    sql: renameColumn(dialect, rename.from, rename.to.name),
  }));
