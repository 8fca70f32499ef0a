import type { VersionObject } from '../../model/objects.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { type Draft, type KindRenderer, never, tableOf } from '../draft.ts';

const insert = (o: VersionObject): Draft => ({
  sql: `INSERT INTO ${tableOf(o)} (${quoteIdentifier(o.column)}) VALUES ${o.values.map((v) => `(${v})`).join(', ')} ON CONFLICT DO NOTHING`,
  lock: 'ROW EXCLUSIVE',
});

const deleteOthers = (o: VersionObject): Draft => ({
  sql: `DELETE FROM ${tableOf(o)} WHERE ${quoteIdentifier(o.column)}::text NOT IN (${o.values.map(quoteLiteral).join(', ')})`,
  lock: 'ROW EXCLUSIVE',
});

export const version: KindRenderer<VersionObject> = {
  create: (o) => [insert(o)],
  alter: ({ to }) => [deleteOthers(to), insert(to)],
  rename: never('rename a version row'),
  drop: (o) => [{ sql: `DELETE FROM ${tableOf(o)}`, lock: 'ROW EXCLUSIVE', hazards: ['data loss'] }],
};
