import type { RenderContext } from '../../model/dialect.ts';
import { idOf } from '../../model/kinds.ts';
import type { Look } from '../../model/look.ts';
import type { RowsObject } from '../../model/objects.ts';
import { quoteLiteral } from '../../sql/quote.ts';
import { list, mayUseSchema } from '../asking.ts';
import { type Draft, impossible, type KindModule, losesData, relationOf, tableOf, writing } from './draft.ts';

export const rows: KindModule<'rows', { readonly table: string }> = {
  rows: (look) => (look.emptied.length === 0 ? null : query(look)),
  read: ({ table }, { schema }) => [{ kind: 'rows', schema, table }],
  declare: () => [],
  write: writing({
    create: impossible,
    alter: impossible,
    rename: impossible,
    drop: ({ from }, context) => [truncate([from], context)],
  }),
  needs: (change) =>
    change.type === 'drop' ? [{ right: 'use', privilege: 'TRUNCATE', table: change.from.table }] : [],
  mend: null,
};

/**
 * Tables that have rows, and those whose foreign keys refer to one of them: the server empties a table only together with
 * these. Rows that the role may not read, or row security may hide from it, are taken to be there: neither keeps them from
 * TRUNCATE. https://www.postgresql.org/docs/current/sql-truncate.html
 */
const query = ({ emptied, schema }: Look): string => `WITH RECURSIVE emptied AS (
    SELECT * FROM tab WHERE relkind IN ('r', 'p') AND relname IN (${list(emptied)})
  ),
  filled AS (
    SELECT oid, relname FROM emptied e WHERE CASE WHEN relkind = 'r' AND pg_relation_size(oid) = 0 THEN false
      WHEN NOT ${mayUseSchema} OR NOT has_table_privilege(oid, 'SELECT') OR row_security_active(oid) THEN true
      ELSE query_to_xml(format('SELECT 1 AS v FROM %s%I.%I LIMIT 1', CASE relkind WHEN 'r' THEN 'ONLY ' END, ${quoteLiteral(schema)}, relname),
        true, false, '')::text LIKE '%<v>%' END
    UNION SELECT e.oid, e.relname FROM filled JOIN pg_constraint k ON k.confrelid = filled.oid AND k.contype = 'f'
      JOIN emptied e ON e.oid = k.conrelid
  )
  SELECT relname AS "table" FROM filled`;

/**
 * One statement for all, since they refer to each other. Tables of others that inherit from ours stay out by ONLY, which
 * a partitioned table does not take. https://www.postgresql.org/docs/current/sql-truncate.html
 */
export function truncate(all: readonly RowsObject[], context: RenderContext): Draft {
  const names = all.map((o) => (isPartitioned(o, context.live) ? tableOf(o) : `ONLY ${tableOf(o)}`));
  return {
    sql: `TRUNCATE\n  ${names.join(',\n  ')}`,
    locks: all.map((o) => ({ relation: relationOf(o), mode: 'ACCESS EXCLUSIVE' })),
    hazards: all.flatMap((o) => losesData(context, relationOf(o), `all rows of ${relationOf(o)} go`)),
  };
}

function isPartitioned({ schema, table }: RowsObject, live: RenderContext['live']): boolean {
  const found = live.get(idOf.table(schema, table));
  return found?.kind === 'table' && found.options.includes('PARTITIONED');
}
