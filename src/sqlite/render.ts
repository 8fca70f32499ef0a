import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import { idFor } from '../model/kinds.ts';
import type { ForeignKeyObject, ObjectId } from '../model/objects.ts';
import type { Hazard, Statement } from '../model/plan.ts';
import { quoteIdentifier } from '../sql/quote.ts';
import { guard } from './rebuild/guard.ts';
import { columnClause } from './kinds/column.ts';
import { createIndex } from './kinds/index.ts';
import { ruleOf } from './kinds/rules.ts';
import { createTable, dropTable } from './kinds/table.ts';
import { rebuildOf, rebuildStatements } from './rebuild/rebuild.ts';
import { childrenFirst, idsOf, newForeignKeys, planTables, tableOf, type TablePlan } from './rebuild/table-plan.ts';

/**
 * Statements for ordered changes. What stands in a table is changed with it: a new table is one CREATE TABLE; an
 * existing one gets columns by ALTER TABLE where SQLite can, or is rebuilt once for all its changes. What is taken away
 * by itself goes first, since names are unique in the file and nobody sees the transaction before it is whole.
 */
export function render(changes: readonly Change[], { live }: RenderContext): readonly Statement[] {
  const tables = planTables(changes, live);
  const statements = [...removals(changes, tables), ...inOrder(changes, tables)];
  const dropsTables = [...tables.values()].some(({ way }) => way === 'rebuild' || way === 'drop');
  return dropsTables ? withoutForeignKeys(statements, newForeignKeys(tables)) : statements;
}

type Tables = ReadonlyMap<string, TablePlan>;

/** What goes or is replaced by itself, on a table that stays. */
const removals = (changes: readonly Change[], tables: Tables): readonly Statement[] =>
  changes.flatMap((change) => {
    if (change.type === 'create' || tables.get(tableOf(change))?.way === 'drop') return [];
    const rule = ruleOf(change.from);
    return rule.written === 'by itself' ? rule.drop(change.from).map((sql) => statement(sql, [change.id])) : [];
  });

/** Each table at its first change, the dropped ones together at the first of theirs. */
function inOrder(changes: readonly Change[], tables: Tables): readonly Statement[] {
  const done = new Set<TablePlan>();
  const dropped = childrenFirst([...tables.values()].filter((table) => table.way === 'drop'));
  return changes.flatMap((change) => {
    const table = tables.get(tableOf(change));
    if (table === undefined || !isWrittenIn(table, change)) return byItself(change, table);
    const due = (table.way === 'drop' ? dropped : [table]).filter((other) => !done.has(other));
    for (const other of due) done.add(other);
    return due.flatMap((other) => tableStatements(other, changes));
  });
}

const isWrittenIn = (table: TablePlan, change: Change): boolean =>
  table.way === 'drop' || ruleOf(subject(change)).written === 'in its table';

function byItself(change: Change, table: TablePlan | undefined): readonly Statement[] {
  const rule = ruleOf(subject(change));
  if (change.type === 'drop' || rule.written !== 'by itself' || isRemade(change, table)) return [];
  return rule.create(change.to).map((sql) => statement(sql, [change.id], { isNew: table?.way === 'create' }));
}

/** A rebuild makes all indexes and triggers of its table. */
const isRemade = (change: Change, table: TablePlan | undefined): boolean =>
  table?.way === 'rebuild' && ['index', 'trigger'].includes(subject(change).kind);

function tableStatements(table: TablePlan, changes: readonly Change[]): readonly Statement[] {
  const ids = idsOf(table.changes);
  switch (table.way) {
    case 'create':
      return [statement(createTable(table.after, table.name), ids, { isNew: true })];
    case 'add columns':
      return addColumns(table);
    case 'rebuild':
      return rebuild(table, new Set(idsOf(changes)));
    case 'drop':
      return [statement(dropTable(table.name), ids, { hazards: ['data loss'] })];
    case 'none':
      return [];
  }
}

type Way<W extends TablePlan['way']> = TablePlan & { readonly way: W };

function addColumns({ name, after, changes }: Way<'add columns'>): readonly Statement[] {
  const added = new Set(idsOf(changes));
  return after.columns
    .filter((column) => added.has(idFor(column)))
    .map((column) =>
      statement(`ALTER TABLE ${quoteIdentifier(name)} ADD COLUMN ${columnClause(column)}`, [idFor(column)]),
    );
}

/** It needs no consent: this is how SQLite alters a table, and every row is kept. */
function rebuild(table: Way<'rebuild'>, changed: ReadonlySet<ObjectId>): readonly Statement[] {
  const { before, after, changes, keepsRows } = table;
  const ids = idsOf(changes);
  const losesColumn = changes.some((change) => change.type === 'drop' && change.from.kind === 'column');
  const again = [
    ...after.indexes.map((index) => [idFor(index), createIndex(index)] as const),
    ...after.triggers.map((trigger) => [idFor(trigger), trigger.definition] as const),
  ];
  return [
    ...rebuildStatements(rebuildOf(before, after, keepsRows)).map((sql) =>
      statement(sql, ids, { hazards: losesColumn && sql === dropTable(after.table.name) ? ['data loss'] : [] }),
    ),
    ...again.map(([id, sql]) => statement(sql, changed.has(id) ? [id] : ids)),
  ];
}

/**
 * Foreign keys can be switched outside a transaction only.
 * https://www.sqlite.org/pragma.html#pragma_foreign_keys
 */
function withoutForeignKeys(
  statements: readonly Statement[],
  created: readonly ForeignKeyObject[],
): readonly Statement[] {
  const { before, after } = guard(created);
  const own = (sql: string): Statement => ({ ...statement(sql, []), lock: null });
  const outside = (sql: string): Statement => ({ ...own(sql), transactional: false });
  return [
    outside('PRAGMA foreign_keys = OFF'),
    ...before.map(own),
    ...statements,
    ...after.map(own),
    outside('PRAGMA foreign_keys = ON'),
  ];
}

interface Traits {
  /** Whether it is about a table that the same transaction makes. */
  readonly isNew?: boolean;
  readonly hazards?: readonly Hazard[];
}

/** SQLite locks the file as a whole. https://www.sqlite.org/lockingv3.html */
const statement = (
  sql: string,
  objects: readonly ObjectId[],
  { isNew = false, hazards = [] }: Traits = {},
): Statement => ({
  sql,
  objects,
  transactional: true,
  on: 'database',
  lock: isNew ? null : 'EXCLUSIVE',
  hazards,
});
