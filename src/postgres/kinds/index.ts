import type { RenderContext } from '../../model/dialect.ts';
import { makeshiftName } from '../../model/makeshift.ts';
import type { IndexObject } from '../../model/objects.ts';
import { identifierAsPrinted, quoteIdentifier } from '../../sql/quote.ts';
import { predicateText } from '../spelling.ts';
import {
  type Draft,
  differing,
  type KindModule,
  lock,
  mayFail,
  mayOwn,
  nameOf,
  qualified,
  relationOf,
  tableOf,
  writing,
} from './draft.ts';

/**
 * An index column prints as its name or expression, then whatever is not what the engine would choose itself:
 * collation, operator class, order. Bit 1 of indoption is DESC, bit 2 NULLS FIRST.
 * https://www.postgresql.org/docs/current/catalog-pg-index.html
 */
const query = `SELECT tab.relname AS "table", c.relname AS name, am.amname AS method, i.indisunique AS "unique",
    i.indisvalid AND i.indisready AND i.indislive AS valid, pg_get_expr(i.indpred, i.indrelid) AS predicate,
    coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false) AS "nullsNotDistinct",
    (SELECT json_agg(pg_get_indexdef(i.indexrelid, k, false)
      || CASE WHEN i.indcollation[k - 1] NOT IN (0, coalesce(a.attcollation, 0)) THEN ' COLLATE ' || i.indcollation[k - 1]::regcollation::text ELSE '' END
      || CASE WHEN oc.opcdefault THEN '' ELSE ' ' || quote_ident(oc.opcname) END
      || (ARRAY['', ' DESC NULLS LAST', ' NULLS FIRST', ' DESC'])[i.indoption[k - 1] + 1] ORDER BY k)
      FROM generate_series(1, i.indnkeyatts) k JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]
      LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k - 1] AND a.attnum > 0) AS columns,
    (SELECT coalesce(json_agg(pg_get_indexdef(i.indexrelid, k, false) ORDER BY k), '[]')
      FROM generate_series(i.indnkeyatts + 1, i.indnatts) k) AS include
  FROM tab JOIN pg_index i ON i.indrelid = tab.oid JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am am ON am.oid = c.relam
  WHERE c.oid NOT IN (SELECT conindid FROM con WHERE contype IN ('p', 'u', 'x'))`;

export const index: KindModule<'index', Omit<IndexObject, 'kind' | 'schema'>> = {
  rows: () => query,
  read: (row, { schema }) => [{ kind: 'index', schema, ...row }],
  declare: ({ tables }, { schema }) =>
    tables.flatMap(({ name: table, indexes = [] }) =>
      indexes.map(({ name, method, unique, columns, include = [], where }) => ({
        kind: 'index',
        schema,
        table,
        name,
        method: method === 'inverted' ? 'gin' : 'btree',
        unique: unique === true,
        columns: columns.map((c) =>
          typeof c === 'string' ? identifierAsPrinted(c) : `${identifierAsPrinted(c.column)} DESC`,
        ),
        include: include.map(identifierAsPrinted),
        predicate: where === undefined ? null : predicateText(where),
        nullsNotDistinct: false,
        valid: true,
      })),
    ),
  write: writing({
    create: ({ to }, context) => [createIndex(to, to.name, context)],
    alter: (change, context) => {
      const { from, to } = change;
      if (differing(change).has('valid')) return [dropIndex(from), createIndex(to, to.name, context)];
      const successor = makeshiftName(to.name, isTaken(context));
      return [createIndex(to, successor, context), dropIndex(from), renameIndex(to, successor)];
    },
    rename: ({ from, to }) => [renameIndex(to, from.name)],
    drop: ({ from }) => [dropIndex(from)],
  }),
  // An index needs CREATE on its schema too, beside owning its table.
  needs: (change) =>
    change.type === 'drop' ? mayOwn(change.from) : [...mayOwn(change.to), { right: 'create in the schema' }],
  // Nobody waits for it. https://www.postgresql.org/docs/current/sql-dropindex.html
  mend: (o) => `DROP INDEX CONCURRENTLY ${qualified(o.schema, o.name)}`,
};

function isTaken({ live, target }: RenderContext): (name: string) => boolean {
  const taken = new Set([...live.values(), ...target.values()].map((o) => ('name' in o ? o.name : '')));
  return (name) => taken.has(name);
}

const createIndex = (o: IndexObject, name: string, context: RenderContext): Draft => ({
  sql: [
    `CREATE ${o.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(name)} ON ${tableOf(o)} USING ${o.method} (${o.columns.join(', ')})`,
    ...(o.include.length === 0 ? [] : [`INCLUDE (${o.include.join(', ')})`]),
    ...(o.nullsNotDistinct ? ['NULLS NOT DISTINCT'] : []),
    ...(o.predicate === null ? [] : [`WHERE ${o.predicate}`]),
  ].join(' '),
  ...lock(relationOf(o), 'SHARE'),
  scans: [relationOf(o)],
  hazards: o.unique
    ? mayFail(
        context,
        relationOf(o),
        `rows that are equal in ${o.columns.join(', ')} keep the ${nameOf(o)} from being made`,
      )
    : [],
  instead: 'CREATE INDEX CONCURRENTLY',
});

const dropIndex = (o: IndexObject): Draft => ({
  sql: `DROP INDEX ${qualified(o.schema, o.name)}`,
  ...lock(relationOf(o), 'ACCESS EXCLUSIVE'),
});

/** Locks the index and not its table. https://www.postgresql.org/docs/current/sql-alterindex.html */
const renameIndex = (o: IndexObject, from: string): Draft => ({
  sql: `ALTER INDEX ${qualified(o.schema, from)} RENAME TO ${quoteIdentifier(o.name)}`,
});
