import { collationOf, type LiveTable, otherThanBinary } from './live-table.ts';
import { parseIndex, parseKeyPart } from './text/parse.ts';
import { folded, type Token } from './text/tokens.ts';

/** What tells the keys of a table. */
export interface Keyed extends Pick<LiveTable, 'parsed' | 'textOf'> {
  readonly indexes: readonly { readonly sql: string }[];
}

/**
 * Whether columns are the primary key, or all columns of a unique index over all rows with the collations of the columns.
 * https://www.sqlite.org/foreignkeys.html#fk_indexes
 */
export function isKey(columns: readonly string[], count: number, { parsed, indexes, textOf }: Keyed): boolean {
  const wanted = columns.map(folded).toSorted().join();
  const isSame = (parts: readonly (readonly Token[])[]): boolean => {
    const terms = parts.map(parseKeyPart);
    const hasOwn = terms.every(({ collation, term: [first] }) => {
      const own = collationOf(textOf(first?.value ?? ''));
      return collation === null || otherThanBinary(collation) === own;
    });
    return (
      hasOwn &&
      terms
        .map(({ term }) => folded(term.map(({ value }) => value).join(' ')))
        .toSorted()
        .join() === wanted
    );
  };
  const unique = indexes.map(({ sql }) => parseIndex(sql)).filter((index) => index.unique && index.where === null);
  return (
    columns.length === count &&
    (parsed.constraints.some((own) => own.kind === 'key' && isSame(own.columns)) ||
      unique.some((index) => isSame(index.columns)))
  );
}
