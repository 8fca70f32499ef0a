import type { RenderContext } from '../../model/dialect.ts';
import type { CheckObject, ForeignKeyObject, KeyObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import {
  alterTable,
  columnList,
  type Draft,
  differing,
  dropConstraint,
  type KindRenderer,
  qualified,
  renameConstraint,
} from '../draft.ts';
import { contentOf, emptyTable } from './version.ts';

export const keyClause = (o: KeyObject): string =>
  [
    o.primary ? 'PRIMARY KEY' : 'UNIQUE',
    ...(o.nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
    columnList(o.columns),
    ...(o.include.length === 0 ? [] : [`INCLUDE ${columnList(o.include)}`]),
    ...deferrableClause(o),
  ].join(' ');

export const checkClause = (o: CheckObject): string => [`CHECK (${o.expression})`, ...validity(o)].join(' ');

const foreignKeyClause = (o: ForeignKeyObject): string =>
  [
    `FOREIGN KEY ${columnList(o.columns)} REFERENCES ${qualified(o.referencedSchema, o.referencedTable)} ${columnList(o.referencedColumns)}`,
    ...(o.match === 'SIMPLE' ? [] : [`MATCH ${o.match}`]),
    `ON UPDATE ${o.onUpdate} ON DELETE ${o.onDelete}`,
    ...deferrableClause(o),
    ...validity(o),
  ].join(' ');

/** https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-ENFORCED */
const validity = (o: CheckObject | ForeignKeyObject): readonly string[] => {
  if (o.notEnforced === true) return ['NOT ENFORCED'];
  return o.validated ? [] : ['NOT VALID'];
};

const deferrableClause = (o: KeyObject | ForeignKeyObject): readonly string[] =>
  o.deferrable === 'no' ? [] : [`DEFERRABLE ${o.deferrable.toUpperCase()}`];

type ConstraintObject = KeyObject | CheckObject | ForeignKeyObject;

const add = (o: { readonly name: string }, clause: string): string =>
  `ADD CONSTRAINT ${quoteIdentifier(o.name)} ${clause}`;

/** Every row is looked at while writers wait. */
const addConstraint = (o: ConstraintObject, clause: string, lock?: Draft['lock']): Draft => ({
  ...alterTable(o, add(o, clause), lock),
  hazards: ['blocks writers'],
});

/** Drop and add in one statement: the table is never without the constraint. */
const replace = (o: ConstraintObject, clause: string): Draft => ({
  ...alterTable(o, `DROP CONSTRAINT ${quoteIdentifier(o.name)}, ${add(o, clause)}`),
  hazards: ['blocks writers'],
});

const validate = (o: ConstraintObject): Draft =>
  alterTable(o, `VALIDATE CONSTRAINT ${quoteIdentifier(o.name)}`, 'SHARE UPDATE EXCLUSIVE');

const only = (fields: ReadonlySet<string>, field: string): boolean => fields.size === 1 && fields.has(field);

export const key: KindRenderer<KeyObject> = {
  create: (o, context) => [...(isRepeated(o, context) ? [emptyTable(o)] : []), addConstraint(o, keyClause(o))],
  alter: ({ from, to }, context) => {
    const users = sameColumns(from.columns, to.columns) ? foreignKeysTo(from, context) : [];
    return [
      ...users.map(dropConstraint),
      replace(to, keyClause(to)),
      ...users.flatMap((user) => foreignKey.create(user, context)),
    ];
  },
  rename: renameConstraint,
  drop: (o) => [dropConstraint(o)],
};

/**
 * Those of our tables, also under the names of earlier releases, as they are: what is to become of them comes later in
 * the plan. They keep the key from being dropped. So does one of somebody else's table, which is not ours to drop, and
 * then the server refuses.
 */
const foreignKeysTo = (o: KeyObject, { live }: RenderContext): readonly ForeignKeyObject[] =>
  [...live.values()].filter(
    (f): f is ForeignKeyObject =>
      f.kind === 'foreignKey' &&
      f.referencedSchema === o.schema &&
      f.referencedTable === o.table &&
      sameColumns(f.referencedColumns, o.columns),
  );

const sameColumns = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((column) => b.includes(column));

/** Whether a bookkeeping table without its key has one value in two rows. */
function isRepeated(o: KeyObject, { live, target }: RenderContext): boolean {
  const values = contentOf(live, o)?.values ?? [];
  return contentOf(target, o) !== null && new Set(values).size < values.length;
}

export const check: KindRenderer<CheckObject> = {
  create: (o) => [addConstraint(o, checkClause(o))],
  alter: (change) =>
    only(differing(change), 'validated') ? [validate(change.to)] : [replace(change.to, checkClause(change.to))],
  rename: renameConstraint,
  drop: (o) => [dropConstraint(o)],
};

export const foreignKey: KindRenderer<ForeignKeyObject> = {
  create: (o) => [addConstraint(o, foreignKeyClause(o), 'SHARE ROW EXCLUSIVE')],
  alter: (change) => {
    const fields = differing(change);
    const { to } = change;
    return only(fields, 'validated') ? [validate(to)] : [replace(to, foreignKeyClause(to))];
  },
  rename: renameConstraint,
  drop: (o) => [dropConstraint(o)],
};
