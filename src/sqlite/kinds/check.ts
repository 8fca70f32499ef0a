import type { ChangeOf } from '../../model/change.ts';
import type { RenderContext } from '../../model/dialect.ts';
import type { Hazard } from '../../model/hazard.ts';
import type { CheckObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { LiveTable } from '../live-table.ts';
import { claimer, conventional, schema } from '../names.ts';
import { canonical } from '../text/canonical.ts';
import { type KindModule, mayFail, noRights, nothing, respelt } from './draft.ts';

/** No definition has one: those that are there are somebody else's. */
export const check: KindModule<'check'> = {
  rows: null,
  read: ({ tables }) => tables.flatMap(checkObjects),
  declare: nothing,
  respell: (o, spelling) => ({
    ...respelt(o, spelling),
    expression: spelling.expression(o.table, o.expression),
  }),
  write: { written: 'with its table', hazards },
  needs: noRights,
  mend: null,
};

function checkObjects({ name: table, parsed, names }: LiveTable): readonly CheckObject[] {
  const claim = claimer();
  return parsed.constraints.flatMap((constraint) => {
    if (constraint.kind !== 'check') return [];
    const named = constraint.expression.filter(({ type }) => type === 'word' || type === 'name');
    const columns = new Set(named.flatMap(({ value }) => names.column(value) ?? []));
    return [
      {
        kind: 'check',
        schema,
        table,
        name: claim(constraint.name ?? conventional.check(table, columns.size === 1 ? [...columns] : [])),
        expression: canonical(constraint.expression, names),
        validated: true,
      },
    ];
  });
}

function hazards(change: ChangeOf<'check'>, context: RenderContext): readonly Hazard[] {
  if (change.type === 'drop' || change.type === 'rename') return [];
  const { table, expression } = change.to;
  const query = `SELECT * FROM ${quoteIdentifier(table)} WHERE NOT (${expression})`;
  return mayFail(context, table, `rows of ${table} may not meet ${expression}`, query);
}

/** A check behind the columns of CREATE TABLE. */
export const checkClause = (o: CheckObject): string => `CONSTRAINT ${quoteIdentifier(o.name)} CHECK (${o.expression})`;
