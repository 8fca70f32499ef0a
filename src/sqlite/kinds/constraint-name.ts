import { quoteIdentifier } from '../../sql/quote.ts';

/** `CONSTRAINT …` for a name that is not the one that it would have anyway. */
export const constraintName = (name: string, unnamed: string): string =>
  name.replace(/\d+$/, '') === unnamed || name === unnamed ? '' : `CONSTRAINT ${quoteIdentifier(name)} `;
