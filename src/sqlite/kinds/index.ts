import type { IndexObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { KindRule } from './rule.ts';

/** https://www.sqlite.org/lang_createindex.html */
export const createIndex = (index: IndexObject): string =>
  `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(index.name)} ` +
  `ON ${quoteIdentifier(index.table)} (${index.columns.join(', ')})` +
  (index.predicate === null ? '' : ` WHERE ${index.predicate}`);

export const index: KindRule<IndexObject> = {
  written: 'by itself',
  create: (o) => [createIndex(o)],
  drop: (o) => [`DROP INDEX ${quoteIdentifier(o.name)}`],
};
