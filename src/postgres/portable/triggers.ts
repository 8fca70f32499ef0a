import type { Row } from '../../model/dialect.ts';
import { groupBy } from '../../model/group-by.ts';
import { idFor, idOf } from '../../model/kinds.ts';
import type { ObjectId, TriggerObject } from '../../model/objects.ts';
import { identifierAsPrinted } from '../../sql/quote.ts';
import type { Reading, Source } from './reading.ts';
import { nameIn, textIn } from './rows.ts';

/** As PostgreSQL prints them. */
const events = ['INSERT', 'DELETE', 'UPDATE'];

/**
 * Triggers, a row an event. TRUNCATE is no event of the standard, and a trigger for it alone is not shown. Only the
 * table's owner is told a condition.
 * https://www.postgresql.org/docs/current/infoschema-triggers.html
 */
export function readTriggers({ look, views, shown: { own } }: Source): Reading {
  const columns = groupBy(views.triggered_update_columns, identityOf);
  const found = [...groupBy(views.triggers, identityOf)].map(([id, rows]) =>
    triggerOf(rows, columns.get(id) ?? [], look.schema),
  );
  return {
    objects: found,
    unseenFields: found.flatMap((trigger) =>
      own.has(trigger.table) ? [] : [[idFor(trigger), ['definition']] as const],
    ),
  };
}

const identityOf = (row: Row): string =>
  JSON.stringify([nameIn(row, 'event_object_table'), nameIn(row, 'trigger_name')]);

function triggerOf(rows: readonly Row[], columns: readonly Row[], schema: string): TriggerObject {
  const [row = {}] = rows;
  const call = callIn(nameIn(row, 'action_statement'));
  return {
    kind: 'trigger',
    schema,
    table: nameIn(row, 'event_object_table'),
    name: nameIn(row, 'trigger_name'),
    definition: [
      nameIn(row, 'action_timing'),
      eventsText(rows, columns),
      ...transitionText(row),
      `FOR EACH ${nameIn(row, 'action_orientation')}`,
      ...conditionText(row),
      ...(call.arguments === '' ? [] : [`(${call.arguments})`]),
    ].join(' '),
    function: call.function,
    enabled: 'origin',
  };
}

function eventsText(rows: readonly Row[], columns: readonly Row[]): string {
  const names = columns.map((row) => identifierAsPrinted(nameIn(row, 'event_object_column')));
  const found = new Set(rows.map((row) => nameIn(row, 'event_manipulation')));
  return events
    .filter((event) => found.has(event))
    .map((event) => (event === 'UPDATE' && names.length > 0 ? `UPDATE OF ${names.join(', ')}` : event))
    .join(' OR ');
}

function transitionText(row: Row): readonly string[] {
  const tables = [
    ['OLD', textIn(row, 'action_reference_old_table')],
    ['NEW', textIn(row, 'action_reference_new_table')],
  ] as const;
  const named = tables.flatMap(([which, name]) =>
    name === null ? [] : [`${which} TABLE AS ${identifierAsPrinted(name)}`],
  );
  return named.length === 0 ? [] : [`REFERENCING ${named.join(' ')}`];
}

function conditionText(row: Row): readonly string[] {
  const condition = textIn(row, 'action_condition');
  return condition === null ? [] : [`WHEN (${condition})`];
}

const name = `"(?:[^"]|"")+"|[^".(\\s]+`;
const callPattern = new RegExp(`^EXECUTE (?:FUNCTION|PROCEDURE) (?:(${name})\\.)?(${name})\\((.*)\\)$`, 's');

/** `EXECUTE FUNCTION dbos.notifications_function()`; a trigger's function takes no arguments of its own. */
function callIn(statement: string): { readonly function: ObjectId | null; readonly arguments: string } {
  const [, schema = 'pg_catalog', called, values = ''] = callPattern.exec(statement) ?? [];
  if (called === undefined) return { function: null, arguments: '' };
  return { function: idOf.function(unquoted(schema), unquoted(called), ''), arguments: values };
}

const unquoted = (text: string): string => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text);
