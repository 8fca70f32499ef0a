import type { Change } from '../../model/change.ts';
import { subject } from '../../model/change.ts';
import type { RenderContext } from '../../model/dialect.ts';
import type { Hazard } from '../../model/hazard.ts';
import { idFor } from '../../model/kinds.ts';
import { makeshiftName } from '../../model/makeshift.ts';
import type { IndexObject, ObjectId, TriggerObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import type { Step } from '../cost.ts';
import { writingOf } from '../kinds.ts';
import { columnClause } from '../kinds/column.ts';
import type { Draft } from '../kinds/draft.ts';
import { sameIndex } from '../kinds/index.ts';
import { createTable, dropTable } from '../kinds/table.ts';
import type { TableParts } from '../parts.ts';
import { rebuildDrafts, rebuildOf } from './rebuild.ts';
import { statisticsIn } from '../facts.ts';
import { idsOf, type TablePlan } from './table-plan.ts';

/** All that the changes of one table are written from. */
export interface Work {
  readonly changes: readonly Change[];
  readonly context: RenderContext;
  /** Ids of all that changes, on whatever table. */
  readonly changed: ReadonlySet<ObjectId>;
  /** Whether a name is somebody's already. */
  readonly isTaken: (name: string) => boolean;
}

/** The changes of one table, with all that is written with it. */
export function tableSteps(table: TablePlan, work: Work): readonly Step[] {
  const objects = idsOf(table.changes);
  switch (table.way) {
    case 'create':
      return [{ draft: { sql: createTable(table.after, table.name) }, objects }];
    case 'add columns':
      return addColumns(table);
    case 'rebuild':
      return rebuild(table, work);
    case 'drop':
      return [{ draft: dropOf(table, work.context), objects }];
    case 'none':
      return [];
  }
}

type Way<W extends TablePlan['way']> = TablePlan & { readonly way: W };

/**
 * Behind ADD COLUMN SQLite looks through all rows where the table is strict.
 * https://www.sqlite.org/lang_altertable.html#alter_table_add_column
 */
function addColumns({ name, after, changes }: Way<'add columns'>): readonly Step[] {
  const added = new Set(idsOf(changes));
  const scans = after.table.options.includes('STRICT') ? [name] : [];
  return after.columns
    .filter((column) => added.has(idFor(column)))
    .map((column) => ({
      draft: { sql: `ALTER TABLE ${quoteIdentifier(name)} ADD COLUMN ${columnClause(column)}`, scans },
      objects: [idFor(column)],
    }));
}

function rebuild(table: Way<'rebuild'>, { context, changed, isTaken }: Work): readonly Step[] {
  const { name, before, after, changes, keepsRows } = table;
  const objects = idsOf(changes);
  const statistics = statisticsIn(context.facts);
  const made = rebuildOf(before, after, { keepsRows, makeshift: makeshiftName(name, isTaken), statistics });
  return [
    ...rebuildDrafts(made, hazardsOf(changes, before, context)).map((draft) => ({ draft, objects })),
    ...[...after.indexes, ...after.triggers].flatMap((object) => {
      const id = idFor(object);
      const isOwn = changed.has(id);
      return again(object, context).map((draft) => ({
        // Rows that an index has taken before it takes again.
        draft: isOwn ? draft : { ...draft, hazards: [] },
        objects: isOwn ? [id] : objects,
      }));
    }),
  ];
}

/** What is somebody else's is made again in its owner's words. */
function again(object: IndexObject | TriggerObject, context: RenderContext): readonly Draft[] {
  if (object.kind === 'index' && !context.target.has(idFor(object))) return [sameIndex(object)];
  const writing = writingOf({ type: 'create', id: idFor(object), to: object });
  return writing.written === 'by itself' ? writing.create(object, context) : [];
}

const dropOf = ({ name, before, changes }: Way<'drop'>, context: RenderContext): Draft => ({
  sql: dropTable(name),
  foreignKeys: 'off',
  hazards: hazardsOf(
    changes.filter((change) => subject(change).kind === 'table'),
    before,
    context,
  ),
});

const hazardsOf = (changes: readonly Change[], before: TableParts, context: RenderContext): readonly Hazard[] =>
  changes.flatMap((change) => {
    const writing = writingOf(change);
    return writing.written === 'with its table' ? writing.hazards(change, context, before) : [];
  });
