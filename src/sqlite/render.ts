import type { Change } from '../model/change.ts';
import { subject } from '../model/change.ts';
import type { RenderContext } from '../model/dialect.ts';
import type { ForeignKeyObject } from '../model/objects.ts';
import type { Statement } from '../model/plan.ts';
import { costing, type Step } from './cost.ts';
import { writingOf } from './kinds.ts';
import type { Draft } from './kinds/draft.ts';
import { guard } from './rebuild/guard.ts';
import { childrenFirst, idsOf, newForeignKeys, planTables, tableOf, type TablePlan } from './rebuild/table-plan.ts';
import { tableSteps, type Work } from './rebuild/table-steps.ts';
import { folded } from './text/tokens.ts';

/**
 * Statements for ordered changes. What stands in a table is changed with it: a new table is one CREATE TABLE; an
 * existing one gets columns by ALTER TABLE where SQLite can, or is rebuilt once for all its changes. What is taken away
 * by itself goes first, since names are unique in the file and nobody sees the transaction before it is whole.
 */
export function render(changes: readonly Change[], context: RenderContext): readonly Statement[] {
  const tables = planTables(changes, context.live);
  const work: Work = { changes, context, changed: new Set(idsOf(changes)), isTaken: isTakenIn(context) };
  const steps = [...removals(work, tables), ...inOrder(work, tables)];
  const all = steps.some(({ draft }) => draft.foreignKeys === 'off')
    ? withoutForeignKeys(steps, newForeignKeys(tables), context)
    : steps;
  const created = new Set([...tables.values()].flatMap(({ way, name }) => (way === 'create' ? [name] : [])));
  return all.map(costing(context, created));
}

type Tables = ReadonlyMap<string, TablePlan>;

/** Names are unique in the file, whatever they are of. */
function isTakenIn({ live, target }: RenderContext): Work['isTaken'] {
  const names = new Set([...live.values(), ...target.values()].flatMap((o) => ('name' in o ? folded(o.name) : [])));
  return (name) => names.has(folded(name));
}

/** The drops of objects that go or are replaced by themselves, on tables that stay. */
const removals = ({ changes, context }: Work, tables: Tables): readonly Step[] =>
  changes.flatMap((change) => {
    if (change.type === 'create' || tables.get(tableOf(change))?.way === 'drop') return [];
    const writing = writingOf(change);
    if (writing.written !== 'by itself') return [];
    return writing.drop(change.from, context).map((draft) => ({ draft, objects: [change.id] }));
  });

/** Each table at its first change, the dropped ones together at the first of theirs. */
function inOrder(work: Work, tables: Tables): readonly Step[] {
  const done = new Set<TablePlan>();
  const dropped = childrenFirst([...tables.values()].filter((table) => table.way === 'drop'));
  return work.changes.flatMap((change) => {
    const table = tables.get(tableOf(change));
    if (table === undefined || !isWrittenWith(table, change)) return byItself(change, table, work.context);
    const due = (table.way === 'drop' ? dropped : [table]).filter((other) => !done.has(other));
    for (const other of due) done.add(other);
    return due.flatMap((other) => tableSteps(other, work));
  });
}

const isWrittenWith = (table: TablePlan, change: Change): boolean =>
  table.way === 'drop' || writingOf(change).written === 'with its table';

function byItself(change: Change, table: TablePlan | undefined, context: RenderContext): readonly Step[] {
  const writing = writingOf(change);
  if (change.type === 'drop' || writing.written !== 'by itself' || isRemade(change, table)) return [];
  return writing.create(change.to, context).map((draft) => ({ draft, objects: [change.id] }));
}

/** A rebuild makes all indexes and triggers of its table. */
const isRemade = (change: Change, table: TablePlan | undefined): boolean =>
  table?.way === 'rebuild' && ['index', 'trigger'].includes(subject(change).kind);

/**
 * Foreign keys can be switched outside a transaction only.
 * https://www.sqlite.org/pragma.html#pragma_foreign_keys
 */
function withoutForeignKeys(
  steps: readonly Step[],
  created: readonly ForeignKeyObject[],
  context: RenderContext,
): readonly Step[] {
  const { before, after } = guard(created, context);
  const own = (draft: Draft): Step => ({ draft, objects: [] });
  const outside = (sql: string): Step => own({ sql, writes: false, commits: 'no transaction' });
  return [
    outside('PRAGMA foreign_keys = OFF'),
    ...before.map(own),
    ...steps,
    ...after.map(own),
    outside('PRAGMA foreign_keys = ON'),
  ];
}
