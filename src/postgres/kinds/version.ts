import type { Catalog } from '../../model/catalog.ts';
import { idFor } from '../../model/kinds.ts';
import type { VersionObject } from '../../model/objects.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { type Draft, type KindRenderer, never, tableOf } from '../draft.ts';

const insert = (o: VersionObject): Draft => ({
  sql: `INSERT INTO ${tableOf(o)} (${quoteIdentifier(o.column)}) VALUES ${o.values.map((v) => `(${v})`).join(', ')} ON CONFLICT DO NOTHING`,
  lock: 'ROW EXCLUSIVE',
});

const isOther = ({ column, values }: VersionObject): string =>
  `${quoteIdentifier(column)}::text NOT IN (${values.map(quoteLiteral).join(', ')})`;

const deleteOthers = (o: VersionObject): Draft => ({
  sql: `DELETE FROM ${tableOf(o)} WHERE ${isOther(o)}`,
  lock: 'ROW EXCLUSIVE',
});

/** For a column that may not be as declared yet, so that there can be rows without a value, too. */
export const deleteStrange = (o: VersionObject): Draft => ({
  sql: `DELETE FROM ${tableOf(o)} WHERE ${quoteIdentifier(o.column)} IS NULL OR ${isOther(o)}`,
  lock: 'ROW EXCLUSIVE',
});

/** The declared or found content of the table that an object stands in. */
export function contentOf(catalog: Catalog, { schema, table }: { readonly schema: string; readonly table: string }) {
  const found = catalog.get(idFor({ kind: 'version', schema, table, column: '', values: [] }));
  return found?.kind === 'version' ? found : null;
}

/** For a table whose whole content is declared, and written again by the same plan. */
export const emptyTable = (o: { readonly schema: string; readonly table: string }): Draft => ({
  sql: `DELETE FROM ${tableOf(o)}`,
  lock: 'ROW EXCLUSIVE',
});

export const version: KindRenderer<VersionObject> = {
  create: (o) => [insert(o)],
  alter: ({ to }) => [deleteOthers(to), insert(to)],
  rename: never('rename a version row'),
  drop: (o) => [{ ...emptyTable(o), hazards: ['data loss'] }],
};
