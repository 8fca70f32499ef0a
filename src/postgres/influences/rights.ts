import { quoteIdentifier } from '../../sql/quote.ts';
import { list } from '../asking.ts';
import { printable } from '../encoding.ts';
import { tableOf } from '../kinds/draft.ts';
import type { Source } from './source.ts';

interface RightsRow {
  /** Null for the schema. */
  readonly table: string | null;
  readonly owner: string;
  readonly lacking: readonly string[];
}

const used = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];

const lacking = `SELECT json_agg(p ORDER BY n) FROM unnest(ARRAY[${list(used)}]) WITH ORDINALITY u(p, n)
      WHERE NOT has_table_privilege(tab.relowner, tab.oid, p)`;

/**
 * What owners have not got on their own tables, nor in the schema that these stand in. A table without an ACL is its
 * owner's. Foreign keys are checked, and followed, in the name of the owner of the table that is looked at.
 * https://www.postgresql.org/docs/current/ddl-priv.html
 */
export const rights: Source<RightsRow> = {
  mayBeThere: () => `EXISTS (SELECT FROM tab WHERE NOT (has_schema_privilege(relowner, relnamespace, 'USAGE')
      AND ${used.map((p) => `has_table_privilege(relowner, oid, '${p}')`).join(' AND ')}))`,
  rows: () => `SELECT * FROM (SELECT tab.relname AS "table", ${printable('pg_get_userbyid(tab.relowner)')} AS owner, (${lacking}) AS lacking
      FROM tab WHERE tab.relacl IS NOT NULL) t WHERE lacking IS NOT NULL
    UNION ALL SELECT NULL, ${printable('pg_get_userbyid(o.relowner)')}, '["USAGE"]'
      FROM (SELECT DISTINCT relowner, relnamespace FROM tab) o WHERE NOT has_schema_privilege(o.relowner, o.relnamespace, 'USAGE')`,
  read: ({ table, owner, lacking: missing }, { schema }) => {
    const what = missing.join(', ');
    const on = table === null ? `SCHEMA ${quoteIdentifier(schema)}` : tableOf({ schema, table });
    return [
      {
        relation: table,
        name: owner,
        danger: `the owner, ${owner}, has lost ${what} on ${table ?? `the schema ${schema}`}: statements of the runtime fail under that role, and so does what foreign keys do in its name for anybody`,
        removal: `GRANT ${what} ON ${on} TO ${quoteIdentifier(owner)}`,
      },
    ];
  },
};
