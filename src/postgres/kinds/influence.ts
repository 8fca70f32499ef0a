import type { Place } from '../../model/look.ts';
import type { InfluenceObject } from '../../model/objects.ts';
import { rowsIn, rowsWhere } from '../asking.ts';
import { child, parent } from '../influences/inheritance.ts';
import { publication } from '../influences/publication.ts';
import { rights } from '../influences/rights.ts';
import { routine } from '../influences/routine.ts';
import { rule } from '../influences/rule.ts';
import { setting } from '../influences/setting.ts';
import type { Influence, Source } from '../influences/source.ts';
import { impossible, type KindModule, writing } from './draft.ts';

type What = InfluenceObject['what'];

const sources: { readonly [W in What]: Source } = { rule, child, parent, publication, routine, setting, rights };

interface InfluenceRow {
  readonly what: What;
  readonly found: string | null;
}

/** A reset asks for what depends on ours instead, and leaves the rest as it is. */
export const influence: KindModule<'influence', InfluenceRow> = {
  rows: (look) =>
    look.surroundings
      ? null
      : Object.entries(sources)
          .map(
            ([what, { mayBeThere, rows }]) =>
              `SELECT '${what}' AS what, ${rowsWhere(mayBeThere(look), look, rows(look))} AS found`,
          )
          .join('\nUNION ALL '),
  read: ({ what, found }, place) => {
    const read = sources[what].read as (row: unknown, place: Place) => readonly Influence[];
    return rowsIn(found)
      .flatMap((row) => read(row, place))
      .map((one) => ({ kind: 'influence', schema: place.schema, what, ...one }));
  },
  declare: () => [],
  write: writing({ create: impossible, alter: impossible, rename: impossible, drop: impossible }),
  needs: () => [],
  mend: ({ removal }) => removal,
};
