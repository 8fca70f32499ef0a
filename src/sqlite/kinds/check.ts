import type { CheckObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';

/** A check behind the columns of CREATE TABLE. */
export const checkClause = (check: CheckObject): string =>
  `CONSTRAINT ${quoteIdentifier(check.name)} CHECK (${check.expression})`;
