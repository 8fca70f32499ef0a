import type { Catalog } from '../../model/catalog.ts';
import type { Change } from '../../model/change.ts';
import { UserError } from '../../model/errors.ts';
import { relationName } from '../../model/facts.ts';
import { idOf } from '../../model/kinds.ts';
import type { CheckObject, ColumnObject, KeyObject, TableObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { checkClause } from './check.ts';
import { columnClause } from './column.ts';
import { type Draft, impossible, type KindModule, lock, losesData, qualified, writing } from './draft.ts';
import { keyClause } from './key.ts';

interface TableRow {
  readonly name: string;
  readonly persistence: string;
  readonly options: readonly string[];
}

/**
 * A partition takes only the rows of its bounds. Tables that inherit from ours are somebody else's and no part of them.
 * https://www.postgresql.org/docs/current/catalog-pg-inherits.html
 */
const query = `SELECT relname AS name, relpersistence AS persistence, array_remove(ARRAY[
      CASE relkind WHEN 'p' THEN 'PARTITIONED' WHEN 'f' THEN 'FOREIGN' END,
      CASE WHEN relrowsecurity THEN 'ROW LEVEL SECURITY' END,
      CASE WHEN relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END], NULL)
    || ARRAY(SELECT 'PARTITION OF ' || inhparent::regclass FROM pg_inherits WHERE inhrelid = tab.oid AND relispartition)
    AS options FROM tab`;

export const table: KindModule<'table', TableRow> = {
  rows: () => query,
  read: ({ name, persistence, options }, { schema }) => [
    {
      kind: 'table',
      schema,
      name,
      persistence: persistence === 'u' ? 'unlogged' : 'permanent',
      options: options.toSorted(),
    },
  ],
  declare: ({ tables }, { schema }) =>
    tables.map(({ name }) => ({ kind: 'table', schema, name, persistence: 'permanent', options: [] })),
  write: writing({
    create: ({ to }) => [createTable(to, [], [])],
    alter: ({ from, to }) => [
      ...from.options.filter((option) => !to.options.includes(option)).map((option) => withoutOption(to, option)),
      ...(from.persistence === to.persistence ? [] : [setPersistence(to)]),
    ],
    rename: impossible,
    drop: ({ from }, context) => [
      {
        sql: `DROP ${from.options.includes('FOREIGN') ? 'FOREIGN TABLE' : 'TABLE'} ${qualified(from.schema, from.name)}`,
        ...lock(relationOf(from), 'ACCESS EXCLUSIVE'),
        hazards: losesData(context, relationOf(from), `the rows of ${relationOf(from)} go with it`),
      },
    ],
  }),
  needs: (change) =>
    change.type === 'create'
      ? [{ right: 'create in the schema' }]
      : [{ right: 'own', kind: 'table', name: change.from.name }],
  mend: null,
};

const relationOf = ({ schema, name }: TableObject): string => relationName(schema, name);

/** A new table with all that stands between its parentheses. */
export const createTable = (
  o: TableObject,
  columns: readonly ColumnObject[],
  constraints: readonly (KeyObject | CheckObject)[],
): Draft => {
  const lines = [
    ...columns.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0)).map(columnClause),
    ...constraints.map(
      (c) => `CONSTRAINT ${quoteIdentifier(c.name)} ${c.kind === 'key' ? keyClause(c) : checkClause(c)}`,
    ),
  ];
  const unlogged = o.persistence === 'unlogged' ? 'UNLOGGED ' : '';
  return { sql: `CREATE ${unlogged}TABLE ${qualified(o.schema, o.name)} (\n  ${lines.join(',\n  ')}\n)` };
};

const alterThis = (o: TableObject, action: string): Draft => ({
  sql: `ALTER TABLE ${qualified(o.schema, o.name)} ${action}`,
  ...lock(relationOf(o), 'ACCESS EXCLUSIVE'),
});

const setPersistence = (o: TableObject): Draft => ({
  ...alterThis(o, `SET ${o.persistence === 'permanent' ? 'LOGGED' : 'UNLOGGED'}`),
  scans: [relationOf(o)],
  rewrites: [relationOf(o)],
});

/**
 * Row security keeps all rows from a role that no policy names. Policies stay, and do nothing without it.
 * https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 * @throws UserError where only others' tables could be changed, or rows had to be moved
 */
function withoutOption(o: TableObject, option: string): Draft {
  if (option === 'ROW LEVEL SECURITY') return alterThis(o, 'DISABLE ROW LEVEL SECURITY');
  if (option === 'FORCE ROW LEVEL SECURITY') return alterThis(o, 'NO FORCE ROW LEVEL SECURITY');
  const [name, other] = [`${o.schema}.${o.name}`, option.replace(/^[A-Z]+ [A-Z]+ /, '')];
  if (option.startsWith('PARTITION OF ')) {
    throw new UserError(`${name} is a partition of ${other}, and takes only rows within its bounds`, {
      hint: `ALTER TABLE ${other} DETACH PARTITION ${qualified(o.schema, o.name)};   then run migrate again`,
    });
  }
  throw new UserError(`${name} is a ${option.toLowerCase()} table`, {
    hint: 'DBOS needs an ordinary one: move its rows to a table of that name that is neither partitioned nor foreign',
  });
}

/**
 * Puts those alterations of tables first that others wait for: a table becomes a logged one only after all that it
 * references. https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-LOGGED-UNLOGGED
 */
export function referencedFirst(changes: readonly Change[], live: Catalog): readonly Change[] {
  const alters = new Map(changes.filter((c) => c.type === 'alter' && c.to.kind === 'table').map((c) => [c.id, c]));
  if (alters.size < 2) return changes;
  const keys = [...live.values()].filter((o) => o.kind === 'foreignKey');
  const sorted: Change[] = [];
  const seen = new Set<Change>();
  const visit = (change: Change | undefined): void => {
    if (change === undefined || seen.has(change)) return;
    seen.add(change);
    for (const key of keys) {
      if (idOf.table(key.schema, key.table) !== change.id) continue;
      visit(alters.get(idOf.table(key.referencedSchema, key.referencedTable)));
    }
    sorted.push(change);
  };
  for (const change of alters.values()) visit(change);
  return changes.map((change) => (seen.has(change) ? (sorted.shift() ?? change) : change));
}
