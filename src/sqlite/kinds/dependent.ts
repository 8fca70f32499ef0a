import { readDependents } from '../dependents.ts';
import { asItIs, type Draft, type KindModule, noRights, nothing } from './draft.ts';

const references = `SELECT json_group_array(json_object('id', f.id, 'from', f."from", 'parent', f."table") ORDER BY f.id, f.seq)
    FROM pragma_foreign_key_list(m.name, 'main') AS f`;

const columns = `SELECT json_group_array(x.name ORDER BY x.cid) FROM pragma_table_xinfo(m.name, 'main') AS x WHERE x.hidden = 0`;

/**
 * Objects of others around ours are read for a reset only. A virtual table cannot be asked without the modules of the
 * program that made it.
 */
export const dependent: KindModule<'dependent'> = {
  rows: ({ surroundings }) =>
    surroundings
      ? `SELECT json_group_array(json_object('type', type, 'name', name, 'table', tbl_name, 'sql', sql, 'isLooked', isLooked,
  'columns', json(CASE WHEN isOrdinary THEN (${columns}) ELSE '[]' END),
  'references', json(CASE WHEN isOrdinary THEN (${references}) ELSE '[]' END)) ORDER BY place)
FROM standing AS m`
      : 'SELECT json_array()',
  read: ({ look, answer }) => readDependents(answer.dependent, look.spared, answer.database[0].statistics),
  declare: nothing,
  respell: asItIs,
  write: {
    written: 'by itself',
    create: (o) => {
      throw new Error(`no plan can make ${o.name}`);
    },
    drop: ({ name, removal, relations }): readonly Draft[] => {
      const tables = relations.map((relation) => relation.slice(relation.indexOf('.') + 1));
      return [
        {
          sql: removal,
          scans: tables,
          rewrites: tables,
          hazards: [
            { name: 'data-loss', why: `${name} is gone, which is none of ours`, instead: 'keep its definition' },
          ],
          ...(tables.length === 0 ? {} : { foreignKeys: 'off' }),
        },
      ];
    },
  },
  needs: noRights,
  mend: null,
};
