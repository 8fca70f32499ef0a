import type { DependentObject } from '../../model/objects.ts';
import { dependentsQuery } from '../dependents.ts';
import { impossible, type KindModule, writing } from './draft.ts';

export const dependent: KindModule<'dependent', Omit<DependentObject, 'kind'>> = {
  rows: (look) => (look.surroundings ? dependentsQuery(look) : null),
  read: (row) => [{ kind: 'dependent', ...row }],
  declare: () => [],
  write: writing({
    create: impossible,
    alter: impossible,
    rename: impossible,
    drop: ({ from }) => [
      {
        sql: from.removal,
        locks: from.relations.map((relation) => ({ relation, mode: 'ACCESS EXCLUSIVE' })),
        hazards: [{ name: 'data-loss', why: `${from.name}, which is not ours, goes too`, instead: null }],
      },
    ],
  }),
  // Whoever owns a schema or a table may drop what stands in it; the server knows who may drop the rest.
  needs: () => [],
  mend: null,
};
