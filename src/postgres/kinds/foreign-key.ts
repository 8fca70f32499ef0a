import type { RenderContext } from '../../model/dialect.ts';
import { relationName } from '../../model/facts.ts';
import type { Hazard } from '../../model/hazard.ts';
import type { ForeignKeyObject } from '../../model/objects.ts';
import { rowsIn } from '../asking.ts';
import {
  addConstraint,
  deferrableClause,
  dropConstraint,
  renameConstraint,
  replaceConstraint,
  validate,
  validatedLater,
  validityClause,
  validityOf,
} from '../constraint.ts';
import { type ForeignKeyRow, foreignKeysQuery, type IncomingKeyRow, type OwnKeyRow } from '../foreign-keys-query.ts';
import { defaultName } from '../spelling.ts';
import {
  columnList,
  type Draft,
  differing,
  isOnly,
  type KindModule,
  type LockMode,
  mayFail,
  mayOwn,
  nameOf,
  qualified,
  relationOf,
  writing,
} from './draft.ts';

interface Row {
  /** Null in the row of the incoming ones. */
  readonly own: OwnKeyRow | null;
  readonly incoming: string | null;
}

const keyOf = <R extends ForeignKeyRow>({ validated, enforced, ...row }: R) => ({
  kind: 'foreignKey' as const,
  ...row,
  ...validityOf({ validated, enforced }),
});

const incomingKeyOf = ({ setsOff, ...row }: IncomingKeyRow) => ({
  ...keyOf(row),
  ...(setsOff === null ? {} : { setsOff }),
});

export const foreignKey: KindModule<'foreignKey', Row> = {
  rows: foreignKeysQuery,
  read: ({ own, incoming }, { schema }) => {
    if (own === null) return (rowsIn(incoming) as readonly IncomingKeyRow[]).map(incomingKeyOf);
    const { unguarded, ...row } = own;
    return [{ schema, ...keyOf(row), ...(unguarded ? { unguarded } : {}) }];
  },
  declare: ({ tables }, { schema }) =>
    tables.flatMap(({ name: table, foreignKeys = [] }) =>
      foreignKeys.map(({ name, columns, references, onUpdate, onDelete }) => ({
        kind: 'foreignKey',
        schema,
        table,
        name: name ?? defaultName(table, columns, 'fkey'),
        columns,
        referencedSchema: schema,
        referencedTable: references.table,
        referencedColumns: references.columns,
        onUpdate,
        onDelete,
        match: 'SIMPLE',
        deferrable: 'no',
        validated: true,
      })),
    ),
  write: writing({
    create: ({ to }, context) => [addForeignKey(to, context)],
    alter: (change, context) => {
      const { to } = change;
      if (to.validated && isOnly(differing(change), 'validated')) {
        const locks = locking(to, 'SHARE UPDATE EXCLUSIVE', 'ROW SHARE');
        return [
          { ...validate(to), ...locks, scans: lookedThrough(to, context), hazards: mayPointNowhere(to, context) },
        ];
      }
      const replaced = { ...replaceConstraint(to, clauseOf(to)), ...locking(to, 'ACCESS EXCLUSIVE') };
      return [checked(to, replaced, context)];
    },
    rename: renameConstraint,
    drop: ({ from }) => [dropForeignKey(from)],
  }),
  needs: (change) => {
    if (change.type === 'drop') return mayOwn(change.from);
    return [...mayOwn(change.to), { right: 'use', privilege: 'REFERENCES', table: change.to.referencedTable }];
  },
  mend: (o) => dropConstraint(o).sql,
};

const clauseOf = (o: ForeignKeyObject): string =>
  [
    `FOREIGN KEY ${columnList(o.columns)} REFERENCES ${qualified(o.referencedSchema, o.referencedTable)} ${columnList(o.referencedColumns)}`,
    ...(o.match === 'SIMPLE' ? [] : [`MATCH ${o.match}`]),
    `ON UPDATE ${o.onUpdate} ON DELETE ${o.onDelete}`,
    ...deferrableClause(o),
    ...validityClause(o),
  ].join(' ');

/** Its own table, and the one that it points at. */
export const tablesOf = (o: ForeignKeyObject): readonly string[] => [
  ...new Set([relationOf(o), relationName(o.referencedSchema, o.referencedTable)]),
];

/** The triggers that enforce it stand on both tables, so that both are locked whenever they come or go. */
const locking = (o: ForeignKeyObject, own: LockMode, other: LockMode = own): Required<Pick<Draft, 'locks'>> => ({
  locks: tablesOf(o).map((relation, i) => ({ relation, mode: i === 0 ? own : other })),
});

export const addForeignKey = (o: ForeignKeyObject, context: RenderContext): Draft =>
  checked(o, { ...addConstraint(o, clauseOf(o)), ...locking(o, 'SHARE ROW EXCLUSIVE') }, context);

export const dropForeignKey = (o: ForeignKeyObject): Draft => ({
  ...dropConstraint(o),
  ...locking(o, 'ACCESS EXCLUSIVE'),
});

/** What is looked through to check all rows: where there are none, nothing is looked up for them. */
const lookedThrough = (o: ForeignKeyObject, { facts }: RenderContext): readonly string[] =>
  facts.get(relationOf(o))?.rows === 0 ? [relationOf(o)] : tablesOf(o);

const checked = (o: ForeignKeyObject, draft: Draft, context: RenderContext): Draft =>
  o.validated
    ? { ...draft, scans: lookedThrough(o, context), hazards: mayPointNowhere(o, context), instead: validatedLater }
    : draft;

const mayPointNowhere = (o: ForeignKeyObject, context: RenderContext): readonly Hazard[] =>
  mayFail(
    context,
    relationOf(o),
    `rows that point at no row of ${tablesOf(o).at(-1)} keep the ${nameOf(o)} from being made`,
  );
