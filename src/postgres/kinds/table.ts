import type { Catalog } from '../../model/catalog.ts';
import type { Change } from '../../model/change.ts';
import { UserError } from '../../model/errors.ts';
import { idOf } from '../../model/kinds.ts';
import type { CheckObject, ColumnObject, KeyObject, TableObject, ViewObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import { type Draft, type KindRenderer, never, qualified } from '../draft.ts';
import { columnClause } from './column.ts';
import { checkClause, keyClause } from './constraint.ts';

/** A new table with all that stands between its parentheses. */
export const createTable = (
  table: TableObject,
  columns: readonly ColumnObject[],
  constraints: readonly (KeyObject | CheckObject)[],
): Draft => {
  const lines = [
    ...columns.toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0)).map(columnClause),
    ...constraints.map(
      (c) => `CONSTRAINT ${quoteIdentifier(c.name)} ${c.kind === 'key' ? keyClause(c) : checkClause(c)}`,
    ),
  ];
  const unlogged = table.persistence === 'unlogged' ? 'UNLOGGED ' : '';
  return { sql: `CREATE ${unlogged}TABLE ${qualified(table.schema, table.name)} (\n  ${lines.join(',\n  ')}\n)` };
};

export const table: KindRenderer<TableObject> = {
  create: (o) => [createTable(o, [], [])],
  alter: ({ from, to }) => [
    ...from.options.filter((option) => !to.options.includes(option)).map((option) => withoutOption(to, option)),
    ...(from.persistence === to.persistence ? [] : [setPersistence(to)]),
  ],
  rename: never('rename a table'),
  drop: (o) => [
    { sql: `DROP ${tableType(o)} ${qualified(o.schema, o.name)}`, lock: 'ACCESS EXCLUSIVE', hazards: ['data loss'] },
  ],
};

const alterThis = (o: TableObject, action: string): Draft => ({
  sql: `ALTER TABLE ${qualified(o.schema, o.name)} ${action}`,
  lock: 'ACCESS EXCLUSIVE',
});

const setPersistence = (o: TableObject): Draft => ({
  ...alterThis(o, `SET ${o.persistence === 'permanent' ? 'LOGGED' : 'UNLOGGED'}`),
  hazards: ['rewrites the table'],
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

const tableType = (o: TableObject): string => (o.options.includes('FOREIGN') ? 'FOREIGN TABLE' : 'TABLE');

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

const viewType = (o: ViewObject): string => (o.materialized ? 'MATERIALIZED VIEW' : 'VIEW');

export const view: KindRenderer<ViewObject> = {
  create: never('create a view'),
  alter: never('alter a view'),
  rename: never('rename a view'),
  drop: (o) => [{ sql: `DROP ${viewType(o)} ${qualified(o.schema, o.name)}`, lock: 'ACCESS EXCLUSIVE' }],
};
