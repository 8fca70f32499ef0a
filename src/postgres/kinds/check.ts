import type { RenderContext } from '../../model/dialect.ts';
import type { Hazard } from '../../model/hazard.ts';
import type { CheckObject } from '../../model/objects.ts';
import {
  addConstraint,
  dropConstraint,
  renameConstraint,
  replaceConstraint,
  validate,
  validatedLater,
  validityClause,
  validityOf,
  type ValidityRow,
} from '../constraint.ts';
import {
  type Draft,
  differing,
  isOnly,
  type KindModule,
  mayFail,
  mayOwn,
  nameOf,
  relationOf,
  writing,
} from './draft.ts';

interface CheckRow extends ValidityRow {
  readonly table: string;
  readonly name: string;
  readonly expression: string;
}

/** An exclusion constraint counts as a check: nobody declares one, and it can refuse rows. */
const query = `SELECT "table", conname AS name, convalidated AS validated, enforced,
    CASE contype WHEN 'c' THEN pg_get_expr(conbin, conrelid) ELSE pg_get_constraintdef(oid) END AS expression
  FROM con WHERE contype IN ('c', 'x')`;

export const check: KindModule<'check', CheckRow> = {
  rows: () => query,
  read: ({ table, name, expression, ...rest }, { schema }) => [
    { kind: 'check', schema, table, name, expression, ...validityOf(rest) },
  ],
  declare: () => [],
  write: writing({
    create: ({ to }, context) => [checked(to, addConstraint(to, checkClause(to)), context)],
    alter: (change, context) => {
      const { to } = change;
      if (to.validated && isOnly(differing(change), 'validated')) {
        return [{ ...validate(to), scans: [relationOf(to)], hazards: mayBeViolated(to, context) }];
      }
      return [checked(to, replaceConstraint(to, checkClause(to)), context)];
    },
    rename: renameConstraint,
    drop: ({ from }) => [dropConstraint(from)],
  }),
  needs: (change) => mayOwn(change.type === 'drop' ? change.from : change.to),
  mend: (o) => dropConstraint(o).sql,
};

export const checkClause = (o: CheckObject): string => [`CHECK (${o.expression})`, ...validityClause(o)].join(' ');

const checked = (o: CheckObject, draft: Draft, context: RenderContext): Draft =>
  o.validated
    ? { ...draft, scans: [relationOf(o)], hazards: mayBeViolated(o, context), instead: validatedLater }
    : draft;

const mayBeViolated = (o: CheckObject, context: RenderContext): readonly Hazard[] =>
  mayFail(context, relationOf(o), `rows that the ${nameOf(o)} forbids keep it from being made`);
