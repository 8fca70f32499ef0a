import type { Rename } from '../model/change.ts';
import type { CatalogObject, CheckObject, Deferrable, ForeignKeyObject } from '../model/objects.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { alterTable, type Draft } from './kinds/draft.ts';

interface Named {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/** A new name and nothing else. */
export const renameConstraint = ({ from, to }: Rename<CatalogObject & Named>): readonly Draft[] => [
  alterTable(to, `RENAME CONSTRAINT ${quoteIdentifier(from.name)} TO ${quoteIdentifier(to.name)}`),
];

export const dropConstraint = (o: Named): Draft => alterTable(o, `DROP CONSTRAINT ${quoteIdentifier(o.name)}`);

export const addConstraint = (o: Named, clause: string): Draft => alterTable(o, adding(o, clause));

/** Drop and add in one statement: the table is never without the constraint. */
export const replaceConstraint = (o: Named, clause: string): Draft =>
  alterTable(o, `DROP CONSTRAINT ${quoteIdentifier(o.name)}, ${adding(o, clause)}`);

const adding = ({ name }: Named, clause: string): string => `ADD CONSTRAINT ${quoteIdentifier(name)} ${clause}`;

/** When a constraint is checked. https://www.postgresql.org/docs/current/catalog-pg-constraint.html */
export const deferrable = `CASE WHEN condeferred THEN 'initially deferred' WHEN condeferrable THEN 'initially immediate' ELSE 'no' END`;

export const deferrableClause = (o: { readonly deferrable: Deferrable }): readonly string[] =>
  o.deferrable === 'no' ? [] : [`DEFERRABLE ${o.deferrable.toUpperCase()}`];

type Validated = CheckObject | ForeignKeyObject;

/** Whether rows are checked, old ones and new ones; PostgreSQL 18 and newer can do without both. */
export interface ValidityRow {
  readonly validated: boolean;
  readonly enforced: boolean;
}

export const validityOf = ({ validated, enforced }: ValidityRow): Pick<Validated, 'validated' | 'notEnforced'> => ({
  validated,
  ...(enforced ? {} : { notEnforced: true }),
});

/** https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-ENFORCED */
export const validityClause = (o: Validated): readonly string[] => {
  if (o.notEnforced === true) return ['NOT ENFORCED'];
  return o.validated ? [] : ['NOT VALID'];
};

export const validate = (o: Validated): Draft =>
  alterTable(o, `VALIDATE CONSTRAINT ${quoteIdentifier(o.name)}`, 'SHARE UPDATE EXCLUSIVE');

/** How such a constraint is made while others work. */
export const validatedLater = 'ADD CONSTRAINT … NOT VALID, then VALIDATE CONSTRAINT in another transaction';
