import type { RenderContext } from '../../model/dialect.ts';
import { idOf } from '../../model/kinds.ts';
import type { TriggerObject } from '../../model/objects.ts';
import { quoteIdentifier } from '../../sql/quote.ts';
import {
  alterTable,
  type Draft,
  differing,
  impossible,
  isOnly,
  type KindModule,
  lock,
  mayOwn,
  qualified,
  relationOf,
  tableOf,
  writing,
} from './draft.ts';

interface TriggerRow {
  readonly table: string;
  readonly name: string;
  readonly enabled: TriggerObject['enabled'];
  readonly text: string;
  readonly printedName: string;
  readonly printedTable: string;
  readonly functionSchema: string;
  readonly functionName: string;
  readonly signature: string;
  readonly printedFunction: string;
}

const query = `SELECT tab.relname AS "table", t.tgname AS name, pg_get_triggerdef(t.oid) AS text,
    CASE t.tgenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' ELSE 'origin' END AS enabled,
    quote_ident(t.tgname) AS "printedName", quote_ident(tn.nspname) || '.' || quote_ident(tab.relname) AS "printedTable",
    n.nspname AS "functionSchema", p.proname AS "functionName", oidvectortypes(p.proargtypes) AS signature,
    CASE WHEN n.nspname = 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(p.proname) AS "printedFunction"
  FROM tab JOIN pg_namespace tn ON tn.oid = tab.relnamespace JOIN pg_trigger t ON t.tgrelid = tab.oid AND NOT t.tgisinternal
  JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace`;

export const trigger: KindModule<'trigger', TriggerRow> = {
  rows: () => query,
  read: (row, { schema }) => [
    {
      kind: 'trigger',
      schema,
      table: row.table,
      name: row.name,
      definition: definitionIn(row),
      function: idOf.function(row.functionSchema, row.functionName, row.signature),
      enabled: row.enabled,
    },
  ],
  declare: ({ triggers }, { schema }) =>
    triggers.map(({ table, name, after, runs }) => ({
      kind: 'trigger',
      schema,
      table,
      name,
      definition: `AFTER ${after} FOR EACH ROW`,
      function: idOf.function(schema, runs.name, ''),
      enabled: 'origin',
    })),
  write: writing({
    create: ({ to }, context) => createTrigger(to, context),
    alter: (change, context) => {
      const { from, to } = change;
      if (isOnly(differing(change), 'enabled')) return [setState(to)];
      return [...(isConstraint(from) ? [dropTrigger(from)] : []), ...createTrigger(to, context)];
    },
    rename: impossible,
    drop: ({ from }) => [dropTrigger(from)],
  }),
  needs: (change) => mayOwn(change.type === 'drop' ? change.from : change.to),
  mend: (o) => dropTrigger(o).sql,
};

/** Cuts the names out of pg_get_triggerdef's text, so that only what the trigger does is left. */
const definitionIn = ({ text, printedName, printedTable, printedFunction }: TriggerRow): string =>
  text
    .replace(/^CREATE (CONSTRAINT )?TRIGGER /, '$1')
    .replace(`${printedName} `, '')
    .replace(` ON ${printedTable} `, ' ')
    .replace(` EXECUTE FUNCTION ${printedFunction}()`, '')
    .replace(` EXECUTE FUNCTION ${printedFunction}(`, ' (');

function createTrigger(o: TriggerObject, { target }: RenderContext): readonly Draft[] {
  const runs = o.function === null ? undefined : target.get(o.function);
  if (runs?.kind !== 'function') throw new Error(`the trigger ${o.name} runs no declared function`);
  const [events, level] = o.definition.split(' FOR EACH ', 2);
  if (level === undefined) throw new Error(`the trigger ${o.name} says neither ROW nor STATEMENT`);
  return [
    {
      sql: `CREATE OR REPLACE TRIGGER ${quoteIdentifier(o.name)} ${events} ON ${tableOf(o)} FOR EACH ${level} EXECUTE FUNCTION ${qualified(runs.schema, runs.name)}()`,
      ...lock(relationOf(o), 'SHARE ROW EXCLUSIVE'),
    },
    ...(o.enabled === 'origin' ? [] : [setState(o)]),
  ];
}

const states: Readonly<Record<TriggerObject['enabled'], string>> = {
  origin: 'ENABLE TRIGGER',
  disabled: 'DISABLE TRIGGER',
  replica: 'ENABLE REPLICA TRIGGER',
  always: 'ENABLE ALWAYS TRIGGER',
};

const setState = (o: TriggerObject): Draft =>
  alterTable(o, `${states[o.enabled]} ${quoteIdentifier(o.name)}`, 'SHARE ROW EXCLUSIVE');

const dropTrigger = (o: TriggerObject): Draft => ({
  sql: `DROP TRIGGER ${quoteIdentifier(o.name)} ON ${tableOf(o)}`,
  ...lock(relationOf(o), 'ACCESS EXCLUSIVE'),
});

/** OR REPLACE does not replace these. https://www.postgresql.org/docs/current/sql-createtrigger.html */
const isConstraint = (o: TriggerObject): boolean => o.definition.startsWith('CONSTRAINT ');
