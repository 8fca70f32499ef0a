import { subject } from '../model/change.ts';
import { idFor } from '../model/kinds.ts';
import { actionOf, countChanges } from '../planner/summary.ts';
import { differences, groupOf } from './describe.ts';
import type { DatabaseView, RunView } from './view.ts';

/** Counts up whenever a reader of the old shape would misread the new one. Described in docs/plan-format.md. */
export const planFormatVersion = 1;

/** The plan as data. */
export function planJson({ databases, commands }: RunView): string {
  const data = {
    formatVersion: planFormatVersion,
    databases: databases.map(databaseJson),
    commands,
    total: countChanges(databases.flatMap(({ plan }) => plan.changes)),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
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
    table: groupOf(subject(change)) || null,
    ...(change.type === 'rename' ? { renamedFrom: idFor(change.from) } : {}),
    differences: differences(change),
  })),
  statements: view.plan.statements,
  kept: view.kept,
  strangers: view.strangers.map(({ id, danger, coveredBy, note }) => ({ id, danger, coveredBy, note })),
});
