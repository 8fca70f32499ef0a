import type { Catalog } from '../../model/catalog.ts';
import { UserError } from '../../model/errors.ts';
import { idFor } from '../../model/kinds.ts';
import type { Content, Look } from '../../model/look.ts';
import type { VersionObject } from '../../model/objects.ts';
import { quoteIdentifier, quoteLiteral } from '../../sql/quote.ts';
import { mayUseSchema } from '../asking.ts';
import { isAtHand, orBecoming } from '../becoming.ts';
import { type Draft, impossible, type KindModule, lock, qualified, relationOf, tableOf, writing } from './draft.ts';

interface VersionRow {
  readonly table: string;
  readonly column: string;
  /** Null where the rows cannot be read, or not all of them. */
  readonly xml: string | null;
  /** Whether row security may hide some. */
  readonly hidden: boolean;
  readonly reader: string;
  /** Whether the reader may alter the table. */
  readonly owns: boolean;
  /** Who owns the table, where the reader may become that role and has none of its rights until then. */
  readonly dormant: string | null;
}

export const version: KindModule<'version', VersionRow> = {
  rows: ({ contents, schema, surroundings }) =>
    contents.length === 0
      ? null
      : contents
          .map(
            (content) => `SELECT ${quoteLiteral(content.table)} AS "table", ${quoteLiteral(content.column)} AS "column",
    ${surroundings ? `coalesce(${xmlOf(content, schema)}, '')` : xmlOf(content, schema)} AS xml, current_user AS reader,
    row_security_active(tab.oid) AS hidden, pg_has_role(tab.relowner, 'USAGE') AS owns,
    CASE WHEN ${isAtHand('tab.relowner')} AND NOT pg_has_role(tab.relowner, 'USAGE') THEN pg_get_userbyid(tab.relowner) END AS dormant
    ${whereItIs(content)}`,
          )
          .join(' UNION ALL '),
  // A table without rows says nothing: it has no version.
  read: ({ table, column, xml, reader, hidden, owns, dormant }, { schema }) => {
    if (xml === null) {
      throw hidden ? hiddenFrom({ schema, table, owns }) : mayNotRead({ schema, table, reader, dormant });
    }
    const values = [...xml.matchAll(/<v>([^<]*)<\/v>/g)].map((match) => match[1] ?? '').toSorted();
    return values.length === 0 ? [] : [{ kind: 'version', schema, table, column, values }];
  },
  declare: ({ tables }, { schema }) =>
    tables.flatMap(({ name: table, content }) =>
      content === undefined
        ? []
        : [{ kind: 'version', schema, table, column: content.column, values: content.values.map(String) }],
    ),
  write: writing({
    create: ({ to }) => [insert(to)],
    alter: ({ to }) => [insert(to), deleteOthers(to)],
    rename: impossible,
    drop: ({ from }) => [
      {
        ...emptyTable(from),
        hazards: [{ name: 'data-loss', why: `the rows of ${relationOf(from)} are deleted`, instead: null }],
      },
    ],
  }),
  needs: (change) => {
    const { table } = change.type === 'drop' ? change.from : change.to;
    return [
      { right: 'use', privilege: 'INSERT', table },
      { right: 'use', privilege: 'DELETE', table },
    ];
  },
  mend: null,
};

const whereItIs = ({ table, column }: Content): string =>
  `FROM tab JOIN pg_attribute a ON a.attrelid = tab.oid AND a.attname = ${quoteLiteral(column)} AND NOT a.attisdropped
    WHERE tab.relname = ${quoteLiteral(table)}`;

/**
 * The rows of a bookkeeping table, which need not be there: query_to_xml takes its query as a text, so that a missing
 * table, column or privilege is no error. The highest come first, since one of them may be ahead of us; they are
 * compared as texts, longer ones being higher and those below zero last, since the column need not have its declared type.
 * Rows of a table that inherits from it are somebody else's.
 * Rows that row security leaves are not all of them. https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 */
function xmlOf({ table, column }: Content, schema: string): string {
  const value = quoteIdentifier(column);
  const query = `SELECT ${value}::text AS v FROM ONLY ${qualified(schema, table)}
    ORDER BY ${value}::text LIKE '-%', length(${value}::text) DESC, ${value}::text COLLATE "C" DESC LIMIT 100`;
  return `CASE WHEN ${mayUseSchema} AND has_column_privilege(tab.oid, a.attnum, 'SELECT') AND NOT row_security_active(tab.oid)
      THEN query_to_xml(${quoteLiteral(query)}, true, false, '')::text END`;
}

/** Whether every row that is looked for is there, as it is once a schema calls itself complete. */
export const isComplete = ({ contents, schema }: Look): string =>
  contents
    .flatMap((content) =>
      content.values.map(
        (value) =>
          `coalesce((SELECT ${xmlOf(content, schema)} ${whereItIs(content)}), '') LIKE ${quoteLiteral(`%<v>${value}</v>%`)}`,
      ),
    )
    .join(' AND ') || 'true';

/** For rows that decide what is to be done: without them nobody can say. */
function mayNotRead(row: Pick<VersionRow, 'table' | 'reader' | 'dormant'> & { readonly schema: string }): UserError {
  const [schema, table, role] = [row.schema, row.table, row.reader].map(quoteIdentifier);
  return new UserError(`role ${row.reader} may not read the table ${row.table} in schema ${row.schema}`, {
    hint: `GRANT USAGE ON SCHEMA ${schema} TO ${role}; GRANT SELECT ON ${schema}.${table} TO ${role};${row.dormant === null ? '' : orBecoming(row.dormant)}`,
  });
}

/** The same of rows that may be there, unseen: a version that is ahead would be pulled back. */
function hiddenFrom(row: { readonly schema: string; readonly table: string; readonly owns: boolean }): UserError {
  const action = row.owns ? 'NO FORCE ROW LEVEL SECURITY' : 'DISABLE ROW LEVEL SECURITY';
  return new UserError(`row security may hide rows of the table ${row.table} in schema ${row.schema}`, {
    hint: `${row.owns ? '' : 'as the owner: '}ALTER TABLE ${tableOf(row)} ${action};   or connect as a role with BYPASSRLS`,
  });
}

/** The declared or found content of the table that an object stands in. */
export function contentOf(
  catalog: Catalog,
  { schema, table }: { readonly schema: string; readonly table: string },
): VersionObject | null {
  const found = catalog.get(idFor({ kind: 'version', schema, table, column: '', values: [] }));
  return found?.kind === 'version' ? found : null;
}

const insert = (o: VersionObject): Draft => ({
  sql: `INSERT INTO ${tableOf(o)} (${quoteIdentifier(o.column)}) VALUES ${o.values.map((v) => `(${v})`).join(', ')} ON CONFLICT DO NOTHING`,
  ...lock(relationOf(o), 'ROW EXCLUSIVE'),
});

const deleting = (o: { readonly schema: string; readonly table: string }, condition = ''): Draft => ({
  sql: `DELETE FROM ONLY ${tableOf(o)}${condition}`,
  ...lock(relationOf(o), 'ROW EXCLUSIVE'),
  scans: [relationOf(o)],
});

const isDeclared = ({ column, values }: VersionObject, not = ''): string =>
  `${quoteIdentifier(column)}::text ${not}IN (${values.map(quoteLiteral).join(', ')})`;

const isOther = (o: VersionObject): string => isDeclared(o, 'NOT ');

/** Where somebody keeps the declared rows out, the others stay. */
const deleteOthers = (o: VersionObject): Draft =>
  deleting(o, ` WHERE ${isOther(o)} AND EXISTS (SELECT FROM ONLY ${tableOf(o)} WHERE ${isDeclared(o)})`);

/** For a column that may not be as declared yet, so that there can be rows without a value, too. */
export const deleteStrange = (o: VersionObject): Draft =>
  deleting(o, ` WHERE ${quoteIdentifier(o.column)} IS NULL OR ${isOther(o)}`);

/** For a table whose whole content is declared, and written again by the same plan. */
export const emptyTable = (o: { readonly schema: string; readonly table: string }): Draft => deleting(o);
