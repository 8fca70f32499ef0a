import type { VersionObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { KindRule } from './rule.ts';

/** Exactly the declared rows, whatever is there; its drop is that of its table. */
export const version: KindRule<VersionObject> = {
  written: 'by itself',
  create: ({ table, column, values }) => [
    `DELETE FROM ${quoteIdentifier(table)}`,
    `INSERT INTO ${quoteIdentifier(table)} (${quoteIdentifier(column)}) VALUES ${values.map((value) => `(${value})`).join(', ')}`,
  ],
  drop: () => [],
};
