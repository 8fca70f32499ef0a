import type { RenderContext } from '../../model/dialect.ts';
import { relationName } from '../../model/facts.ts';
import type { Hazard } from '../../model/hazard.ts';
import type { Deferrable, ForeignKeyObject, ReferentialAction } from '../../model/objects.ts';
import { columnNames } from '../asking.ts';
import {
  addConstraint,
  deferrable,
  deferrableClause,
  dropConstraint,
  renameConstraint,
  replaceConstraint,
  validate,
  validatedLater,
  validityClause,
  validityOf,
  type ValidityRow,
} from '../constraint.ts';
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

interface ForeignKeyRow extends ValidityRow {
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly referencedSchema: string;
  readonly referencedTable: string;
  readonly referencedColumns: readonly string[];
  readonly onUpdate: ReferentialAction;
  readonly onDelete: ReferentialAction;
  readonly match: ForeignKeyObject['match'];
  readonly deferrable: Deferrable;
  readonly unguarded: boolean;
}

/** https://www.postgresql.org/docs/current/catalog-pg-constraint.html */
const action = (code: string): string =>
  `CASE ${code} WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END`;

/**
 * Triggers of the server's own enforce it, on both tables. Whoever ends a restore that had switched all triggers off
 * leaves them off. https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-DISABLE-ENABLE-TRIGGER
 */
const query = `SELECT con."table", conname AS name, convalidated AS validated, enforced, ${deferrable} AS deferrable, columns,
    n.nspname AS "referencedSchema", f.relname AS "referencedTable", ${columnNames('confkey', 'confrelid')} AS "referencedColumns",
    ${action('confupdtype')} AS "onUpdate", ${action('confdeltype')} AS "onDelete",
    CASE confmatchtype WHEN 'f' THEN 'FULL' WHEN 'p' THEN 'PARTIAL' ELSE 'SIMPLE' END AS match,
    EXISTS (SELECT FROM pg_trigger t WHERE t.tgconstraint = con.oid AND t.tgenabled IN ('D', 'R')) AS unguarded
  FROM con JOIN pg_class f ON f.oid = confrelid JOIN pg_namespace n ON n.oid = f.relnamespace WHERE contype = 'f'`;

export const foreignKey: KindModule<'foreignKey', ForeignKeyRow> = {
  rows: () => query,
  read: ({ validated, enforced, unguarded, ...row }, { schema }) => [
    {
      kind: 'foreignKey',
      schema,
      ...row,
      ...validityOf({ validated, enforced }),
      ...(unguarded ? { unguarded: true } : {}),
    },
  ],
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
