import type { Content } from '../../model/look.ts';
import type { VersionObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { LiveTable } from '../live-table.ts';
import { schema } from '../names.ts';
import { folded } from '../text/tokens.ts';
import { type Draft, type KindModule, noRights, nothing } from './draft.ts';

/** Under the name that it was asked for by. */
export const version: KindModule<'version'> = {
  rows: null,
  read: ({ contents }) => contents.map((content) => ({ kind: 'version', schema, ...content })),
  declare: ({ tables }) =>
    tables.flatMap(({ name, content }) =>
      content === undefined
        ? []
        : [
            {
              kind: 'version',
              schema,
              table: name,
              column: content.column,
              values: content.values.map(String).toSorted(),
            },
          ],
    ),
  respell: (o, spelling) => ({ ...o, table: spelling.name(o.table), column: spelling.column(o.table, o.column) }),
  write: { written: 'by itself', create: exactRows, drop: nothing },
  needs: noRights,
  mend: null,
};

/**
 * Exactly the declared rows, whatever is there; its drop is that of its table. Where somebody keeps the declared rows
 * out, the others stay.
 */
function exactRows({ table, column, values }: VersionObject): readonly Draft[] {
  const [relation, name] = [table, column].map(quoteIdentifier);
  const list = values.join(', ');
  return [
    {
      sql: `INSERT INTO ${relation} (${name}) VALUES ${values.map((value) => `(${value})`).join(', ')} ON CONFLICT DO NOTHING`,
    },
    {
      sql: `DELETE FROM ${relation} WHERE ${name} NOT IN (${list}) AND EXISTS (SELECT 1 FROM ${relation} WHERE ${name} IN (${list}))`,
      scans: [table],
    },
  ];
}

/** Those bookkeeping tables that are there, with their column. */
export const readable = (contents: readonly Content[], tables: readonly LiveTable[]): readonly Content[] =>
  contents.filter(({ table, column }) =>
    tables.some(({ name, names }) => folded(name) === folded(table) && names.column(column) !== undefined),
  );

/** The rows of such tables, each with the place of its table in the list. */
export const contentQuery = (contents: readonly Content[]): string =>
  contents
    .map(
      ({ table, column }, i) =>
        `SELECT ${i} AS place, CAST(${quoteIdentifier(column)} AS TEXT) AS value FROM main.${quoteIdentifier(table)}`,
    )
    .join('\nUNION ALL ');
