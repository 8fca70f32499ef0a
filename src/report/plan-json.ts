import { subject } from '../model/change.ts';
import { idFor } from '../model/kinds.ts';
import type { Statement } from '../model/plan.ts';
import { actionOf, countChanges } from '../planner/summary.ts';
import { singleLine } from '../sql/quote.ts';
import { differences, tableOf } from './describe.ts';
import type { DatabaseView, RunView } from './view.ts';

/** Counts up whenever a reader of the old shape would misread the new one. Described in docs/plan-format.md. */
const planFormatVersion = 2;

/** The plan as data. What a terminal could take for commands stands in it as JSON's own escapes. */
export function planJson({ databases, commands }: RunView): string {
  const data = {
    formatVersion: planFormatVersion,
    databases: databases.map(databaseJson),
    commands,
    total: countChanges(databases.flatMap(({ plan }) => plan.changes)),
  };
  return `${JSON.stringify(data, null, 2).split('\n').map(singleLine).join('\n')}\n`;
}

const databaseJson = (view: DatabaseView): unknown => ({
  title: view.title,
  dialect: view.dialect,
  url: view.url,
  schema: view.schema,
  server: view.server,
  ahead: view.ahead === null ? null : { live: view.ahead.live, declared: view.ahead.declared },
  found: view.found,
  basis: view.plan.basis,
  goal: view.plan.goal,
  changes: view.plan.changes.map((change) => ({
    action: actionOf(change),
    id: change.id,
    kind: subject(change).kind,
    table: tableOf(subject(change)),
    ...(change.type === 'rename' ? { renamedFrom: idFor(change.from) } : {}),
    differences: differences(change),
  })),
  segments: view.plan.segments.map(({ transaction, statements }) => ({
    transaction,
    statements: statements.map(statementJson),
  })),
  retired: view.retired,
  foreign: view.foreign,
  unread: view.unread,
  obstacles: view.obstacles.map(({ what, remedy }) => ({ what, remedy })),
  unmanaged: view.unmanaged.map(({ id, danger, mend, coveredBy, note }) => ({ id, danger, mend, coveredBy, note })),
});

const statementJson = ({ sql, objects, on, locks, scans, rewrites, rows, bytes, hazards }: Statement): unknown => ({
  sql,
  objects,
  on,
  locks: locks.map(({ relation, mode }) => ({ relation, mode })),
  scans,
  rewrites,
  rows,
  bytes,
  hazards: hazards.map(({ name, why, instead }) => ({ name, why, instead })),
});
