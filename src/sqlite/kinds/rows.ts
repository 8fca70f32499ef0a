import { idOf } from '../../model/kinds.ts';
import type { RenderContext } from '../../model/dialect.ts';
import { quoteIdentifier, quoteSqliteText } from '../../sql/quote.ts';
import type { LiveTable } from '../live-table.ts';
import { schema } from '../names.ts';
import { folded } from '../text/tokens.ts';
import { type Draft, type KindModule, losesData, noRights, nothing } from './draft.ts';

export const rows: KindModule<'rows'> = {
  rows: null,
  read: ({ filled }) => filled.map((table) => ({ kind: 'rows', schema, table })),
  declare: nothing,
  respell: (o, spelling) => ({ ...o, table: spelling.name(o.table) }),
  write: {
    written: 'by itself',
    create: (o) => {
      throw new Error(`no plan can make the rows of ${o.table}`);
    },
    drop: ({ table }, context) => [
      deleteAll(table, context),
      ...(countsUp(table, context)
        ? [{ sql: `DELETE FROM main.sqlite_sequence WHERE name = ${quoteSqliteText(table)} COLLATE NOCASE` }]
        : []),
    ],
  },
  needs: noRights,
  mend: null,
};

/**
 * Without a condition, a trigger and a foreign key to look at, SQLite gives the pages of a table back as a whole. Our tables
 * refer to each other, and are all emptied. https://www.sqlite.org/lang_delete.html#the_truncate_optimization
 */
const deleteAll = (table: string, context: RenderContext): Draft => ({
  sql: `DELETE FROM main.${quoteIdentifier(table)}`,
  hazards: losesData(context, table, `all rows of ${table} go`),
  foreignKeys: 'off',
});

function countsUp(table: string, { live }: RenderContext): boolean {
  const found = live.get(idOf.table(schema, table));
  return found?.kind === 'table' && found.options.includes('AUTOINCREMENT');
}

/** Those tables of a list of names that are there. */
export const fillable = (emptied: readonly string[], tables: readonly LiveTable[]): readonly LiveTable[] => {
  const names = new Set(emptied.map(folded));
  return tables.filter(({ name }) => names.has(folded(name)));
};

/** The names of such tables that have rows, each as `name`. */
export const filledQuery = (tables: readonly LiveTable[]): string =>
  tables
    .map(
      ({ name }) =>
        `SELECT ${quoteSqliteText(name)} AS name WHERE EXISTS (SELECT 1 FROM main.${quoteIdentifier(name)})`,
    )
    .join('\nUNION ALL ');

/** The filled tables, and those that refer to one of them: no row may come into these before the others are empty. */
export function withReferring(filled: ReadonlySet<string>, tables: readonly LiveTable[]): readonly string[] {
  const names = new Set([...filled].map(folded));
  for (let known = -1; known < names.size;) {
    known = names.size;
    for (const { name, foreignKeys } of tables)
      if (foreignKeys.some(({ parent }) => names.has(folded(parent)))) names.add(folded(name));
  }
  return tables.flatMap(({ name }) => (names.has(folded(name)) ? [name] : []));
}
